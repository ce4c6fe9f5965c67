"""How long to wait before a call is made again."""

from __future__ import annotations

import random
from collections.abc import Iterator

ATTEMPTS = 4
_FIRST = 0.2
_LONGEST = 5.0


def pauses() -> Iterator[float]:
    """Seconds between attempts: doubling, and spread so that many clients do not return as one."""
    for attempt in range(ATTEMPTS - 1):
        longest = min(_FIRST * 2**attempt, _LONGEST)
        yield longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
