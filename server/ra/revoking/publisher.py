"""Publishes CRLs without being asked: within a second of a revocation, and long before they expire.

One loop a process looks for what is due: when something was revoked, by
whatever replica, when a CA came or was changed, and when the next CRL falls
due. Each CRL is made in a task of its own, so that a long one, or one that
cannot be made, keeps no other waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import perf_counter
from typing import Final

import structlog

from server.clock import Clock
from server.errors import Unavailable
from server.ra.revoking.claims import Claim
from server.ra.revoking.publication import Publication
from server.store.records import ChangeRecord, CRLRecord, ObjectKind
from server.store.store import Store

_AT_ONCE: Final = 4
_LONGEST_SLEEP: Final = 30.0
"""Seconds after which it looks in any case: clocks are put, and databases come back."""
_BREATH: Final = 0.05
"""Revocations come in crowds: seconds from the first to the look."""
_AGAIN: Final = 1.0
"""Seconds until it looks again after the database failed it."""
_LONGEST_PAUSE: Final = 60

_log = structlog.get_logger(__name__)


class Publisher:
    """The loop; lives in the event loop that starts it."""

    def __init__(self, store: Store, publication: Publication, *, clock: Clock) -> None:
        self._store = store
        self._publication = publication
        self._clock = clock
        self._woken = asyncio.Event()
        self._making: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._told = {"published_total": 0.0, "failures_total": 0.0, "seconds_total": 0.0}
        self._loop: asyncio.Task[None] | None = None
        self._forget = store.feed.subscribe(self._hear)

    def start(self) -> None:
        """Begin, with a look at once: the server may have been away for long."""
        self._loop = asyncio.create_task(self._run(), name="crls")

    async def close(self) -> None:
        """End; what is being made is stored first, if that takes no longer than half a minute."""
        self._forget()
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        making = set(self._making.values())
        if making:
            _, late = await asyncio.wait(making, timeout=_LONGEST_SLEEP)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def counts(self) -> dict[str, float]:
        """How many were made since the start, how many could not be, and what it took; for metrics."""
        return {**self._told, "being_made": len(self._making)}

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        if any(map(_makes_due, changes)):
            self.wake()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            pause = await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            await asyncio.sleep(_BREATH)

    async def _look(self) -> float:
        """Begin with what is due; answers after how many seconds to look again."""
        try:
            return await self._begun()
        except Unavailable:
            _log.warning("crls.database_away")
        except Exception:  # noqa: BLE001 - logged with its trace
            # A defect of this program: nobody else would publish what it leaves undone.
            _log.exception("crls.look_failed")
        return _AGAIN

    async def _begun(self) -> float:
        now, free = self._clock(), _AT_ONCE - len(self._making)
        if free <= 0:
            return _LONGEST_SLEEP  # whatever ends wakes it
        due = await self._store.due_crls(now, limit=_AT_ONCE)
        fresh = [row for row in due if row.id not in self._making]
        for row in fresh[:free]:
            task = asyncio.create_task(self._make(row), name=f"crls {row.id}")
            self._making[row.id] = task
        upcoming = await self._store.next_crl_at(now)
        left = (upcoming - now).total_seconds() if upcoming else _LONGEST_SLEEP
        return min(max(left, 0.0), _LONGEST_SLEEP)

    async def _make(self, row: CRLRecord) -> None:
        again = 0.0
        try:
            claim = await self._publication.claim(row)
            if claim is not None:
                await self._published(claim)
        except Unavailable:
            _log.warning("crl.database_away", crl=row.id)
            again = _AGAIN
        except Exception:  # noqa: BLE001 - logged with its trace
            # A defect of this program: what it meant to make is tried again, not at once and for ever.
            _log.exception("crl.not_stored", crl=row.id)
            again = _AGAIN
        finally:
            del self._making[row.id]
            asyncio.get_running_loop().call_later(again, self.wake)

    async def _published(self, claim: Claim) -> None:
        began, id_ = perf_counter(), claim.last.id
        try:
            made = await self._publication.publish(claim)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - logged with its trace
            # A key that does not open, a defect: it must not keep the CRLs of other CAs from being made.
            _log.exception("crl.failed", crl=id_, ca_id=claim.last.ca_id, shard=claim.last.shard)
            self._told["failures_total"] += 1
            await self._publication.give_up(claim, pause=self._pause(id_))
            return
        self._failures.pop(id_, None)
        self._told["published_total"] += made is not None
        self._told["seconds_total"] += perf_counter() - began

    def _pause(self, id_: str) -> timedelta:
        """Twice as long with each failure."""
        failures = self._failures[id_] = self._failures.get(id_, 0) + 1
        return timedelta(seconds=min(2**failures, _LONGEST_PAUSE))


def _makes_due(change: ChangeRecord) -> bool:
    if change.kind is ObjectKind.AUTHORITY:
        return True
    return change.kind is ObjectKind.CERTIFICATE and "REVOKED" in (change.old_state, change.new_state)
