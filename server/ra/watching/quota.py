"""The open watches of a process, or its calls that wait: how many an identity has, and how all are ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import Exhausted
from server.ra.hub import Interest

MOST = 1000
"""Open watches of one identity on one process, and calls that wait; unless a setting says otherwise."""


class OpenWatches:
    """Who watches at the moment. Several tokens of an identity count together."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._interests: set[Interest] = set()
        self.ending = False
        """Whether all watches are to end, because the process does."""

    def __len__(self) -> int:
        return len(self._interests)

    @contextmanager
    def enter(self, identity_id: str, interest: Interest) -> Iterator[None]:
        """One more watch of an identity. Raises Exhausted if it has as many as it may."""
        if not self.has_room(identity_id):
            raise Exhausted(
                "the identity has as many open watches as it may", subject=f"identity:{identity_id}"
            )
        self._counts[identity_id] += 1
        self._interests.add(interest)
        try:
            yield
        finally:
            self._interests.discard(interest)
            self._counts[identity_id] -= 1
            if not self._counts[identity_id]:
                del self._counts[identity_id]

    def has_room(self, identity_id: str) -> bool:
        """Whether an identity may have one more."""
        return self._counts[identity_id] < self._most

    def of(self, identity_id: str) -> int:
        """How many watches an identity has open."""
        return self._counts[identity_id]

    def end(self) -> None:
        """Lets every open watch, and every later one, find out that the process ends."""
        self.ending = True
        for interest in self._interests:
            interest.wake()
