"""The writer's inserts, compiled once: the SQL of a table and how a record becomes its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from sqlalchemy import Dialect, Table, insert

from server.store.mapping import TABLES
from server.store.records import Record
from server.store.schema import metadata

Convert = Callable[[object], object]
Revisions = Mapping[str, int]
"""The revision of a unit's change about an object, by the object's id."""


class InsertPlan:
    """How rows of one table are inserted; ``rank`` puts what is referred to before what refers."""

    def __init__(self, table: Table, *, dialect: Dialect, rank: int) -> None:
        self.rank = rank
        self.sql = str(insert(table).compile(dialect=dialect))
        names = [column.name for column in table.columns]
        self._values = attrgetter(*names)
        self._converters = _converters(table, dialect)
        self._revision = names.index("revision") if "revision" in names and "id" in names else None

    def row(self, record: Record, revisions: Revisions) -> tuple[object, ...]:
        """The parameters of ``sql``, with the revision of the record's change if there is one."""
        values = list(self._values(record))
        for place, convert in self._converters:
            values[place] = convert(values[place])
        if self._revision is not None and values[0] in revisions:
            values[self._revision] = revisions[values[0]]
        return tuple(values)


def insert_plans(dialect: Dialect) -> Mapping[type[Record], InsertPlan]:
    """One plan for each record type."""
    ranks = {table: rank for rank, table in enumerate(metadata.sorted_tables)}
    return {record: InsertPlan(t, dialect=dialect, rank=ranks[t]) for record, t in TABLES.items()}


def _converters(table: Table, dialect: Dialect) -> list[tuple[int, Convert]]:
    """What the driver needs done to a value, for the columns where that is anything."""
    found: list[tuple[int, Convert]] = []
    for place, column in enumerate(table.columns):
        kind = column.type.dialect_impl(dialect)
        convert = kind.bind_processor(dialect)
        if convert is not None:
            found.append((place, convert))
    return found
