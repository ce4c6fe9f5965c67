"""When the server looks for certificates to renew: one loop a process, apart from the upkeep.

It sleeps until the next renewal is due, so that certificates of minutes are
renewed in time, and looks earlier if it hears of a change: a certificate that
was issued, a schedule that was moved. Ten thousand renewals at once keep no
other chore from being done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final, Protocol

import structlog

from server.errors import Unavailable
from server.store.changes import Feed
from server.store.records import ChangeRecord, ObjectKind

_CONCERNED: Final = frozenset({ObjectKind.CERTIFICATE, ObjectKind.REQUEST})
"""What can make a renewal due earlier than it was."""
_PACE: Final = 1.0
"""Seconds between two looks that are due to changes: each issuance is one."""
_LEAST: Final = 0.05
"""Seconds between two looks in any case."""

_log = structlog.get_logger(__name__)


class Due(Protocol):
    """Who does the renewals."""

    async def renew_due(self) -> int:
        """Do a portion of what is due; tells how much it was, 0 if nothing is left."""
        ...

    async def rest(self, longest: timedelta) -> timedelta:
        """How long nothing will be due, as far as is known now, but at most so long."""
        ...


class Rounds:
    """The loop; lives in the event loop that starts it."""

    def __init__(self) -> None:
        self._due: Due | None = None
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._end_of_feed: Callable[[], None] | None = None

    def take_on(self, due: Due, feed: Feed) -> None:
        """Have these renewals done, and hear of what makes one due."""
        self._due = due
        self._end_of_feed = feed.subscribe(self._hear)

    def start(self, *, every: timedelta) -> None:
        """Begin, with a round at once: what a downtime has left is made up. Look at least so often."""
        self._task = asyncio.create_task(self._run(every), name="renewals")

    async def close(self) -> None:
        """End the loop; a renewal that is under way is stored or not, but never half.

        A ``round`` can still be asked for.
        """
        end_of_feed, self._end_of_feed = self._end_of_feed, None
        if end_of_feed is not None:
            end_of_feed()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> int:
        """Do all that is due, and tell how much that was. Raises Unavailable."""
        done = 0
        async with self._turn:
            while self._due is not None and (portion := await self._due.renew_due()):
                done += portion
        return done

    async def _run(self, longest: timedelta) -> None:
        while True:
            pause = longest
            try:
                await self.round()
                pause = await self._due.rest(longest) if self._due else longest
            except Unavailable:
                _log.warning("renewals.database_away")
            except Exception:  # noqa: BLE001 - logged with its trace
                # A defect: the next round may fare better, and no round at all would be worse.
                _log.exception("renewals.failed")
            await self._sleep(max(pause.total_seconds(), _LEAST))

    async def _sleep(self, seconds: float) -> None:
        """Until the time is over, or until a change; then at least the pace is kept."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
                await asyncio.sleep(began + _PACE - loop.time())
        self._woken.clear()

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        if not _CONCERNED.isdisjoint({change.kind for change in changes}):
            self._woken.set()
