"""Opens watches: what all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.clock import Clock
from server.ra.access.caller import Caller, Identify
from server.ra.hub import Hub, Topic
from server.ra.watching.pace import Pace, Pacing
from server.ra.watching.quota import OpenWatches
from server.ra.watching.tokens import ResumeTokens
from server.ra.watching.vigil import Vigil
from server.store.records import ObjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How somebody wants to watch, whatever it is."""

    caller: Caller
    identify: Identify
    accepted: Callable[[], Awaitable[None]]
    """Called when nothing speaks against the watch any more, for it may have nothing to say for long."""
    resume_token: str = ""
    heartbeat: float | None = None
    """Seconds between heartbeats: 0 for none, None for the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What watches stand on."""

    hub: Hub
    tokens: ResumeTokens
    open: OpenWatches
    pacing: Pacing
    clock: Clock

    @contextmanager
    def vigil(self, ask: Ask, *topics: Topic) -> Iterator[Vigil]:
        """An open watch on topics and on the rights of its caller. Raises Exhausted."""
        identity_id = ask.caller.principal.identity_id
        rights = Topic(ObjectKind.IDENTITY, object_id=identity_id)
        pace = Pace(self.pacing, ask.heartbeat, now=asyncio.get_running_loop().time())
        with self.hub.interest(*topics, rights) as interest, self.open.enter(identity_id, interest):
            yield Vigil(self.hub, interest, pace, self.open, rights=rights, clock=self.clock)
