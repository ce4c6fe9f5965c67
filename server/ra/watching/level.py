"""Watches on what holds now: a value that is told whole, at once and whenever it has changed.

Nothing is replayed to such a watch. Where it is tells whether the value is
newer than what its client has seen; the history between does not matter. So a
client that was away for all of it is told the newest value, and that alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from server.ra.access.caller import Caller
from server.ra.hub import Topic
from server.ra.watching.events import Beat
from server.ra.watching.opening import Ask, Ground
from server.ra.watching.tokens import Phase, Position, Question
from server.ra.watching.vigil import Right, Turn, Vigil
from server.store.changes import Feed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Something of a value that is told by a message of its own."""

    revision: int
    """Of its last change."""
    what: T


@dataclass(frozen=True, slots=True)
class Level(Generic[T]):
    """A value as it is now."""

    parts: Sequence[Part[T]]
    """At least one; the first stands for the value if nothing but its end has changed."""
    revision: int
    """Of the last change of the value: that of a part, or of what was one."""
    topics: frozenset[Topic]
    """Every change of it is a change of one of these, or comes with time alone."""
    until: datetime | None = None
    """The last instant of its own: then time alone makes it another one, at the same revision."""
    aged: bool = False
    """Whether time has made it another one before: then no revision tells that somebody knows it."""

    def since(self, revision: int) -> Sequence[Part[T]]:
        """What has to be told to somebody who knows it as it was at a revision."""
        newer = [part for part in self.parts if part.revision > revision]
        return newer or (self.parts[:1] if self.revision > revision else ())


class Watched(Protocol[T]):
    """What a watch on a value is about, once its caller was let in."""

    @property
    def question(self) -> Question:
        """What its resume tokens belong to."""

    @property
    def home(self) -> frozenset[Topic]:
        """What it is on at least, as far as that is known before a look: most often that is all."""

    async def enter(self, caller: Caller) -> None:
        """Proves that the caller may know of it. Raises NotFound, Denied."""

    async def look(self) -> Level[T]:
        """The value as it is now."""


@dataclass(frozen=True, slots=True)
class Now(Generic[T]):
    """One message: a part of the value, or a heartbeat."""

    revision: int
    token: str
    """Resumes after this message."""
    what: T | Beat


class Levels(Generic[T]):
    """One watch on a value."""

    def __init__(self, ground: Ground, feed: Feed, ask: Ask, watched: Watched[T]) -> None:
        self._ground = ground
        self._feed = feed
        self._ask = ask
        self._watched = watched
        self._at = 0
        """Everything about the value up to here has been told."""

    async def events(self) -> AsyncGenerator[Now[T]]:
        """The value, unless a token shows that it is known, and then each change; it has no end of its own.

        Raises NotFound and Denied, what a token raises, and what ends a watch
        (see ``Vigil.turn``).
        """
        with self._ground.vigil(self._ask) as vigil:
            news = self._told(await self._begin(vigil))
            await self._ask.accepted()
            while True:
                for event in news:
                    yield event
                    vigil.sent()
                news = await self._news(vigil, await vigil.turn())

    async def _begin(self, vigil: Vigil) -> Sequence[Part[T]]:
        """What the client does not know; the place of the watch is that of its first look."""
        caller, token = self._ask.caller, self._ask.resume_token
        await self._watched.enter(caller)
        vigil.guard(caller, Right(self._ask.identify, self._watched.enter))
        await vigil.prove()
        known = await self._ground.tokens.read(token, self._watched.question) if token else None
        vigil.follow(self._watched.home)
        floor = self._feed.told  # before the look, which has all up to there; later it is looked at again
        level = await self._look(vigil)
        if known is None or known.phase is Phase.SNAPSHOT:
            self._at = max(floor, level.revision)
            return level.parts
        self._at = max(known.revision, level.revision)
        return level.parts if level.aged else level.since(known.revision)

    async def _news(self, vigil: Vigil, turn: Turn) -> Sequence[Now[T]]:
        """What there is to say after a turn: what has changed, or else that nothing has, if that is due."""
        if turn.concerned:
            level = await self._look(vigil)
            parts = level.parts if turn.overdue else level.since(self._at)
            self._at = max(self._at, level.revision)
            if parts:
                return self._told(parts)
        else:
            self._at = max(self._at, turn.clear)
        beat = vigil.beat()
        return (self._event(beat, Position(self._at)),) if beat else ()

    async def _look(self, vigil: Vigil) -> Level[T]:
        """The value, with nothing of it changed before its changes were followed."""
        level = await self._watched.look()
        while vigil.follow(level.topics):
            level = await self._watched.look()
        vigil.outlasts(level.until)
        return level

    def _told(self, parts: Sequence[Part[T]]) -> Sequence[Now[T]]:
        """The messages of some parts; whoever has not got the last of them begins anew.

        So the numbers before the last one's need be nothing but lower, and above
        the one that was known: each part has changed at a number of its own.
        """
        behind = range(len(parts) - 1, -1, -1)
        return [
            self._event(part.what, Position(self._at - left, Phase.SNAPSHOT if left else Phase.LIVE))
            for left, part in zip(behind, parts, strict=True)
        ]

    def _event(self, what: T | Beat, position: Position) -> Now[T]:
        return Now(position.revision, self._ground.tokens.write(position, self._watched.question), what)
