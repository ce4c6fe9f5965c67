"""From a message of the contract to JSON: protobuf's mapping, with the spellings and times of the page.

Lists, numbers and truth values always stand there. An empty text and a value
without meaning (UNSPECIFIED) do not; a message that is not set stands as null
in the answer itself, and is left out further down.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from server.web.literals import spelling
from server.web.rest.statuses import status_document

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - it is written with Z
_INT64: Final = frozenset(
    {FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_SINT64}
)
_LEFT_OUT: Final = frozenset(
    {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_ENUM}
)
Write = Callable[[Any], Any]


class _Member(NamedTuple):
    """How one field is written."""

    name: str
    key: str
    write: Write
    is_list: bool
    can_be_absent: bool
    """Whether the message knows if it is set; else it is left out when empty, if ``is_left_out``."""
    is_left_out: bool
    is_nullable: bool


def encoded(message: Message) -> bytes:
    """The JSON text of an answer."""
    return json.dumps(plain(message), ensure_ascii=False, separators=(",", ":")).encode()


def plain(message: Message) -> dict[str, Any]:
    """An answer as a document, with null for each message in it that is not set."""
    members = _members(message.DESCRIPTOR)
    document = _written(message, members)
    if any(each.is_nullable and each.key not in document for each in members):
        # In the contract's order: null stands where the message would.
        keys = (each.key for each in members if each.is_nullable or each.key in document)
        return {key: document.get(key) for key in keys}
    return document


def _written(message: Any, members: tuple[_Member, ...]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, key, write, is_list, can_be_absent, is_left_out, _ in members:
        if can_be_absent:
            if message.HasField(name):
                document[key] = write(getattr(message, name))
            continue
        value = getattr(message, name)
        if is_list:
            document[key] = [write(each) for each in value]
        elif value or not is_left_out:
            document[key] = write(value)
    return document


@cache
def _members(descriptor: Descriptor) -> tuple[_Member, ...]:
    return tuple(_member(field) for field in descriptor.fields)


def _member(field: FieldDescriptor) -> _Member:
    return _Member(
        name=field.name,
        key=field.json_name,
        write=_writer(field),
        is_list=field.is_repeated,
        can_be_absent=not field.is_repeated and field.has_presence,
        is_left_out=field.type in _LEFT_OUT,
        is_nullable=field.message_type is not None
        and not field.is_repeated
        and field.containing_oneof is None,
    )


def _writer(field: FieldDescriptor) -> Write:
    kind, enum = field.message_type, field.enum_type
    if kind is not None:
        # What a type holds is looked up when it is met first: types may hold themselves.
        return _KNOWN.get(kind.full_name) or (lambda message: _written(message, _members(kind)))
    if enum is not None:
        return lambda number: spelling(enum, number)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda octets: b64encode(octets).decode()
    return str if field.type in _INT64 else _same


def _same(value: Any) -> Any:
    return value


def _time(stamp: Any) -> str:
    """To the millisecond, always."""
    instant = _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)
    return instant.isoformat(timespec="milliseconds") + "Z"


def _in_json(message: Any) -> str:
    return str(message.ToJsonString())


_KNOWN: Final[dict[str, Write]] = {
    "google.protobuf.Timestamp": _time,
    "google.protobuf.Duration": _in_json,
    "google.protobuf.FieldMask": _in_json,
    "google.rpc.Status": status_document,
}
