"""Conditions on a column beyond equality, as values of a ``where``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, and_, func, or_

from server.store.records import Record

ANYTHING = "*"


@runtime_checkable
class Filter(Protocol):
    """A condition on one column."""

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition in SQL."""
        ...


@dataclass(frozen=True, slots=True)
class Like:
    """Text with ``*`` at one end or both, which stands for anything; case counts, and no other sign does.

    SQL's own LIKE would not do: SQLite's passes over case, and ``_`` means something in it.
    """

    text: str

    @property
    def is_exact(self) -> bool:
        """Whether it is the whole text."""
        return not (self.text.startswith(ANYTHING) or self.text.endswith(ANYTHING))

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is such text."""
        open_left, open_right = self.text.startswith(ANYTHING), self.text.endswith(ANYTHING)
        piece = self.text.removeprefix(ANYTHING).removesuffix(ANYTHING)
        length, size = func.length(column), len(piece)
        if open_left and open_right:
            return func.length(func.replace(column, piece, "")) < length if piece else column.is_not(None)
        if open_left:
            return and_(length >= size, func.substr(column, length - size + 1) == piece)
        return func.substr(column, 1, size) == piece if open_right else column == piece


@dataclass(frozen=True, slots=True)
class Above:
    """A number greater than this one."""

    number: int

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is such a number."""
        return column > self.number


@dataclass(frozen=True, slots=True)
class Beyond:
    """Text that comes after this one in the order of the database: the next page of a key."""

    text: str

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is such text."""
        return column > self.text


@dataclass(frozen=True, slots=True)
class IsSet:
    """Anything but null."""

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column holds something."""
        return column.is_not(None)


@dataclass(frozen=True, slots=True)
class Between:
    """A number greater than one, and at most another."""

    above: int
    until: int

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is such a number."""
        return and_(column > self.above, column <= self.until)


@dataclass(frozen=True, slots=True)
class UpTo:
    """A number or an instant that is at most this one."""

    bound: int | datetime

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is such a value."""
        return column <= self.bound


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values; of none, nothing is met."""

    values: Collection[str]

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is one of them."""
        return column.in_(self.values)


@dataclass(frozen=True, slots=True)
class UnsetOrAfter:
    """Null, or later than an instant."""

    instant: datetime

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is so."""
        return or_(column.is_(None), column > self.instant)


@dataclass(frozen=True, slots=True)
class UnsetOrBefore:
    """Null, or earlier than an instant."""

    instant: datetime

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that the column is so."""
        return or_(column.is_(None), column < self.instant)


@dataclass(frozen=True, slots=True)
class Among:
    """What ``column`` holds in those rows of another table whose columns are as ``where`` says."""

    record: type[Record]
    column: str
    where: Mapping[str, object]
