"""Work that goes on although the client that asked for it has gone away.

What the CA signs must be stored, whoever still listens: such work runs in a
task of the application, and the shutdown waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from server.errors import CAError

T = TypeVar("T")

_log = logging.getLogger("server.tasks")


def log_orphan(error: BaseException) -> None:
    """Writes down a failure that there is nobody left to tell."""
    _log.error("work failed after its caller had gone", exc_info=error)


class Tasks:
    """The tasks that the application owns.

    ``on_orphan`` is told of a failure that is the server's own, not an answer
    to the caller, if the caller has gone before it could be told.
    """

    def __init__(self, *, on_orphan: Callable[[BaseException], None] = log_orphan) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._on_orphan = on_orphan

    async def own(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of ``work``, which goes on if the caller is cancelled."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # Also if it is done: the cancellation may have come before its outcome was taken.
            task.add_done_callback(self._orphaned)
            raise

    async def drain(self) -> None:
        """Return once nothing runs any more."""
        while self._running:
            await asyncio.wait(self._running)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # told to the caller if there still is one; it is no news to the loop

    def _orphaned(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, CAError):
            self._on_orphan(error)
