"""Draining: a server about to stop refuses new calls and lets running ones finish."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from server.errors import Reason, Unavailable

_SPREAD_SECONDS = 2.0


class Drain:
    """Whether the server is on its way out; long streams wait on it to end themselves."""

    def __init__(self) -> None:
        self.started = False
        self._event = asyncio.Event()
        self._acts: list[Callable[[], None]] = []

    def start(self) -> None:
        """From now on new calls are refused; calling it again changes nothing."""
        self.started = True
        self._event.set()
        for act in self._acts:
            act()

    def on_start(self, act: Callable[[], None]) -> None:
        """Has ``act`` called whenever draining starts; it must not mind being called again."""
        self._acts.append(act)

    async def wait(self) -> None:
        """Returns once draining has started."""
        await self._event.wait()

    def refusal(self, *, resume_token: str = "") -> Unavailable:
        """What a call is told; a stream adds where it can be resumed.

        The advised delay is spread at random, or all clients of a stopped
        server would reach the next one at the same moment.
        """
        error = Unavailable("the server is shutting down", reason=Reason.SERVER_DRAINING)
        error.retry_after = random.uniform(0, _SPREAD_SECONDS)  # noqa: S311 - spreads load, guards nothing
        if resume_token:
            error.metadata["resume_token"] = resume_token
        return error
