"""The one writer of a process: group commit, in a thread of its own.

    await commit(unit) ──► queue ──► thread: BEGIN · revisions · rows · COMMIT
            ▲                              │ one hop back to the loop a batch
            └── outcome ◄── feed ◄─────────┘

While one batch is committed the next one gathers; a lone unit never waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

import structlog

from server.store.engine import Database
from server.store.failures import StoreError, StoreUnavailable
from server.store.journal import Journal, Outcome
from server.store.records import ChangeRecord
from server.store.unit import Unit

BATCH = 64
"""Most units that share a transaction."""

_Entry = tuple[Unit, "asyncio.Future[int]"]
_log = structlog.get_logger(__name__)


class Writer:
    """Takes units from the loop that made it and commits them; ``publish`` hears of their changes first."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime],
        publish: Callable[[Sequence[ChangeRecord]], None],
    ) -> None:
        self._journal = Journal(database, clock=clock)
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._closing = False
        self.waiting = 0
        self.commits = 0
        self.units = 0
        self.rows = 0
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def commit(self, unit: Unit) -> int:
        """Answers once the unit is durable; a waiter that is cancelled does not take it back."""
        if self._closing:
            raise StoreUnavailable("the store is closed")
        outcome: asyncio.Future[int] = self._loop.create_future()
        self.waiting += 1
        self._queue.put((unit, outcome))
        return await outcome

    async def close(self) -> None:
        """Commits what was handed in, then ends the thread."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going_on = True
        while going_on:
            entries, going_on = self._gather()
            if entries:
                outcomes = self._write([unit for unit, _ in entries])
                with suppress(RuntimeError):  # the loop was closed without close(): nobody waits any more
                    self._loop.call_soon_threadsafe(self._settle, entries, outcomes)
        self._journal.close()

    def _gather(self) -> tuple[list[_Entry], bool]:
        """Waits for a unit and takes what else is there; tells whether more may come."""
        entries: list[_Entry] = []
        entry = self._queue.get()
        while entry is not None:
            entries.append(entry)
            if len(entries) == BATCH:
                return entries, True
            try:
                entry = self._queue.get_nowait()
            except Empty:
                return entries, True
        return entries, False

    def _write(self, units: Sequence[Unit]) -> list[Outcome]:
        try:
            return self._journal.write(units)
        except Exception:  # noqa: BLE001 - logged with its trace
            # A defect of this program: the units fail, and the thread must live on.
            _log.exception("store.write_failed", units=len(units))
            return [StoreError("the write failed") for _ in units]

    def _settle(self, entries: Sequence[_Entry], outcomes: Sequence[Outcome]) -> None:
        """Runs on the loop: first the feed's listeners, so that no caller meets a stale cache."""
        self._count(entries, outcomes)
        self._publish([c for outcome in outcomes if isinstance(outcome, tuple) for c in outcome])
        for (_, future), outcome in zip(entries, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, StoreError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome[-1].revision if outcome else 0)

    def _count(self, entries: Sequence[_Entry], outcomes: Sequence[Outcome]) -> None:
        stored = [u for (u, _), outcome in zip(entries, outcomes, strict=True) if isinstance(outcome, tuple)]
        self.waiting -= len(entries)
        self.commits += bool(stored)
        self.units += len(stored)
        self.rows += sum(len(unit.writes) + len(unit.changes) for unit in stored)
