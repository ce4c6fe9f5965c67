"""Work that goes on although the client that asked for it has gone away.

What the CA signs must be stored, whoever still listens: such work runs in a
task of the application, and the shutdown waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks:
    """The tasks that the application owns."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def own(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of ``work``, which goes on if the caller is cancelled."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Return once nothing runs any more."""
        while self._running:
            await asyncio.wait(self._running)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # told to the caller if there still is one; it is no news to the loop
