"""The watches, as the transport asks for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from server.clock import Clock
from server.ra.access.caller import Caller
from server.ra.access.reach import reach_in
from server.ra.hub import Hub
from server.ra.issuing.certificates import Certificates, Found
from server.ra.requests.requests import Requests
from server.ra.watching.events import Event
from server.ra.watching.level import Levels, Now
from server.ra.watching.many import ManyRequests, question_of
from server.ra.watching.one import OneRequest
from server.ra.watching.one_lineage import OneLineage
from server.ra.watching.opening import Ask, Ground
from server.ra.watching.pace import Pacing
from server.ra.watching.queue import Queue
from server.ra.watching.quota import OpenWatches
from server.ra.watching.tokens import Position, ResumeTokens
from server.ra.watching.trust import ProjectTrust, TrustLooks
from server.ra.watching.trusted import Trust, Trusted
from server.store.store import Store


class Watches:
    """The live streams of a process."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        tokens: ResumeTokens,
        *,
        requests: Requests,
        certificates: Certificates,
        trusted: Trusted,
        pacing: Pacing,
        most: int,
        clock: Clock,
    ) -> None:
        self._store = store
        self._requests = requests
        self._certificates = certificates
        self._looks = TrustLooks(store, hub, trusted, clock=clock)
        self._tokens = tokens
        self.open = OpenWatches(most=most)
        self._ground = Ground(hub=hub, tokens=tokens, open=self.open, pacing=pacing, clock=clock)

    def one(self, ask: Ask, id_: str) -> AsyncGenerator[Event]:
        """One request, to its end; see ``OneRequest.events``."""
        return OneRequest(self._ground, self._requests, ask, id_).events()

    def many(self, ask: Ask, queue: Queue) -> AsyncGenerator[Event]:
        """The requests of a queue, without end; see ``ManyRequests.events``."""
        return ManyRequests(self._ground, self._store, ask, queue).events()

    def lineage(self, ask: Ask, certificate_id: str) -> AsyncGenerator[Now[Found]]:
        """What of a certificate's lineage is to be used, without end; see ``Levels.events``."""
        lineage = OneLineage(self._store, self._certificates, certificate_id)
        return Levels(self._ground, self._store.feed, ask, lineage).events()

    def trust(self, ask: Ask, project_id: str) -> AsyncGenerator[Now[Trust]]:
        """What to trust in a project, without end; see ``Levels.events``."""
        trust = ProjectTrust(self._store, self._looks, project_id)
        return Levels(self._ground, self._store.feed, ask, trust).events()

    def from_here(self, caller: Caller, queue: Queue) -> str:
        """The token of a watch that goes on from now.

        What is read afterwards, together with what such a watch tells, leaves
        nothing out. Whether the project is there at all is found out by that
        reading. Raises NotFound, Denied.
        """
        realms = reach_in(caller, queue.project_id)
        return self._tokens.write(Position(self._store.feed.latest), question_of(queue, realms))
