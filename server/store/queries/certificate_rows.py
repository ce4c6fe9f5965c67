"""What a certificate's row must be, condition by condition; without the help of any index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Text, and_, false, literal_column, or_, type_coerce

from server.store.columns import microseconds
from server.store.queries.certificate_query import CertificateQuery
from server.store.queries.rows import Condition, labelled, opaque, window, within
from server.store.schema import certificate

_column = certificate.c

# Written out and not bound: only so is it plain to a database that the partial index has all such rows.
FAILS: Condition = _column.renewal_attempts > literal_column("0")


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
    found = {name: opaque(column) == value for name, (column, value) in equal.items() if value}
    if query.realms is not None:
        found["realms"] = within(certificate, query.realms)
    if query.name:
        found["name"] = query.name.on_row(type_coerce(_column.names, Text))
    if query.wanted.states:
        found["states"] = or_(*(_state(state, query.now) for state in query.wanted.states))
    if query.wanted.renewal_states:
        found["renewal"] = or_(*(_renewal(state, query.now) for state in query.wanted.renewal_states))
    if query.wanted.expires_after or query.wanted.expires_before:
        found["expiry"] = and_(*window(_not_after(), query.wanted.expires_after, query.wanted.expires_before))
    return found | {
        f"label {n}": labelled(_column.metadata, *entry) for n, entry in enumerate(query.wanted.metadata)
    }


def is_failing(now: datetime) -> Condition:
    """That its renewal was tried, and is to be tried again."""
    return _renewal("FAILING", now)


def _state(state: str, now: datetime) -> Condition:
    if state == "REVOKED":
        return _column.revoked_at.is_not(None)
    instant = microseconds(now)
    over = _not_after() < instant if state == "EXPIRED" else _not_after() >= instant
    return and_(_column.revoked_at.is_(None), over)


def _renewal(state: str, now: datetime) -> Condition:
    if state == "RENEWED":
        return _column.renewed_by_id.is_not(None)
    planned = and_(_state("ACTIVE", now), _column.auto_renewal_enabled)
    waits, fails = _column.renewal_request_id.is_not(None), FAILS
    how = {"PENDING_APPROVAL": waits, "FAILING": and_(~waits, fails), "SCHEDULED": and_(~waits, ~fails)}
    is_so = ~planned if state == "OFF" else and_(planned, how.get(state, false()))
    return and_(_column.renewed_by_id.is_(None), is_so)


def _not_after() -> ColumnElement[int]:
    return type_coerce(_column.not_after, BigInteger) + 0
