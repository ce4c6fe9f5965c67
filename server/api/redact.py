"""Messages without their secrets.

``debug_redact`` in the contract only marks a field: Python's printers ignore
it. So nothing prints a message before it went through here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from server.api.descriptors import is_map, item, leads_to

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


def holds_secret(message: Message) -> bool:
    """Whether a message has anything that ``redact`` would clear."""
    plan = _plan(message.DESCRIPTOR)
    return (
        any(getattr(message, name) for name in plan.secret)
        or any(message.HasField(name) and holds_secret(getattr(message, name)) for name in plan.plain)
        or any(holds_secret(each) for name in plan.repeated for each in getattr(message, name))
        or any(holds_secret(each) for name in plan.maps for each in getattr(message, name).values())
    )


def _scrub(message: Message) -> None:
    plan = _plan(message.DESCRIPTOR)
    for name in plan.secret:
        message.ClearField(name)
    for name in plan.plain:
        if message.HasField(name):
            _scrub(getattr(message, name))
    for name in plan.repeated:
        for each in getattr(message, name):
            _scrub(each)
    for name in plan.maps:
        for each in getattr(message, name).values():
            _scrub(each)


@cache
def _plan(descriptor: Descriptor) -> _Plan:
    secret = [field for field in descriptor.fields if _is_secret(field)]
    nested = [field for field in descriptor.fields if field not in secret and leads_to(field, _is_secret)]
    return _Plan(
        secret=tuple(field.name for field in secret),
        plain=tuple(field.name for field in nested if not field.is_repeated),
        repeated=tuple(field.name for field in nested if field.is_repeated and not is_map(field)),
        maps=tuple(field.name for field in nested if is_map(field)),
    )


def _is_secret(field: FieldDescriptor) -> bool:
    if field.GetOptions().debug_redact:
        return True
    kind = item(field)
    return kind is not None and kind.full_name == _ANY
