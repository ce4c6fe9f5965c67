"""When a stream has something to do although nothing happens: heartbeats, checks of the right, its end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Spread = Callable[[float, float], float]
"""Chooses a number between two."""

_LEAST, _MOST = 5.0, 300.0
_JITTER = 0.1
_AGE_JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """What all streams keep to, in seconds."""

    heartbeat: float = 30.0
    """Silence after which a stream sends a heartbeat, if its client does not say."""
    recheck: float = 30.0
    """How often the right to a stream is looked at, if nothing else brings it up."""
    age: float = 1800.0
    """After it a stream ends, give or take a fifth, so that load spreads over the replicas."""

    def interval(self, asked: float | None) -> float:
        """Seconds between heartbeats for what a client asks; 0: none."""
        if asked is None:
            return self.heartbeat
        return min(max(asked, _LEAST), _MOST) if asked > 0 else 0.0


class Pace:
    """The times of one stream, on whatever clock it is given ``now`` of.

    Chance moves them a little: a thousand streams that were opened at once are
    not to wake at once ever after.
    """

    def __init__(
        self, pacing: Pacing, asked: float | None, *, now: float, spread: Spread = random.uniform
    ) -> None:
        self._recheck = pacing.recheck
        self._spread = spread
        self._interval = pacing.interval(asked)
        self._end = now + pacing.age * spread(1 - _AGE_JITTER, 1 + _AGE_JITTER)
        self._check = now + self._recheck
        self._beat = self._next_beat(now)

    @property
    def next_within(self) -> float:
        """Seconds in which a stream that sends heartbeats sends its next message; 0 if it sends none."""
        return self._interval * (1 + _JITTER)

    def sent(self, now: float) -> None:
        """A message went out."""
        self._beat = self._next_beat(now)

    def checked(self, now: float) -> None:
        """The right to the stream was looked at."""
        self._check = now + self._recheck

    def is_over(self, now: float) -> bool:
        """Whether the stream is old enough to end."""
        return now >= self._end

    def beats(self, now: float) -> bool:
        """Whether a heartbeat is due."""
        return self._beat is not None and now >= self._beat

    def checks(self, now: float) -> bool:
        """Whether the right is to be looked at: from time to time, and before each heartbeat."""
        return now >= self._check or self.beats(now)

    def left(self, now: float) -> float:
        """Seconds until the first of all that."""
        dues = (self._end, self._check) if self._beat is None else (self._end, self._check, self._beat)
        return max(min(dues) - now, 0.0)

    def _next_beat(self, now: float) -> float | None:
        return now + self._interval * self._spread(1 - _JITTER, 1 + _JITTER) if self._interval else None
