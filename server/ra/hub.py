"""Wakes those who wait for changes of some objects, and nobody else.

A watcher is a cursor on the change table; the hub only tells it when to look.
What it tells is never lost and never queued: between two looks, all changes of
interest are one revision, the first that was not looked at.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from server.store.changes import Feed
from server.store.records import ChangeRecord, ObjectKind


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody waits for: changes of one object, or of all of a kind in one project."""

    kind: ObjectKind
    object_id: str = ""
    project_id: str = ""


Concern = Callable[[ChangeRecord], bool]
"""Whether a change of a topic is of interest."""


class Interest:
    """What one watcher waits for; made by ``Hub.interest``."""

    def __init__(self) -> None:
        self.topics: frozenset[Topic] = frozenset()
        """What it is in at the moment."""
        self._woken = asyncio.Event()
        self._first: int | None = None
        self._concern: Concern | None = None

    def narrow(self, concern: Concern) -> None:
        """From here on only such changes of its topics are told; until it is called, all of them."""
        self._concern = concern

    def concerns(self, change: ChangeRecord) -> bool:
        """Whether a change of one of its topics is to be told."""
        return self._concern is None or self._concern(change)

    def tell(self, revision: int) -> None:
        """Wakes the watcher; called by the hub on the loop, not always in the order of the revisions."""
        if self._first is None or revision < self._first:
            self._first = revision
        self._woken.set()

    @property
    def is_told(self) -> bool:
        """Whether there is something to take."""
        return self._first is not None

    def wake(self) -> None:
        """Wakes the watcher for something else than a change: there is nothing to take."""
        self._woken.set()

    def take(self) -> int | None:
        """The least revision of interest since the last look; None if there was none."""
        first, self._first = self._first, None
        self._woken.clear()
        return first

    async def wait(self, seconds: float | None = None) -> bool:
        """Waits until there is something to take; False if there is nothing in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()


class Hub:
    """Everybody in this process who waits for changes."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._interests: dict[Topic, set[Interest]] = defaultdict(set)
        feed.subscribe(self._hear)

    @property
    def told(self) -> int:
        """The revision up to which every interest has been told of what is its own."""
        return self._feed.told

    @contextmanager
    def interest(self, *topics: Topic) -> Iterator[Interest]:
        """An interest in any of the topics, from now on; read what there is after it was made.

        While somebody is inside, other processes' changes are looked for often.
        """
        interest = Interest()
        self.turn(interest, topics)
        try:
            with self._feed.attention():
                yield interest
        finally:
            self.turn(interest, ())

    def turn(self, interest: Interest, topics: Iterable[Topic]) -> bool:
        """Has an interest be in these topics from now on, and in no others; whether any of them is new.

        Of a new one, read what there is after that, for what it was is not told.
        """
        before, interest.topics = interest.topics, frozenset(topics)
        for topic in before - interest.topics:
            self._leave(topic, interest)
        for topic in interest.topics:
            self._interests[topic].add(interest)
        return not interest.topics <= before

    def _leave(self, topic: Topic, interest: Interest) -> None:
        self._interests[topic].discard(interest)
        if not self._interests[topic]:
            del self._interests[topic]

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        for change in changes:
            for topic in _topics(change):
                for interest in self._interests.get(topic, ()):
                    if interest.concerns(change):
                        interest.tell(change.revision)


def _topics(change: ChangeRecord) -> Iterator[Topic]:
    yield Topic(change.kind, object_id=change.object_id)
    if change.project_id:
        yield Topic(change.kind, project_id=change.project_id)
