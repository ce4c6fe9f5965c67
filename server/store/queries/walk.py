"""Walks an index from its newest entry, a bounded number of entries a page.

    arms    ranges of an index, each in the order of the list
    rest    what else a row must be; that is looked at row by row

A page ends when it is full, or when so many entries were looked at that the
next ones are the next page's: then it is short, and there is a next page all
the same. So no list costs more than its bound, however little it finds.

Where such a page ends tells of the entries that were looked at. So whoever may
not see everything walks entries that it may see, or so few that all are looked
at and no page is short.

What an arm leads with is written as a range from a value to the same value: an
equality would let PostgreSQL walk any other index that has the wanted order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, FromClause, Row, Select, Table, and_, literal, select, tuple_, union

from server.store.columns import microseconds
from server.store.records import Record

SCAN = 2_000
"""Entries that one page looks at, at most, for each query that it takes."""
FEW = 5_000
"""Entries that are few enough to be looked at for each page, all of them."""
ARMS = 32
"""Arms of one query; a walk with more of them takes several."""

_ALL_OF_FEW = 2 * FEW
"""More than there can be by the time that they are walked."""

R = TypeVar("R", bound=Record)
Rows = Sequence[Row[*tuple[Any, ...]]]
Fetch = Callable[[Select[*tuple[Any, ...]]], Awaitable[Rows]]
"""Runs a query."""
Place = tuple[Any, ...]
"""A place in a list: the values of its keys, as they are stored."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[R]):
    """Some rows of a list, and the place after which the next ones stand; None at the end."""

    rows: Sequence[R]
    after: Place | None

    @property
    def last(self) -> str:
        """The id after which the next rows of a list by id stand; empty at the end."""
        return str(self.after[0]) if self.after else ""


@dataclass(frozen=True, slots=True)
class Arm:
    """Entries of ``source`` in the order of ``keys``: of an index that begins with ``lead``, or ``found``."""

    source: FromClause
    keys: tuple[ColumnElement[Any], ...]
    lead: tuple[ColumnElement[Any], Any] | None = None
    """The first column of the index, and its value."""
    found: tuple[ColumnElement[bool], ...] = ()

    def entries(self, *, after: Place, floor: Place) -> Select[*tuple[Any, ...]]:
        """The keys of the entries older than ``after`` and not older than ``floor``, the newest first."""
        shown = [key.label(f"key{n}") for n, key in enumerate(self.keys)]
        query = select(*shown).select_from(self.source).where(*self.found, *self._range(after, floor))
        return query.order_by(*(column.desc() for column in self._columns))

    def _range(self, after: Place, floor: Place) -> Iterator[ColumnElement[bool]]:
        first = self.lead[1:] if self.lead else ()
        if after or first:
            bound = (*first, *after)
            yield self._place(bound) < _values(bound) if after else self._place(bound) <= _values(bound)
        if floor or first:
            bound = (*first, *floor)
            yield self._place(bound) >= _values(bound)

    def _place(self, bound: Place) -> ColumnElement[Any]:
        columns = self._columns[: len(bound)]
        return columns[0] if len(columns) == 1 else tuple_(*columns)

    @property
    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        return (self.lead[0], *self.keys) if self.lead else self.keys


@dataclass(frozen=True, slots=True)
class Walk:
    """A search of a table; ``keys`` are its columns that order the list."""

    table: Table
    keys: tuple[ColumnElement[Any], ...]
    arms: tuple[Arm, ...]
    rest: tuple[ColumnElement[bool], ...] = ()
    start: Place = ()
    """Only what is older than this place."""
    stop: Place = ()
    """Only what is not older than this one."""
    bounded: bool = False
    """Whether the arms hold so few entries that all of them can be looked at."""

    def parts(self) -> Iterator[Walk]:
        """The walks of some arms each that are this one together."""
        for begin in range(0, len(self.arms), ARMS):
            yield replace(self, arms=self.arms[begin : begin + ARMS])

    def page(self, *, limit: int, after: Place = (), floor: Place = ()) -> Select[*tuple[Any, ...]]:
        """The next rows: those older than ``after``, and not older than ``floor``."""
        after, floor = after or self.start, max(floor, self.stop)
        arms = [self._enough(arm.entries(after=after, floor=floor), limit) for arm in self.arms]
        hit = _together(arms).subquery("hit")
        same = and_(*(key == hit.c[f"key{n}"] for n, key in enumerate(self.keys)))
        rows = select(self.table).select_from(hit).join(self.table, same)
        return rows.order_by(*(column.desc() for column in hit.c)).limit(limit)

    def floor(self, *, after: Place = ()) -> Select[*tuple[Any, ...]] | None:
        """The oldest entry of each arm that a page looks at; None if every entry may be looked at."""
        if not self.rest or self.bounded:
            return None
        share = max(SCAN // len(self.arms), 1)
        ends = (arm.entries(after=after or self.start, floor=self.stop) for arm in self.arms)
        return _together([end.limit(1).offset(share - 1) for end in ends])

    def _enough(self, entries: Select[*tuple[Any, ...]], limit: int) -> Select[*tuple[Any, ...]]:
        """As many entries as a page needs, of rows that are what they must be."""
        if not self.rest or self._is_direct:
            return entries.where(*self.rest).limit(limit)
        entry = entries.limit(_ALL_OF_FEW if self.bounded else SCAN).subquery("entry")
        same = (key == entry.c[f"key{n}"] for n, key in enumerate(self.keys))
        # What has an offset PostgreSQL plans by itself: row by row, and never from all rows to the entries.
        row = select(literal(1)).select_from(self.table).where(*same, *self.rest).offset(0).correlate(entry)
        newest = (column.desc() for column in entry.c)
        return select(entry).where(row.exists()).order_by(*newest).limit(limit)

    @property
    def _is_direct(self) -> bool:
        """Whether the table's own indexes are walked, so that the rest of a row is at hand."""
        return all(arm.source is self.table for arm in self.arms)


async def cut(walk: Walk, fetch: Fetch, *, size: int, after: Place = ()) -> tuple[Rows, Place | None]:
    """The rows of one page, and the place after which the next one begins; None if there is none."""
    parts = tuple(walk.parts())
    bounds = [bound for part in parts if (bound := part.floor(after=after)) is not None]
    floor = max([tuple(row) for bound in bounds for row in await fetch(bound)], default=())
    rows = [row for part in parts for row in await fetch(part.page(limit=size + 1, after=after, floor=floor))]
    if len(parts) > 1:
        rows = _in_order(walk, rows)
    return (rows[:size], _place(walk, rows[size - 1])) if len(rows) > size else (rows, floor or None)


def _in_order(walk: Walk, rows: Rows) -> list[Row[*tuple[Any, ...]]]:
    """The rows of several queries, each once, the newest first."""
    each = {_place(walk, row): row for row in rows}
    return [each[place] for place in sorted(each, reverse=True)]


def _place(walk: Walk, row: Row[*tuple[Any, ...]]) -> Place:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return tuple(_stored(values[key]) for key in walk.keys)


def _stored(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value


def _values(place: Place) -> Any:
    return place[0] if len(place) == 1 else tuple_(*place)


def _together(queries: Sequence[Select[*tuple[Any, ...]]]) -> Select[*tuple[Any, ...]]:
    """The rows of all the queries, each once.

    Each stands in a query of its own: SQLite puts no part of a union in order.
    """
    if len(queries) == 1:
        return queries[0]
    return select(union(*(select(query.subquery()) for query in queries)).subquery("arm"))
