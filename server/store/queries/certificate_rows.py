"""What a certificate's row must be, condition by condition.

An index on a column must not tempt a database that is to walk another one, so
every such column is made opaque: an expression that no index is on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, false, or_, type_coerce

from server.store.columns import microseconds
from server.store.queries.certificate_query import CertificateQuery, Realm
from server.store.queries.names import holds
from server.store.schema import certificate

Condition = ColumnElement[bool]
_column = certificate.c


def conditions(query: CertificateQuery) -> Mapping[str, Condition]:
    """Everything that a row must be, by a name for it."""
    equal = {
        "profile": (_column.profile_id, query.wanted.profile_id),
        "ca": (_column.ca_id, query.wanted.ca_id),
        "requester": (_column.requester_id, query.wanted.requester_id),
        "lineage": (_column.lineage_id, query.wanted.lineage_id),
        "serial": (_column.serial, query.wanted.serial),
        "fingerprint": (_column.fingerprint, query.wanted.fingerprint),
    }
    found = {name: _opaque(column) == value for name, (column, value) in equal.items() if value}
    if query.realms is not None:
        found["realms"] = _anywhere(query.realms)
    if query.name:
        found["name"] = query.name.on_row()
    if query.wanted.states:
        found["states"] = or_(*(_state(state, query.now) for state in query.wanted.states))
    if query.wanted.renewal_states:
        found["renewal"] = or_(*map(_renewal, query.wanted.renewal_states))
    if query.wanted.expires_after or query.wanted.expires_before:
        found["expiry"] = and_(*window(_not_after(), query.wanted.expires_after, query.wanted.expires_before))
    return found | {f"label {n}": _labelled(*entry) for n, entry in enumerate(query.wanted.metadata)}


def _anywhere(realms: Sequence[Realm]) -> Condition:
    """Whole projects as one condition: SQLite nests no more than a thousand."""
    whole = sorted({realm.project_id for realm in realms if realm.is_whole})
    narrow = (_within(realm) for realm in realms if not realm.is_whole)
    return or_(_opaque(_column.project_id).in_(whole), *narrow)


def _within(realm: Realm) -> Condition:
    parts = ((_column.profile_id, realm.profile_id), (_column.requester_id, realm.requester_id))
    narrower = (_opaque(column) == value for column, value in parts if value)
    return and_(_opaque(_column.project_id) == realm.project_id, *narrower)


def _state(state: str, now: datetime) -> Condition:
    if state == "REVOKED":
        return _column.revoked_at.is_not(None)
    instant = microseconds(now)
    over = _not_after() < instant if state == "EXPIRED" else _not_after() >= instant
    return and_(_column.revoked_at.is_(None), over)


def _renewal(state: str) -> Condition:
    match state:
        case "RENEWED":
            return _column.renewed_by_id.is_not(None)
        case "SCHEDULED":
            return and_(_column.renewed_by_id.is_(None), _column.auto_renewal_enabled)
        case "OFF":
            return and_(_column.renewed_by_id.is_(None), ~_column.auto_renewal_enabled)
        case _:
            return false()


def window(
    column: ColumnElement[Any], after: datetime | None, before: datetime | None
) -> Iterator[Condition]:
    """Not before one instant, and before the other."""
    column = type_coerce(column, BigInteger)
    if after:
        yield column >= microseconds(after)
    if before:
        yield column < microseconds(before)


def _labelled(key: str, value: str) -> Condition:
    """The stored text is JSON of one level and keys hold no quote: so the pair is nowhere else in it."""
    return holds(type_coerce(_column.metadata, Text), f"{json.dumps(key)}:{json.dumps(value)}")


def _opaque(column: ColumnElement[str]) -> ColumnElement[str]:
    return column.concat("")


def _not_after() -> ColumnElement[int]:
    return type_coerce(_column.not_after, BigInteger) + 0
