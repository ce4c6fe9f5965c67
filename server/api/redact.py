"""Messages without their secrets.

``debug_redact`` in the contract only marks a field: Python's printers ignore
it. So nothing prints a message before it went through here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message

M = TypeVar("M", bound="Message")

_ANY = "google.protobuf.Any"


class _Plan(NamedTuple):
    """What to do with the fields of one message type."""

    secret: tuple[str, ...]
    """Fields to clear."""
    plain: tuple[str, ...]
    """Fields that hold one message with something to clear in it."""
    repeated: tuple[str, ...]
    maps: tuple[str, ...]


def redact(message: M) -> M:
    """A copy in which no secret is left: marked fields, opaque ``Any`` and unknown fields are gone."""
    copy = type(message)()
    copy.CopyFrom(message)
    copy.DiscardUnknownFields()  # type: ignore[no-untyped-call,unused-ignore]
    _scrub(copy)
    return copy


def _scrub(message: Message) -> None:
    plan = _plan(message.DESCRIPTOR)
    for name in plan.secret:
        message.ClearField(name)
    for name in plan.plain:
        if message.HasField(name):
            _scrub(getattr(message, name))
    for name in plan.repeated:
        for item in getattr(message, name):
            _scrub(item)
    for name in plan.maps:
        for item in getattr(message, name).values():
            _scrub(item)


@cache
def _plan(descriptor: Descriptor) -> _Plan:
    secret = [field for field in descriptor.fields if _is_secret(field)]
    nested = [field for field in descriptor.fields if field not in secret and _leads_to_secret(field)]
    return _Plan(
        secret=tuple(field.name for field in secret),
        plain=tuple(field.name for field in nested if not field.is_repeated),
        repeated=tuple(field.name for field in nested if field.is_repeated and not _is_map(field)),
        maps=tuple(field.name for field in nested if _is_map(field)),
    )


def _is_secret(field: FieldDescriptor) -> bool:
    if field.GetOptions().debug_redact:
        return True
    kind = _item(field)
    return kind is not None and kind.full_name == _ANY


def _leads_to_secret(field: FieldDescriptor) -> bool:
    """Whether a secret can be reached through the field, also through a type that contains itself."""
    start = _item(field)
    pending = [start] if start else []
    seen: set[str] = set()
    while pending:
        descriptor = pending.pop()
        if descriptor.full_name in seen:
            continue
        seen.add(descriptor.full_name)
        if any(_is_secret(each) for each in descriptor.fields):
            return True
        pending += [item for each in descriptor.fields if (item := _item(each))]
    return False


def _item(field: FieldDescriptor) -> Descriptor | None:
    """The message type that the field, or each item of it, holds."""
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return kind.fields_by_name["value"].message_type
    return kind


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
