"""A thousand watchers, and ten thousand that come and go."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import grpc.aio
import structlog

from server.config import Settings
from tests.serving import Live, running
from tests.watching.insides import call_tasks, counted_queries, hub, open_watches
from tests.watching.lineages import Registry
from tests.watching.streams import ISSUED, PATIENCE, Desk, Stream, Watcher, until

THOUSAND = 1000
HUNDREDS = 200
CHANNELS = 8


@dataclass(frozen=True, slots=True)
class Crowd:
    """A server, and clients on connections of their own."""

    live: Live
    clients: list[Watcher]

    def client(self, number: int) -> Watcher:
        return self.clients[number % len(self.clients)]


@asynccontextmanager
async def crowd(settings: Settings) -> AsyncIterator[Crowd]:
    """A server, and a log that says nothing of ends that are as they should be."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = settings.model_copy(update={"watches_per_identity": 2 * THOUSAND})
    async with running(chosen) as live, AsyncExitStack() as stack:
        stack.callback(structlog.reset_defaults)
        root = grpc.ssl_channel_credentials((settings.data_dir / "ca.pem").read_bytes())
        options = [("grpc.use_local_subchannel_pool", 1)]
        made = [
            grpc.aio.secure_channel(live.app.endpoints["grpc"], root, options=options)
            for _ in range(CHANNELS)
        ]
        for channel in made:
            await stack.enter_async_context(channel)
        yield Crowd(live, [Watcher(replace(live, channel=channel)) for channel in made])


async def watched(stack: AsyncExitStack, crowd: Crowd, ids: list[str]) -> list[Stream]:
    """A watch on each request, after its first message."""
    streams = [await stack.enter_async_context(crowd.client(n).one(id_)) for n, id_ in enumerate(ids)]
    async with asyncio.timeout(PATIENCE):
        first = await asyncio.gather(*(stream.call.read() for stream in streams))
    assert grpc.aio.EOF not in first
    return streams


async def test_a_thousand_watchers_each_get_the_event_of_theirs(settings: Settings) -> None:
    """One message, of the request that each asked about, and OK."""
    async with crowd(settings) as many:
        desk = await Desk.of(many.live)
        ids = list(await asyncio.gather(*(desk.request() for _ in range(THOUSAND))))
        async with AsyncExitStack() as stack:
            streams = await watched(stack, many, ids)
            await asyncio.gather(*(desk.move(id_, "ISSUED") for id_ in reversed(ids)))
            ends = await asyncio.gather(*(stream.rest() for stream in streams))
    assert [[message.certificate_request.id for message in end] for end in ends] == [[id_] for id_ in ids]


async def test_idle_watchers_cost_no_query(settings: Settings) -> None:
    """Changes of other requests, in the project or another, and of other things wake none of a thousand."""
    async with crowd(settings) as many:
        desk, other = await Desk.of(many.live), await Desk.of(many.live)
        neighbour = await Desk.of(many.live, project_id=desk.project_id)
        id_, busy, near = await desk.request(), await other.request(), await neighbour.request()
        async with AsyncExitStack() as stack:
            await watched(stack, many, [id_] * (THOUSAND - 2))
            for said in ({"profile_id": desk.profile_id}, {"states": [ISSUED]}):
                queue = await stack.enter_async_context(many.clients[0].many(desk.project_id, **said))
                await queue.until("snapshot_complete")
            with counted_queries() as queries:
                for _ in range(20):
                    await other.move(busy, "PENDING")
                    await neighbour.move(near, "PENDING")
                    await other.something_else()
                await until(lambda: hub(many.live).told == many.live.app.store.feed.latest)
                await asyncio.sleep(0)  # those that were woken come to their turn
            # The desk of the test itself reads each request that it moves.
            assert len(queries) == 40


async def test_idle_watchers_of_lineages_cost_no_query(settings: Settings) -> None:
    """What becomes of other certificates, of the same profile too, wakes none of hundreds."""
    async with crowd(settings) as many:
        registry = await Registry.of(many.live)
        one, other = await registry.issued(), await registry.issued()
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(many.client(number).lineage(one.id))
                for number in range(HUNDREDS)
            ]
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(stream.call.read() for stream in streams))
            with counted_queries() as queries:
                for _ in range(20):
                    await registry.changed(other, metadata={"a": "b"})
                    await registry.something_else()
                await until(lambda: hub(many.live).told == many.live.app.store.feed.latest)
                await asyncio.sleep(0)  # those that were woken come to their turn
            assert not queries
            new = await registry.renewed(one)
            async with asyncio.timeout(PATIENCE):
                told = await asyncio.gather(*(stream.call.read() for stream in streams))
    assert {message.certificate.id for message in told} == {new.id}


async def test_one_look_is_for_all_who_watch_a_projects_trust(settings: Settings) -> None:
    """A change wakes a hundred of them, and the CAs are read once or twice, not a hundred times."""
    async with crowd(settings) as many:
        registry = await Registry.of(many.live)
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(many.client(number).trust(registry.project_id))
                for number in range(100)
            ]
            await asyncio.gather(*(stream.next() for stream in streams))
            with counted_queries() as queries:
                await registry.moved()
                await asyncio.gather(*(stream.next() for stream in streams))
            read = [query for query in queries if "FROM crl" in query]
    assert 1 <= len(read) <= 10


async def test_ten_thousand_watches_come_and_go_without_a_trace(sqlite_settings: Settings) -> None:
    """No task, no interest, no count, no row, and no memory stays behind."""
    async with crowd(sqlite_settings) as many:
        desk = await Desk.of(many.live)
        id_ = await desk.request()
        grown, rows = [], _rows(sqlite_settings.data_dir)
        for _ in range(10):
            async with AsyncExitStack() as stack:
                await watched(stack, many, [id_] * THOUSAND)
                assert len(open_watches(many.live)) == THOUSAND
            await until(lambda: not len(open_watches(many.live)))
            grown.append(_resident())
        await until(lambda: not call_tasks())
        assert not hub(many.live)._interests
        assert not open_watches(many.live)._counts
        assert _rows(sqlite_settings.data_dir) == rows
        # The first bursts fill what is kept for the next ones; what is free comes and goes.
        assert max(grown[-3:]) - max(grown[2:5]) < 8 << 20, grown


def _rows(home: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(home / "certmanager.db")) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def _resident() -> int:
    """Octets of memory that the process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
