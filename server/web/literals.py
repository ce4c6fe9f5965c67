"""How the contract's enum values are spelled outside gRPC: its option ``(certmanager.v1.literal)``."""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor

from certmanager.v1 import options_pb2

_LITERAL: Any = options_pb2.literal


class UnknownLiteral(ValueError):
    """A text that spells no value of an enum."""


def spelling(enum: EnumDescriptor, number: int) -> str:
    """The spelling that answers use; empty for UNSPECIFIED, the digits of a number yet unknown."""
    found = _texts(enum).get(number)
    return str(number) if found is None else found


def spellings(enum: EnumDescriptor) -> tuple[str, ...]:
    """The spellings of all values, in the contract's order."""
    return tuple(filter(None, _texts(enum).values()))


def number(enum: EnumDescriptor, text: str) -> int:
    """The value that a text spells: its spelling, an alias, or its name in the contract.

    Raises UnknownLiteral. Where no two values differ by case alone, case does not matter.
    """
    exact, folded = _numbers(enum)
    found = exact.get(text)
    if found is None:
        found = folded.get(text.casefold())
    if found is None:
        raise UnknownLiteral(f"must be one of {', '.join(spellings(enum))}")
    return found


def accepted(enum: EnumDescriptor) -> dict[str, int]:
    """The values by each text that spells one, case aside; those that answers use come first."""
    exact, _ = _numbers(enum)
    return {**{text: exact[text] for text in spellings(enum)}, **exact}


@cache
def _texts(enum: EnumDescriptor) -> dict[int, str]:
    return {value.number: _spellings_of(value)[0] for value in enum.values}


@cache
def _numbers(enum: EnumDescriptor) -> tuple[dict[str, int], dict[str, int]]:
    """The numbers by every text, and by those of them that stay apart without their case."""
    exact = {text: value.number for value in enum.values for text in _spellings_of(value) if text}
    meanings: dict[str, set[int]] = {}
    for text, value in exact.items():
        meanings.setdefault(text.casefold(), set()).add(value)
    return exact, {text: values.pop() for text, values in meanings.items() if len(values) == 1}


def _spellings_of(value: EnumValueDescriptor) -> tuple[str, ...]:
    """What a value is called: the first is for answers. UNSPECIFIED has no spelling of its own."""
    literal = value.GetOptions().Extensions[_LITERAL]
    if not value.number and not literal.json:
        return ("", value.name)
    return (literal.json or value.name, *literal.alias, value.name)
