"""The life of one open watch: what it waits for, and what ends it before its time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from server.clock import Clock
from server.errors import Reason, Unavailable
from server.ra.access.caller import Caller, Identify
from server.ra.hub import Concern, Hub, Interest, Topic
from server.ra.watching.events import Beat
from server.ra.watching.pace import Pace
from server.ra.watching.quota import OpenWatches

Enter = Callable[[Caller], Awaitable[None]]
"""Takes a caller to what is watched; raises NotFound, Denied."""


@dataclass(frozen=True, slots=True)
class Right:
    """By which right somebody watches; it is looked at as long as the watch lives."""

    identify: Identify
    enter: Enter


@dataclass(frozen=True, slots=True)
class Turn:
    """What a waiting watch found."""

    caller: Caller
    """Who watches; as it was known just now, if the watch is concerned."""
    concerned: bool
    """Whether there may be something new for it."""
    overdue: bool
    """Whether what it knows had its time, whatever has changed."""
    clear: int
    """Up to this revision nothing is, beyond what it has looked at already."""


class Vigil:
    """One open watch. It is authorized anew before it tells anything."""

    def __init__(
        self,
        hub: Hub,
        interest: Interest,
        pace: Pace,
        watches: OpenWatches,
        *,
        rights: Topic,
        clock: Clock,
    ) -> None:
        self._hub = hub
        self._interest = interest
        self._pace = pace
        self._watches = watches
        self._rights = rights
        self._clock = clock
        self._now = asyncio.get_running_loop().time
        self._expires_at: datetime | None = None
        self._until: datetime | None = None
        self._right: Right | None = None
        self._caller: Caller | None = None

    def guard(self, caller: Caller, right: Right) -> None:
        """From here on the caller, who has been let in, must keep the right."""
        self._right, self._caller = right, caller
        self._expires_at = caller.principal.expires_at

    def narrow(self, concern: Concern) -> None:
        """From here on nothing else concerns the watch; until it is called, all changes of its topics do."""
        self._interest.narrow(concern)

    def follow(self, topics: Iterable[Topic]) -> bool:
        """From here on the watch is on these topics, and still on its caller; whether any of them is new.

        Of a new one, read what there is once more: it may have changed before it was followed.
        """
        return self._hub.turn(self._interest, (*topics, self._rights))

    def outlasts(self, until: datetime | None) -> None:
        """What the watch knows holds until then at the longest; afterwards a turn has it look anew."""
        self._until = until

    async def turn(self) -> Turn:
        """Waits until there is something to look for, or to say.

        Raises what ends the watch: Unavailable for its age and for the end of
        the process, Unauthenticated, Denied or NotFound for a right that is gone.
        """
        await self._interest.wait(self._seconds_left())
        # In this order: what was told before `told` was read cannot be missed by `take`.
        told = self._hub.told
        first, overdue = self._interest.take(), self._is_overdue()
        concerned = first is not None or overdue
        caller = await self.prove(anew=concerned)
        return Turn(caller, concerned, overdue, told if first is None else min(told, first - 1))

    async def prove(self, *, anew: bool = False) -> Caller:
        """Who watches; the right is looked at if that is due, or ``anew`` is set.

        Raises if the watch has to end.
        """
        assert self._caller is not None, "guarded before anything is told"
        if self._watches.ending:
            raise Unavailable("the server is shutting down", reason=Reason.SERVER_DRAINING)
        now = self._now()
        if self._pace.is_over(now):
            raise Unavailable("the stream is as old as it may get", reason=Reason.STREAM_AGED)
        if anew or self._pace.checks(now) or self._is_expired():
            await self.caller()
            self._pace.checked(now)
        return self._caller

    async def caller(self) -> Caller:
        """Who watches, as it is known now. Raises Unauthenticated, Denied, NotFound if the right is gone."""
        assert self._right is not None, "guarded before anything is told"
        caller = await self._right.identify()
        await self._right.enter(caller)
        self._caller, self._expires_at = caller, caller.principal.expires_at
        return caller

    def sent(self) -> None:
        """A message went out."""
        self._pace.sent(self._now())

    def beat(self) -> Beat | None:
        """The heartbeat that is due, if one is."""
        return Beat(self._clock(), self._pace.next_within) if self._pace.beats(self._now()) else None

    def _is_expired(self) -> bool:
        return self._expires_at is not None and self._expires_at <= self._clock()

    def _is_overdue(self) -> bool:
        return self._until is not None and self._until < self._clock()

    def _seconds_left(self) -> float:
        now, ends = self._clock(), (self._expires_at, self._until)
        spans = ((end - now).total_seconds() for end in ends if end is not None)
        return max(min((self._pace.left(self._now()), *spans)), 0.0)
