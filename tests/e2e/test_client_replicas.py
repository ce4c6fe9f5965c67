"""The client library before two servers on one PostgreSQL: its watch outlives the server that it began at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from certmanager_client import Client, Kind, QueueEvent, Target
from server.config import Settings
from tests.e2e.pairs import ISSUED, Pair, pair
from tests.e2e.processes import PATIENCE
from tests.e2e.relay import Relay, relay


def _client(both: Pair, address: str) -> Client:
    return Client(Target(address, roots=both.one.process.ca, token=both.one.process.token))


def _kill(both: Pair, passing: Relay) -> None:
    """The first server dies; who connects again comes to the second."""
    host, _, port = both.other.process.target.rpartition(":")
    passing.to = host, int(port)
    both.one.process.kill()


async def test_a_request_is_followed_to_its_end_past_a_dead_server(postgres_settings: Settings) -> None:
    """Each state once, in order, and then the end."""
    async with (
        asyncio.timeout(PATIENCE),
        pair(postgres_settings) as both,
        relay(both.one.process.target) as passing,
        _client(both, passing.address) as client,
    ):
        id_ = await both.other.ask(both.profile_id)
        events = client.watch_request(id_)
        first = await anext(events)
        await both.other.approve(id_, both.operators[0])
        second = await anext(events)
        _kill(both, passing)
        await both.other.approve(id_, both.operators[1])
        rest = [event async for event in events]
    seen = [event.request for event in (first, second, *rest)]
    assert [request.approvals_missing for request in seen] == [2, 1, 0]
    assert rest[-1].is_last
    assert seen[-1].state == ISSUED
    assert rest[-1].certificate is not None


async def test_a_queue_is_followed_past_a_dead_server(postgres_settings: Settings) -> None:
    """What came while nobody listened comes after the resume, each once, and no second snapshot."""
    async with (
        asyncio.timeout(PATIENCE),
        pair(postgres_settings) as both,
        relay(both.one.process.target) as passing,
        _client(both, passing.address) as client,
    ):
        ids = [await both.one.ask(both.profile_id) for _ in range(3)]
        events = client.watch_requests(both.one.process.ids["project_id"], profile_id=both.profile_id)
        before = [await anext(events) for _ in range(4)]
        _kill(both, passing)
        for id_ in ids:
            await both.other.approve(id_, both.operators[0])
        after = await _until(events, count=3)
    assert [event.kind for event in before] == [Kind.PRESENT] * 3 + [Kind.COMPLETE]
    assert [event.kind for event in after] == [Kind.CHANGED] * 3
    assert [event.request.id for event in after if event.request] == ids


async def _until(events: AsyncIterator[QueueEvent], *, count: int) -> list[QueueEvent]:
    return [await anext(events) for _ in range(count)]
