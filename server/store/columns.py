"""Column types that say the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import cast

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """How an instant is stored; a naive datetime is a TypeError."""
    past = instant - _EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970: exact, sortable, without a zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Counts the microseconds; a naive datetime is a TypeError."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Answers UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class JSONText(TypeDecorator[Mapping[str, object]]):
    """A mapping as JSON in plain text: compact, ASCII, keys sorted, so equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, object] | None, _dialect: Dialect) -> str | None:
        """Writes the text."""
        if value is None:
            return None
        return json.dumps(dict(value), separators=(",", ":"), sort_keys=True) if value else "{}"

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Mapping[str, object] | None:
        """Reads the text."""
        return None if value is None else cast("Mapping[str, object]", json.loads(value))


class Lines(TypeDecorator[Sequence[str]]):
    """Short texts, each on a line of its own between two line feeds, so that each end can be searched for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Dialect) -> str | None:
        """Writes the lines; a line feed within a text becomes a space."""
        return "".join(["\n", *(f"{text.replace(chr(10), ' ')}\n" for text in value)]) if value else ""

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Sequence[str] | None:
        """Reads the lines."""
        return tuple(value[1:-1].split("\n")) if value else ()


class Name(TypeDecorator[Enum]):
    """A member of an enum, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[Enum]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: Enum | None, _dialect: Dialect) -> str | None:
        """Stores the value."""
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Enum | None:
        """Finds the member again."""
        return None if value is None else self.of(value)


Octets = Text().with_variant(Text(collation="C"), "postgresql")
"""A text that is compared octet by octet, whatever the database's own collation is."""

Counter = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number that, as a primary key, is SQLite's own row id."""
