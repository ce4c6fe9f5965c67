"""Forgets what was promised to be known for a time only: attempts of retries, and changes."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import Final

from server.clock import Clock
from server.store.filters import UpTo
from server.store.records import AttemptRecord, ChangeRecord, Record
from server.store.store import Store
from server.store.unit import Delete, Unit

_BATCH: Final = 1000
ATTEMPTS_KEPT: Final = timedelta(hours=24)
"""The least that is promised to clients."""
CHANGES_KEPT: Final = timedelta(days=7)


class Retention:
    """What is known of the past; replicas may all forget at once."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        attempts_kept: timedelta = ATTEMPTS_KEPT,
        changes_kept: timedelta = CHANGES_KEPT,
    ) -> None:
        self._store = store
        self._clock = clock
        self._attempts_kept = attempts_kept
        self._changes_kept = changes_kept

    async def forget_attempts(self) -> int:
        """Forgets some of the attempts that are too old; tells how many, 0 if none is left."""
        limit = UpTo(self._clock() - self._attempts_kept)
        old = await self._store.list(AttemptRecord, limit=_BATCH, order="created_at", created_at=limit)
        if old:
            await self._forget(AttemptRecord, created_at=UpTo(old[-1].created_at))
        return len(old)

    async def forget_changes(self) -> int:
        """Forgets some of the changes that are too old; tells how many, 0 if none is left.

        Always the oldest, without a gap: what remains is all from
        ``Store.oldest_change`` on. Revisions and times agree but for the clocks of
        replicas, so the first change that is young enough ends it.
        """
        limit = self._clock() - self._changes_kept
        oldest = await self._store.list(ChangeRecord, limit=_BATCH)
        old = list(takewhile(lambda change: change.created_at <= limit, oldest))
        if old:
            await self._forget(ChangeRecord, revision=UpTo(old[-1].revision))
        return len(old)

    async def _forget(self, record: type[Record], **where: object) -> None:
        await self._store.commit(Unit((Delete(record, where, expect=None),)))
