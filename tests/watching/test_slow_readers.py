"""Clients that do not read what they are sent."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import grpc.aio
import pytest

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from server.config import Settings
from tests.serving import Live, running
from tests.watching.insides import call_tasks, hub, open_watches
from tests.watching.lineages import Registry
from tests.watching.streams import Desk, Stream, Watcher, until

BIG = IssueCertificateRequest(csr="x" * 60_000).SerializeToString()
SMALL_WINDOW = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_535)]
"""A client that takes no more than this before somebody reads; gRPC's own lets megabytes pile up."""


@asynccontextmanager
async def stalled(settings: Settings) -> AsyncIterator[tuple[Live, Desk, str, Stream]]:
    """A server that has ended a watch on a big request, because its client has stopped reading."""
    async with running(settings.model_copy(update={"watch_patience": 0.3})) as live:
        root = grpc.ssl_channel_credentials((settings.data_dir / "ca.pem").read_bytes())
        target = live.app.endpoints["grpc"]
        async with grpc.aio.secure_channel(target, root, options=SMALL_WINDOW) as channel:
            desk = await Desk.of(live)
            id_ = await desk.request(order=BIG)
            async with Watcher(replace(live, channel=channel)).one(id_) as stream:
                await stream.next()
                async with asyncio.timeout(20):
                    while len(open_watches(live)):
                        await desk.move(id_, "PENDING")
                        await asyncio.sleep(0.01)
                yield live, desk, id_, stream


async def test_who_does_not_read_is_ended_and_finds_out_when_it_does(settings: Settings) -> None:
    """With the token of what it was sent: nothing is lost by going on from there."""
    async with stalled(settings) as (live, desk, id_, stream):
        await desk.move(id_, "CANCELLED")
        failure = await stream.failure()
        assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "WATCHER_TOO_SLOW")
        assert "RetryInfo" in failure.details
        async with Watcher(live).one(id_, resume_token=failure.metadata["resumeToken"]) as resumed:
            assert (await resumed.rest())[-1].certificate_request.state


async def test_who_never_reads_holds_nothing(settings: Settings) -> None:
    """Its watch, its interest and its task are gone although it neither reads nor leaves."""
    async with stalled(settings) as (live, _, _, stream):
        await until(lambda: not hub(live)._interests)
        await until(lambda: not _handlers())
        assert not stream.call.done()
        gc.collect()
        assert not [one for one in gc.get_objects() if type(one).__name__ == "OneRequest"]


async def test_its_connection_serves_others(settings: Settings) -> None:
    """A stalled stream stalls no other, and nothing is left when its client cancels."""
    async with stalled(settings) as (live, desk, id_, stream):
        async with Watcher(live).one(id_) as reader:
            await reader.next()
            await desk.move(id_, "ISSUED")
            assert len(await reader.rest()) == 1
        stream.call.cancel()
        await until(lambda: not call_tasks())


@pytest.mark.parametrize("pause", [0.5])
async def test_who_reads_late_but_reads_is_served(settings: Settings, pause: float) -> None:
    """Silence is no sin: only a message that nobody takes is."""
    async with running(settings.model_copy(update={"watch_patience": 0.3})) as live:
        desk = await Desk.of(live)
        id_ = await desk.request(order=BIG)
        async with Watcher(live).one(id_) as stream:
            await stream.next()
            await asyncio.sleep(pause)
            await desk.move(id_, "ISSUED")
            assert len(await stream.rest()) == 1


async def test_who_does_not_read_a_lineage_is_ended_too(settings: Settings) -> None:
    """And goes on with the newest: what it missed in between is of no use to anybody."""
    async with running(settings.model_copy(update={"watch_patience": 0.3})) as live:
        root = grpc.ssl_channel_credentials((settings.data_dir / "ca.pem").read_bytes())
        target = live.app.endpoints["grpc"]
        registry = await Registry.of(live)
        one = await registry.issued()
        big = {f"key-{number}": "x" * 200 for number in range(100)}
        async with (
            grpc.aio.secure_channel(target, root, options=SMALL_WINDOW) as channel,
            Watcher(replace(live, channel=channel)).lineage(one.id) as stream,
        ):
            await stream.next()
            async with asyncio.timeout(20):
                while len(open_watches(live)):
                    await registry.changed(one, metadata=big)
                    await asyncio.sleep(0.01)
            last = await registry.renewed(one, metadata={})
            failure = await stream.failure()
        assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "WATCHER_TOO_SLOW")
        token = failure.metadata["resumeToken"]
        async with Watcher(live).lineage(one.id, resume_token=token) as resumed:
            assert (await resumed.next()).certificate.id == last.id


def _handlers() -> list[str]:
    """The tasks in which servicers run."""
    names = (str(getattr(task.get_coro(), "__qualname__", "")) for task in asyncio.all_tasks())
    return [name for name in names if name == "_handle_exceptions"]
