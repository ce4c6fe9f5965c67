"""Counts certificates, and the requests that wait, each by a range of an index and no further than a bound.

Of a whole project there is an index that holds, for each count, just what is
counted. Who may see some of a project only has its newest entries looked at,
row by row; so the bound tells nothing of what belongs to others.

A day is a range of ids, for these begin with the time at which they were made.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
    union,
    union_all,
)

from server.store.columns import microseconds
from server.store.queries.certificate_query import Realm
from server.store.queries.certificate_rows import FAILS, is_failing
from server.store.queries.requests import WAITS
from server.store.queries.rows import Condition, window, within
from server.store.schema import certificate, certificate_request

MOST: Final = 10_000
"""How far each count goes."""

_VARIANT: Final = 7 << 76 | 0b10 << 62


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, or that there are at least so many."""

    number: int
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsQuery:
    """What is counted of one project."""

    realms: tuple[Realm, ...]
    """Of it; at least one."""
    days: tuple[datetime, ...]
    """The beginning of each day, and at last the end of the last one."""
    now: datetime
    soon: datetime
    """What ends from now until then is about to expire."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What may be seen of a table."""

    table: Table
    realms: tuple[Realm, ...]

    @property
    def is_whole(self) -> bool:
        return any(realm.is_whole for realm in self.realms)

    def ranged(self, *range_: Condition, hit: Condition | None = None) -> Select[*tuple[Any, ...]]:
        """Of a whole project: those in the range of an index that are a ``hit``."""
        project = self.table.c.project_id == self.realms[0].project_id
        return _bounded([_entries(self.table, true() if hit is None else hit).where(project, *range_)])

    def sifted(self, *range_: Condition, hit: Condition | None = None) -> Select[*tuple[Any, ...]]:
        """Of realms: those of the newest in the range that are a ``hit``."""
        seen = within(self.table, self.realms)
        found = _entries(self.table, seen if hit is None else and_(seen, hit)).where(*range_)
        newest = found.order_by(self.table.c.id.desc())
        leads = dict.fromkeys(_lead(realm) for realm in self.realms)
        return _bounded([newest.where(self.table.c[name] == value) for name, value in leads])


def statistics(query: StatisticsQuery) -> Select[*tuple[Any, ...]]:
    """One row for each day and then for what is active, expiring, failing and waiting: see ``counts``."""
    counted = (*_issued(query), *_present(query), _waiting(query))
    rows = [entries.add_columns(literal_column(str(n)).label("place")) for n, entries in enumerate(counted)]
    each = union_all(*rows).subquery("counted")
    return select(each.c.looked_at, each.c.hits).order_by(each.c.place)


def counts(rows: Sequence[Any]) -> list[Count]:
    """What the rows say."""
    return [Count(min(int(hits), MOST), looked_at <= MOST) for looked_at, hits in rows]


def _issued(query: StatisticsQuery) -> Iterator[Select[*tuple[Any, ...]]]:
    sight, id_ = _Sight(certificate, query.realms), certificate.c.id
    for begin, end in pairwise(map(first_id, query.days)):
        day = (id_ >= begin, id_ < end)
        yield sight.ranged(*day) if sight.is_whole else sight.sifted(*day)


def _present(query: StatisticsQuery) -> Iterator[Select[*tuple[Any, ...]]]:
    sight, unrevoked = _Sight(certificate, query.realms), certificate.c.revoked_at.is_(None)
    for until in (None, query.soon):
        ends = tuple(window(certificate.c.not_after, query.now, until))
        yield sight.ranged(unrevoked, *ends) if sight.is_whole else sight.sifted(hit=and_(unrevoked, *ends))
    fails = is_failing(query.now)
    yield sight.ranged(FAILS, hit=fails) if sight.is_whole else sight.sifted(hit=fails)


def _waiting(query: StatisticsQuery) -> Select[*tuple[Any, ...]]:
    sight = _Sight(certificate_request, query.realms)
    return sight.ranged(WAITS) if sight.is_whole else sight.sifted(hit=WAITS)


def first_id(instant: datetime) -> str:
    """The least identifier of all that can be made at an instant or later (RFC 9562, section 5.7)."""
    return str(uuid.UUID(int=microseconds(instant) // 1000 << 80 | _VARIANT))


def _lead(realm: Realm) -> tuple[str, str]:
    """The column whose index with the id holds the realm's rows, and its value."""
    return ("requester_id", realm.requester_id) if realm.requester_id else ("profile_id", realm.profile_id)


def _entries(table: Table, hit: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(table.c.id, case((hit, literal(1)), else_=literal(0)).label("hit"))


def _bounded(parts: Sequence[Select[*tuple[Any, ...]]]) -> Select[*tuple[Any, ...]]:
    """How many entries of all parts were looked at, each once, and how many of these are to be counted."""
    limited = [select(part.limit(MOST + 1).subquery()) for part in parts]
    entry = limited[0].subquery() if len(limited) == 1 else union(*limited).subquery()
    hits = func.coalesce(func.sum(entry.c.hit), 0)
    return select(func.count().label("looked_at"), hits.label("hits")).select_from(entry)
