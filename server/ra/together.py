"""Looks something up once for all who ask in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """One look-up for those who wait for the same change: all of them are woken by it at once.

    Nobody is given what was looked up before it asked: a look-up is shared until
    it begins, which is in the next turn of the event loop, and not afterwards.
    """

    def __init__(self, look_up: Callable[[str], Awaitable[T]]) -> None:
        self._look_up = look_up
        self._due: dict[str, asyncio.Task[T]] = {}
        self._running: set[asyncio.Task[T]] = set()

    async def of(self, id_: str) -> T:
        """What there is under an id now; it is looked up to the end though some who asked go away."""
        due = self._due.get(id_)
        if due is None:
            due = self._due[id_] = asyncio.create_task(self._begun(id_))
            self._running.add(due)
            due.add_done_callback(self._running.discard)
        return await asyncio.shield(due)

    async def _begun(self, id_: str) -> T:
        del self._due[id_]
        return await self._look_up(id_)
