"""Searches the audit rows, newest first; rows of one instant in the order of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, type_coerce

from server.store.columns import microseconds
from server.store.queries.walk import Arm, Walk
from server.store.schema import audit

_ARMS = 32
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
        tuple(Arm(audit, _KEYS, lead) for lead in _leads(query)),
        tuple(_rest(query)),
        start=(microseconds(wanted.before), 0) if wanted.before else (),
        stop=(microseconds(wanted.after), 0) if wanted.after else (),
    )


def _leads(query: AuditQuery) -> list[tuple[ColumnElement[Any], str] | None]:
    """What the index leads with: an object, some projects, or nothing but the time."""
    if query.wanted.object_id:
        return [(audit.c.object_id, query.wanted.object_id)]
    if _by_home(query):
        return [(audit.c.project_id, id_) for id_ in sorted(query.projects or ())]
    return [None]


def _by_home(query: AuditQuery) -> bool:
    return not query.wanted.object_id and query.projects is not None and 0 < len(query.projects) <= _ARMS


def _rest(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    """What is looked at row by row; opaque where there is an index that was not chosen."""
    if query.wanted.identity_id:
        yield audit.c.identity_id == query.wanted.identity_id
    if query.projects is not None and not _by_home(query):
        yield audit.c.project_id.concat("").in_(sorted(query.projects))
    if query.wanted.action:
        yield audit.c.action == query.wanted.action
    if query.wanted.object_kind:
        yield audit.c.object_kind == query.wanted.object_kind
