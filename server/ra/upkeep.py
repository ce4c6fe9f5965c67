"""What the server does as time passes, without being asked: one loop a process.

Each chore does a bounded portion at a time, through the writer as everybody
else, and replicas may do the same one at once. A chore that fails is done
in the next round; the loop itself never ends before the server does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from server.errors import Unavailable

Chore = Callable[[], Awaitable[int]]
"""Does a portion and tells how much it was; 0 says that nothing is left to do."""

_PORTIONS: Final = 1000
"""Most portions of a chore in a round, so that none keeps the others waiting for ever."""

_log = structlog.get_logger(__name__)


class Upkeep:
    """The chores and their loop; lives in the event loop that starts it."""

    def __init__(self) -> None:
        self._chores: dict[str, Chore] = {}
        self._done: Counter[str] = Counter()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def take_on(self, name: str, chore: Chore) -> None:
        """Do this too, after what was taken on before; ``name`` tells what is counted."""
        self._chores[name] = chore

    def start(self, *, every: timedelta) -> None:
        """Begin, with a round at once: the server may have been away for long."""
        self._task = asyncio.create_task(self._run(every.total_seconds()), name="upkeep")

    def counts(self) -> dict[str, float]:
        """How much was done of each chore since the start, for metrics."""
        return {f"{name}_total": self._done[name] for name in self._chores}

    async def close(self) -> None:
        """End; a portion that is under way is stored or not, but never half."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Begin the next round now."""
        self._woken.set()

    async def round(self) -> None:
        """Do every chore until nothing is left of it; what fails is logged, and left to the next round."""
        for name, chore in tuple(self._chores.items()):
            try:
                await self._do(name, chore)
            except Unavailable:
                _log.warning("upkeep.database_away", chore=name)
            except Exception:  # noqa: BLE001 - logged with its trace
                # A defect of one chore must not keep the others from being done.
                _log.exception("upkeep.failed", chore=name)

    async def _do(self, name: str, chore: Chore) -> None:
        for _ in range(_PORTIONS):
            portion = await chore()
            self._done[name] += portion
            if not portion:
                return

    async def _run(self, pause: float) -> None:
        while True:
            await self.round()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            self._woken.clear()
