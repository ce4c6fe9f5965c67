"""Walks the rows of a small table, newest first by id, for lists that look for something in them."""

from __future__ import annotations

from collections.abc import Mapping

from server.store.filters import Like
from server.store.mapping import conditions, table_of
from server.store.queries.walk import Arm, Walk
from server.store.records import Record


def walk_of(
    record: type[Record],
    *,
    lead: Mapping[str, str],
    among: Mapping[str, object],
    rest: Mapping[str, object],
) -> Walk:
    """How rows are walked: by ``lead`` or among those that ``among`` names, and of these by ``rest``.

    lead    a column that an index begins with and goes on with the id, and its value
    among   conditions that find few rows, by an index of their own
    rest    conditions that are looked at row by row; one on a whole text is an ``among``
    """
    table = table_of(record)
    exact = {name: value for name, value in rest.items() if isinstance(value, Like) and value.is_exact}
    found = conditions(record, {**among, **exact})
    sifted = conditions(record, {name: value for name, value in rest.items() if name not in exact})
    first = next(((table.c[name], value) for name, value in lead.items()), None)
    arm = Arm(table, (table.c.id,), first, tuple(found))
    return Walk(table, (table.c.id,), (arm,), tuple(sifted))
