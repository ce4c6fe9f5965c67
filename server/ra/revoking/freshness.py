"""What an operator watches of CRLs: number, age, what is left of each, and how many entries it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from server.clock import Clock
from server.store.failures import StoreUnavailable
from server.store.records import ChangeRecord, CRLRecord, ObjectKind
from server.store.store import Store

LABELS: Final = ("ca_id", "key_generation", "shard")
Labels = tuple[str, ...]
"""The values of ``LABELS``."""

_PAGE: Final = 500


class Freshness:
    """Knows what each CRL of the server is like, without a query at each look."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rows: dict[str, CRLRecord] = {}
        self._stale: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._forget = store.feed.subscribe(self._hear)

    async def load(self) -> None:
        """Learn of all CRLs. Raises StoreUnavailable."""
        after = ""
        while True:
            rows = await self._store.page(CRLRecord, size=_PAGE, after=after)
            self._rows |= {row.id: row for row in rows}
            if len(rows) <= _PAGE:
                return
            after = rows[_PAGE - 1].id

    async def close(self) -> None:
        """Learn no more."""
        self._forget()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def numbers(self) -> Mapping[Labels, float]:
        """The number of the last one, by labels."""
        return self._each(lambda row, _: row.number)

    def entries(self) -> Mapping[Labels, float]:
        """How many certificates are on it."""
        return self._each(lambda row, _: row.entries)

    def ages(self) -> Mapping[Labels, float]:
        """The seconds since it was made."""
        return self._each(lambda row, now: _seconds(now, row.this_update))

    def seconds_left(self) -> Mapping[Labels, float]:
        """The seconds until it is no longer good: less than zero if it is late."""
        return self._each(lambda row, now: -_seconds(now, row.next_update))

    def _each(self, read: Callable[[CRLRecord, datetime], float]) -> Mapping[Labels, float]:
        """Of those that there are; what could not be learned before is tried again."""
        self._begin()
        now = self._clock()
        return {_labels(row): read(row, now) for row in self._rows.values() if row.number}

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        self._stale |= {change.object_id for change in changes if change.kind is ObjectKind.CRL}
        self._begin()

    def _begin(self) -> None:
        if self._stale and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._follow(), name="crls freshness")

    async def _follow(self) -> None:
        """Read what is stale; if the database is silent, that is left to the next look."""
        while self._stale:
            id_ = self._stale.pop()
            try:
                row = await self._store.get(CRLRecord, id=id_)
            except StoreUnavailable:
                self._stale.add(id_)
                return
            if row is not None:
                self._rows[id_] = row


def _labels(row: CRLRecord) -> Labels:
    return row.ca_id, str(row.key_generation), str(row.shard)


def _seconds(now: datetime, since: datetime | None) -> float:
    return (now - since).total_seconds() if since else 0.0
