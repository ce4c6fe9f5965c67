"""Who comes in at a time: what anybody may ask must not keep callers from the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from server.errors import Unavailable

_AT_ONCE: Final = 4
"""Fewer than the readers that a process has on PostgreSQL, and on SQLite a moment's wait for callers."""
_WAITING: Final = 200
"""Each is some tenths of a millisecond's work: the last one waits for less than a second."""


class Admission:
    """Lets some in at a time, has some wait, and turns the others away."""

    def __init__(self, *, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._here = 0
        self.turned_away = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, when there is one. Raises Unavailable if too many wait."""
        if self._here >= self._most:
            self.turned_away += 1
            raise Unavailable("too many ask at once")
        self._here += 1
        try:
            async with self._places:
                yield
        finally:
            self._here -= 1
