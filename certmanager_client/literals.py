"""How the contract's enum values are spelled outside gRPC: in files, on command lines, in JSON.

The spelling is an option of each value in the contract, ``(certmanager.v1.literal)``:
one that answers use, and aliases that requests may use as well.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor
from google.protobuf.message import Message

from certmanager.v1 import options_pb2

_LITERAL: Any = options_pb2.literal


class UnknownLiteral(ValueError):
    """A text that spells no value; the message lists what would."""


def spelling(enum: EnumDescriptor, number: int) -> str:
    """The spelling of a value; empty for UNSPECIFIED without one, the digits of a number yet unknown."""
    value = enum.values_by_number.get(number)
    return str(number) if value is None else _spelling(value)


def spellings(enum: EnumDescriptor) -> tuple[str, ...]:
    """The spellings of an enum's values that answers use, in the contract's order."""
    return tuple(filter(None, map(_spelling, enum.values)))


def number(enum: EnumDescriptor, text: str) -> int:
    """The value that a text spells: its spelling, an alias or its name in the contract.

    Raises UnknownLiteral. Where no two values differ by case alone, case does not matter.
    """
    found = _numbers(enum).get(text)
    if found is None:
        found = _numbers_folded(enum).get(text.casefold())
    if found is None:
        raise UnknownLiteral(f"{text!r} is none of {', '.join(spellings(enum))}")
    return found


def plain(message: Message, *, with_defaults: bool = False) -> dict[str, Any]:
    """The message as protobuf JSON would have it, but with each enum value in its spelling.

    ``with_defaults`` also writes what is unset and has no presence, such as empty lists.
    """
    document = json_format.MessageToDict(message, always_print_fields_with_no_presence=with_defaults)
    _spell(document, message)
    return document


def _spell(document: dict[str, Any], message: Message) -> None:
    """Replace the names of enum values, in place, through all messages of ours."""
    for field in message.DESCRIPTOR.fields:
        key = field.json_name
        if key not in document:
            continue
        if field.enum_type is not None:
            document[key] = _spelled(field.enum_type, document[key])
        elif _is_ours(field):
            value = getattr(message, field.name)
            parts = value if field.is_repeated else (value,)
            written = document[key] if field.is_repeated else (document[key],)
            for part, each in zip(written, parts, strict=True):
                _spell(part, each)


def _is_ours(field: Any) -> bool:
    kind = field.message_type
    return kind is not None and kind.full_name.startswith("certmanager.") and not kind.GetOptions().map_entry


def _spelled(enum: Any, written: Any) -> Any:
    if isinstance(written, list):
        return [_spelled(enum, each) for each in written]
    value = enum.values_by_name.get(written) if isinstance(written, str) else None
    return written if value is None else _spelling(value)


def _spelling(value: EnumValueDescriptor) -> str:
    literal = value.GetOptions().Extensions[_LITERAL]
    if literal.json or value.number == 0:
        return str(literal.json)
    return value.name


@cache
def _numbers(enum: EnumDescriptor) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in enum.values:
        literal = value.GetOptions().Extensions[_LITERAL]
        if value.number or literal.json:
            found |= dict.fromkeys((literal.json or value.name, *literal.alias, value.name), value.number)
    return found


@cache
def _numbers_folded(enum: EnumDescriptor) -> dict[str, int]:
    folded: dict[str, set[int]] = {}
    for text, value in _numbers(enum).items():
        folded.setdefault(text.casefold(), set()).add(value)
    return {text: values.pop() for text, values in folded.items() if len(values) == 1}
