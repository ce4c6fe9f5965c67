"""Watches that are cut again and again while much changes at once: what they tell adds up."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from server.store.failures import GuardFailed
from server.store.records import RequestRecord
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.streams import PATIENCE, Desk, Watcher

pytestmark = IN_SESSION

NEXT = {"PENDING_APPROVAL": ("PENDING_APPROVAL", "PENDING", "CANCELLED"), "PENDING": ("ISSUED", "FAILED")}
REQUESTS, MOVERS, MOVES = 24, 3, 60


@dataclass
class View:
    """What a client knows of a queue, from its stream alone."""

    states: frozenset[str]
    shown: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    token: str = ""
    at: int = 0
    is_live: bool = False

    def begin(self) -> str:
        """The token to go on with; a snapshot that was cut is forgotten, for it begins again."""
        if not self.is_live:
            self.shown.clear()
        return self.token

    def take(self, message: Any) -> None:
        """One message; fails if it goes back."""
        kind: Any = message.WhichOneof("event")
        self.token = message.resume_token
        if kind in ("snapshot_complete", "heartbeat"):
            self.is_live = True
        else:
            self._place(kind, getattr(message, kind))
        assert message.revision >= self.at
        self.at = message.revision

    def _place(self, kind: str, request: Any) -> None:
        assert request.revision >= self.revisions.get(request.id, 0), "an older state came later"
        self.revisions[request.id] = request.revision
        state = State.Name(request.state).removeprefix("CERTIFICATE_REQUEST_STATE_")
        if kind == "left":
            assert self.states
            assert state not in self.states
            self.shown.pop(request.id, None)
        else:
            assert not self.states or state in self.states
            self.shown[request.id] = state


@pytest.mark.parametrize("states", [(), ("PENDING_APPROVAL",), ("PENDING", "ISSUED")], ids=len)
async def test_a_view_that_was_cut_often_is_what_there_is(live: Live, states: tuple[str, ...]) -> None:
    """Each cut at random, each resumed with the newest token: nothing is lost, and nothing comes back."""
    chance = random.Random(f"{states}")
    desk, view = await Desk.of(live), View(frozenset(states))
    ids = [await desk.request() for _ in range(REQUESTS)]
    storm = asyncio.gather(*(_move(desk, ids, random.Random(n)) for n in range(MOVERS)))
    said: dict[str, Any] = {"states": [State.Value(f"CERTIFICATE_REQUEST_STATE_{name}") for name in states]}
    async with asyncio.timeout(PATIENCE):
        while not storm.done():
            async with Watcher(live).many(desk.project_id, resume_token=view.begin(), **said) as stream:
                for _ in range(chance.randint(1, 40)):
                    if not await _heard(view, stream):
                        break
        await storm
        await _catch_up(live, desk, view, said)
    rows = await live.app.store.list(RequestRecord, project_id=desk.project_id)
    assert view.shown == {row.id: row.state for row in rows if not states or row.state in states}


async def _move(desk: Desk, ids: list[str], chance: random.Random) -> None:
    """Steps of requests as several deciders take them: some come too late, which is no matter."""
    for _ in range(MOVES):
        id_ = chance.choice(ids)
        record = await desk.live.app.store.get(RequestRecord, id=id_)
        assert record is not None
        if record.state in NEXT:
            try:
                await desk.move(id_, chance.choice(NEXT[record.state]))
            except GuardFailed:
                continue


async def _heard(view: View, stream: Any) -> bool:
    """Whether a message came in a moment; if not, the stream is cut in the middle of its silence."""
    try:
        async with asyncio.timeout(0.2):
            message = await stream.call.read()
    except TimeoutError:
        return False
    view.take(message)
    return True


async def _catch_up(live: Live, desk: Desk, view: View, said: dict[str, Any]) -> None:
    """Listens until the last thing that there can be has come: a request that is made for it."""
    marker = await desk.request(min(view.states, default="PENDING_APPROVAL"))
    async with Watcher(live).many(desk.project_id, resume_token=view.begin(), **said) as stream:
        while marker not in view.shown or not view.is_live:
            view.take(await stream.next())
