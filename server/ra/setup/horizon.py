"""How far the ends of CAs are: told in answers, and in a metric, long before certificates get too short.

A CA is **near its end** once it has less left than 30 days (than a third of its
whole life, if that is shorter), or less than the longest lifetime that a
profile on it allows: from then on such a certificate is refused. A server with
such a CA stays ready, for it can still issue, and says so where it tells that
it is ready; who watches it watches ``certmanager_ca_seconds_left``, which has a
value for each CA, less than zero for one that is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from server.clock import Clock
from server.pki.validity import Validity
from server.ra.issuing.profile import Profile
from server.store.failures import StoreUnavailable
from server.store.records import AuthorityRecord, ChangeRecord, ObjectKind
from server.store.store import Store

SOON = timedelta(days=30)

_PAGE = 200


def near_end(validity: Validity, *, longest: timedelta | None, now: datetime) -> str | None:
    """The warning of a CA that is near its end, or has passed it."""
    end = validity.not_after
    if now > end:
        return f"the certificate authority expired at {end.isoformat()} and signs nothing more"
    bound = max(min(SOON, validity.lifetime / 3), longest or timedelta())
    if end - now >= bound:
        return None
    return f"the certificate authority ends at {end.isoformat()}, and no certificate can outlast it"


def issuer_warnings(profile: Profile, *, now: datetime) -> tuple[str, ...]:
    """What whoever asks for a certificate should know of its CA."""
    rule = profile.policy.lifetime
    warning = near_end(profile.issuer.validity, longest=rule.maximum or rule.default, now=now)
    return (warning,) if warning else ()


class Horizon:
    """Knows when each CA of the server ends, without a query at each look."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lives: Mapping[str, Validity] = {}
        self._signing: frozenset[str] = frozenset()
        """The CAs that nobody has disabled."""
        self._stale = True
        self._task: asyncio.Task[None] | None = None
        store.feed.subscribe(self._hear)

    async def load(self) -> None:
        """Learn of all CAs. Raises StoreUnavailable."""
        self._stale = False
        lives: dict[str, Validity] = {}
        signing: set[str] = set()
        after = ""
        while True:
            rows = await self._store.page(AuthorityRecord, size=_PAGE, after=after)
            lives |= {row.id: life for row in rows if (life := _life(row))}
            signing |= {row.id for row in rows if row.state == "ACTIVE"}
            if len(rows) <= _PAGE:
                break
            after = rows[_PAGE - 1].id
        self._lives, self._signing = lives, frozenset(signing)

    def seconds_left(self) -> Mapping[str, float]:
        """By CA, the seconds until it ends; what could not be learned before is tried again."""
        self._refresh()
        now = self._clock()
        return {id_: (life.not_after - now).total_seconds() for id_, life in self._lives.items()}

    def warnings(self) -> tuple[str, ...]:
        """A line for each CA that is to sign and is near its end, whatever its profiles allow."""
        self._refresh()
        now = self._clock()
        told = (
            (id_, near_end(self._lives[id_], longest=None, now=now))
            for id_ in sorted(self._signing & self._lives.keys())
        )
        return tuple(f"{id_}: {warning}" for id_, warning in told if warning)

    async def close(self) -> None:
        """Learn no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _refresh(self) -> None:
        if self._stale:
            self._begin()

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        if any(change.kind is ObjectKind.AUTHORITY for change in changes):
            self._stale = True
            self._begin()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        """Load until nothing changed meanwhile; if the database is silent, that is left to the next look."""
        try:
            while self._stale:
                await self.load()
        except StoreUnavailable:
            self._stale = True


def _life(record: AuthorityRecord) -> Validity | None:
    begin, end = record.not_before, record.not_after
    return Validity(begin, end) if begin and end else None
