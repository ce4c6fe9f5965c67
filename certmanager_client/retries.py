"""How long to wait before a call is made again, and before a watch is."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

ATTEMPTS = 4
_FIRST = 0.2
_LONGEST = 5.0

_FIRST_BREAK = 1.0
_LONGEST_BREAK = 30.0
_GROWTH = 1.6
_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class Timing:
    """Where time and chance come from; those of the machine unless a test says otherwise."""

    clock: Callable[[], float] = time.monotonic
    """Seconds since some moment; never goes back."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform


def pauses() -> Iterator[float]:
    """Seconds between attempts: doubling, and spread so that many clients do not return as one."""
    for attempt in range(ATTEMPTS - 1):
        longest = min(_FIRST * 2**attempt, _LONGEST)
        yield longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing


class Backoff:
    """The pauses of a watch: a second, 1.6 times longer each time up to 30, give or take a fifth."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._next = _FIRST_BREAK

    def pause(self, at_least: float | None) -> float:
        """Seconds to wait now; the server may have asked for more (RetryInfo)."""
        wait = self._next * self._uniform(1 - _SPREAD, 1 + _SPREAD)
        self._next = min(self._next * _GROWTH, _LONGEST_BREAK)
        return max(wait, at_least or 0.0)

    def reset(self) -> None:
        """Begin anew: something has arrived."""
        self._next = _FIRST_BREAK
