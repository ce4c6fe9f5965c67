"""Conditions on a row that is at hand, for walks of whatever table.

An index on a column must not tempt a database that is to walk another one, so
every such column is made opaque: an expression that no index is on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, Text, and_, or_, type_coerce

from server.store.columns import microseconds
from server.store.queries.certificate_query import Realm
from server.store.queries.names import holds

Condition = ColumnElement[bool]


def within(table: Table, realms: Sequence[Realm]) -> Condition:
    """That the row is in a realm; whole projects as one condition: SQLite nests no more than 1,000."""
    whole = sorted({realm.project_id for realm in realms if realm.is_whole})
    narrow = (_within(table, realm) for realm in realms if not realm.is_whole)
    return or_(opaque(table.c.project_id).in_(whole), *narrow)


def window(
    column: ColumnElement[Any], after: datetime | None, before: datetime | None
) -> Iterator[Condition]:
    """Not before one instant, and before the other."""
    column = type_coerce(column, BigInteger)
    if after:
        yield column >= microseconds(after)
    if before:
        yield column < microseconds(before)


def labelled(column: ColumnElement[Any], key: str, value: str) -> Condition:
    """The stored text is JSON of one level and keys hold no quote: so the pair is nowhere else in it."""
    return holds(type_coerce(column, Text), f"{json.dumps(key)}:{json.dumps(value)}")


def opaque(column: ColumnElement[str]) -> ColumnElement[str]:
    """The text of a column, as no index has it."""
    return column.concat("")


def _within(table: Table, realm: Realm) -> Condition:
    parts = ((table.c.profile_id, realm.profile_id), (table.c.requester_id, realm.requester_id))
    narrower = (opaque(column) == value for column, value in parts if value)
    return and_(opaque(table.c.project_id) == realm.project_id, *narrower)
