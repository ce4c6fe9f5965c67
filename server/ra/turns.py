"""Turns: who wants to change one thing at the same time does it one after the other.

Within a process this spares work that would come to nothing, as signatures; what
keeps two processes apart is the guard of each unit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """A queue for each thing that anybody waits for, and none for the others."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, id_: str) -> AsyncIterator[None]:
        """The caller's turn with one thing."""
        lock = self._locks.get(id_)
        if lock is None:
            lock = self._locks[id_] = asyncio.Lock()
        async with lock:
            yield
