"""Single values: from JSON, or from the text of a path or a query, to what a field of a message holds."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from server.web.literals import UnknownLiteral, number, spellings
from server.web.rest.faults import Fault, shortened

_CAPITAL: Final = re.compile(r"[A-Z]")
_WHOLE: Final = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_BITS: Final = {FieldDescriptor.TYPE_INT32: 31, FieldDescriptor.TYPE_INT64: 63}
_ENUM_BITS: Final = 31
_TRUTH: Final = {"true": True, "false": False}


class BadLeaf(ValueError):
    """A value that the field cannot hold; its fault still lacks the path."""

    def __init__(self, rule: str, message: str, *, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.rule, self.message, self.allowed = rule, message, allowed

    def at(self, path: str, value: object) -> Fault:
        """The fault, with what was sent if that is short."""
        told = shortened(value) if isinstance(value, str) else ""
        return Fault(path, self.rule, self.message, told, self.allowed)


def is_leaf(field: FieldDescriptor) -> bool:
    """Whether one JSON value that is no object stands for a single item of the field."""
    return field.message_type is None or field.message_type.full_name in _KNOWN


def leaf(field: FieldDescriptor, value: Any) -> Any:
    """What one item of the field holds for a JSON value. Raises BadLeaf."""
    if field.message_type is not None:
        return _KNOWN[field.message_type.full_name](_text(value))
    if field.enum_type is not None:
        return _literal(field.enum_type, value)
    return _READ[field.type](field, value)


def leaf_of_text(field: FieldDescriptor, text: str) -> Any:
    """As ``leaf``, where everything is text: in paths and queries."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return leaf(field, _TRUTH.get(text, text))
    return leaf(field, text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadLeaf("TYPE_MISMATCH", "must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadLeaf("TEXT_MALFORMED", "must not hold half of a surrogate pair") from None
    return value


def _literal(enum: EnumDescriptor, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return _bounded(value, _ENUM_BITS)
    try:
        return number(enum, _text(value))
    except UnknownLiteral:
        raise BadLeaf(
            "LITERAL_UNKNOWN", "must be one of the values that there are", allowed=spellings(enum)
        ) from None


def _integer(field: FieldDescriptor, value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLeaf("TYPE_MISMATCH", "must be a whole number")
    if value in {float("inf"), float("-inf")}:
        raise BadLeaf("NUMBER_OUT_OF_RANGE", "is a number that the field cannot hold")
    if value != int(value):
        raise BadLeaf("TYPE_MISMATCH", "must be a whole number")
    return _bounded(int(value), _BITS[field.type])


def _bounded(value: int, bits: int) -> int:
    if not -(1 << bits) <= value < 1 << bits:
        raise BadLeaf("NUMBER_OUT_OF_RANGE", "is a number that the field cannot hold")
    return value


def _truth(_: FieldDescriptor, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadLeaf("TYPE_MISMATCH", "must be true or false")
    return value


def _octets(_: FieldDescriptor, value: Any) -> bytes:
    """Base64 of either alphabet, padded or not, as protobuf's JSON has it."""
    text = _text(value).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise BadLeaf("BASE64_MALFORMED", "must be base64") from None


def _timestamp(text: str) -> Timestamp:
    made = Timestamp()
    try:
        made.FromJsonString(text)
    except (ValueError, OverflowError):
        raise BadLeaf("TIME_MALFORMED", "must be a time as 2026-01-31T12:00:00.000Z") from None
    return made


def _duration(text: str) -> Duration:
    made = Duration()
    try:
        made.FromJsonString(text)
    except (ValueError, OverflowError):
        raise BadLeaf("DURATION_MALFORMED", "must be a number of seconds as 3600s") from None
    return made


def _mask(text: str) -> FieldMask:
    """Paths with commas between, in JSON's names or the contract's; unknown ones the RPC tells."""
    return FieldMask(paths=[_snake(path.strip()) for path in text.split(",") if path.strip()])


def _snake(path: str) -> str:
    return _CAPITAL.sub(lambda found: "_" + found.group().lower(), path)


_KNOWN: Final[dict[str, Callable[[str], Any]]] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Duration": _duration,
    "google.protobuf.FieldMask": _mask,
}
_READ: Final[dict[int, Callable[[FieldDescriptor, Any], Any]]] = {
    FieldDescriptor.TYPE_STRING: lambda _, value: _text(value),
    FieldDescriptor.TYPE_BOOL: _truth,
    FieldDescriptor.TYPE_BYTES: _octets,
    FieldDescriptor.TYPE_INT32: _integer,
    FieldDescriptor.TYPE_INT64: _integer,
}
