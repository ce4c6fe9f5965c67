"""Calls that wait for the end of a certificate request."""

from __future__ import annotations

import asyncio

from server.clock import Clock
from server.ra.access.caller import Caller, Identify
from server.ra.hub import Hub, Interest, Topic
from server.ra.requests.reading import FoundRequest, RequestReading
from server.ra.together import Together
from server.ra.watching.quota import MOST, OpenWatches
from server.store.records import ObjectKind
from server.store.store import Store


class Waits:
    """Who waits at the moment.

    An identity may have as many waits open as watches, which count apart: the one
    does not keep it from the other. A wait beyond that is answered at once, for its
    request is stored and nothing is lost.
    """

    def __init__(self, store: Store, hub: Hub, *, most: int = MOST, clock: Clock) -> None:
        self._reading = RequestReading(store)
        self._present = Together(self._reading.present)
        self._hub = hub
        self._open = OpenWatches(most=most)
        self._clock = clock

    def __len__(self) -> int:
        return len(self._open)

    async def for_end(
        self, caller: Caller, id_: str, seconds: float, *, identify: Identify
    ) -> tuple[Caller, FoundRequest]:
        """Who is told, by its rights as they are then: and the request at its end, or when the time is over.

        Raises NotFound and Denied, also as soon as the right is lost, and then Unauthenticated.
        """
        identity_id = caller.principal.identity_id
        if not self._open.has_room(identity_id):
            return await self._look(id_, identify)
        topics = (Topic(ObjectKind.REQUEST, object_id=id_), Topic(ObjectKind.IDENTITY, object_id=identity_id))
        with self._hub.interest(*topics) as interest, self._open.enter(identity_id, interest):
            end = asyncio.get_running_loop().time() + seconds
            return await self._awaited(id_, interest, end=end, identify=identify)

    def end(self) -> None:
        """Has everybody who waits answered now, and nobody wait from now on."""
        self._open.end()

    async def _awaited(
        self, id_: str, interest: Interest, *, end: float, identify: Identify
    ) -> tuple[Caller, FoundRequest]:
        caller, found = await self._look(id_, identify)
        while not (found.is_terminal or self._open.ending) and await self._is_woken(caller, interest, end):
            interest.take()
            caller, found = await self._look(id_, identify)
        return caller, found

    async def _look(self, id_: str, identify: Identify) -> tuple[Caller, FoundRequest]:
        """All who were woken by one change look at once; their rights are looked at apart, and after that."""
        present = await self._present.of(id_)
        caller = await identify()
        return caller, self._reading.let_in(caller, id_, present)

    async def _is_woken(self, caller: Caller, interest: Interest, end: float) -> bool:
        """Waits for a change, or the end of the caller's token; False if the time is over before."""
        left, expires_at = end - asyncio.get_running_loop().time(), caller.principal.expires_at
        valid = left if expires_at is None else (expires_at - self._clock()).total_seconds()
        return await interest.wait(min(left, valid)) or valid < left
