"""Searches the audit rows, newest first; rows of one instant in the order of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, type_coerce

from server.store.columns import microseconds
from server.store.queries.walk import Arm, Walk
from server.store.schema import audit

_at = type_coerce(audit.c.at, BigInteger)
_KEYS = (_at, audit.c.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is asked of audit rows; what is empty does not matter."""

    identity_id: str = ""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    after: datetime | None = None
    """Inclusive."""
    before: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which audit rows are looked for."""

    wanted: AuditFilter
    projects: frozenset[str] | None
    """In any of these; None: everywhere, the server's own rows included."""


def walk_of(query: AuditQuery) -> Walk:
    """How the rows of a query are walked."""
    wanted = query.wanted
    return Walk(
        audit,
        (audit.c.at, audit.c.sequence),
        tuple(_arms(query)),
        tuple(_rest(query)),
        start=(microseconds(wanted.before), 0) if wanted.before else (),
        stop=(microseconds(wanted.after), 0) if wanted.after else (),
    )


def _arms(query: AuditQuery) -> Iterator[Arm]:
    """Rows of an object, of some projects, or of any time: none but those of the query's projects."""
    if query.wanted.object_id:
        yield Arm(audit, _KEYS, (audit.c.object_id, query.wanted.object_id), tuple(_seen(query)))
    elif query.projects is None:
        yield Arm(audit, _KEYS)
    else:
        for id_ in sorted(query.projects):
            yield Arm(audit, _KEYS, (audit.c.project_id, id_))


def _seen(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    """Opaque, for there is an index that is not to be walked."""
    if query.projects is not None:
        yield audit.c.project_id.concat("").in_(sorted(query.projects))


def _rest(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    """What is looked at row by row."""
    if query.wanted.identity_id:
        yield audit.c.identity_id == query.wanted.identity_id
    if query.wanted.action:
        yield audit.c.action == query.wanted.action
    if query.wanted.object_kind:
        yield audit.c.object_kind == query.wanted.object_kind
