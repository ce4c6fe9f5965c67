"""A watch on a lineage that goes on where another one has stopped."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from server.config import Settings
from server.ids import new_id
from server.store.filters import UpTo
from server.store.records import ChangeRecord
from server.store.unit import Delete, Unit
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.lineages import Registry
from tests.watching.streams import Desk, Watcher, serving


@IN_SESSION
@pytest.mark.parametrize("renewals", [1, 5])
async def test_who_was_away_for_whole_renewals_ends_with_the_newest(live: Live, renewals: int) -> None:
    """However many there were: the newest is told, and nothing else."""
    registry = await Registry.of(live)
    one = await registry.issued()
    async with Watcher(live).lineage(one.id) as stream:
        before = await stream.next()
    last = one
    for _ in range(renewals):
        last = await registry.renewed(last)
    async with Watcher(live).lineage(one.id, resume_token=stream.token) as resumed:
        told = await resumed.next()
        assert (told.certificate.id, told.revision > before.revision) == (last.id, True)
        await registry.changed(last, metadata={"a": "b"})
        assert (await resumed.next()).certificate.metadata


@IN_SESSION
async def test_a_token_goes_on_with_any_certificate_of_the_lineage(live: Live) -> None:
    """The agent may have kept another certificate's id than the one that it began with."""
    registry = await Registry.of(live)
    old = await registry.issued()
    new = await registry.renewed(old)
    async with Watcher(live).lineage(old.id) as stream:
        await stream.next()
    async with Watcher(live).lineage(new.id, resume_token=stream.token) as resumed:
        newest = await registry.renewed(new)
        assert (await resumed.next()).certificate.id == newest.id


async def test_what_is_known_is_not_told_again(settings: Settings) -> None:
    """The stream is open, and its first message is a heartbeat; also for what changed beside the lineage."""
    async with serving(settings, watch_heartbeat=0.1) as live:
        registry = await Registry.of(live)
        one, other = await registry.issued(), await registry.issued()
        async with Watcher(live).lineage(one.id) as stream:
            first = await stream.next()
        revision = await registry.changed(other, metadata={"a": "b"})
        async with Watcher(live).lineage(one.id, resume_token=stream.token) as resumed:
            beat = await resumed.next()
            assert beat.WhichOneof("event") == "heartbeat"
            while beat.revision < revision:
                beat = await resumed.next()
            assert beat.WhichOneof("event") == "heartbeat"
        assert beat.revision > first.revision


async def test_a_heartbeats_token_skips_what_came_before_it(settings: Settings) -> None:
    """And nothing that comes after it."""
    async with serving(settings, watch_heartbeat=0.05) as live:
        registry = await Registry.of(live)
        one = await registry.issued()
        async with Watcher(live).lineage(one.id) as stream:
            await stream.until("heartbeat")
        new = await registry.renewed(one)
        async with Watcher(live).lineage(one.id, resume_token=stream.token) as resumed:
            assert (await resumed.until("certificate")).certificate.id == new.id


@IN_SESSION
async def test_a_token_of_something_else_is_refused(live: Live) -> None:
    """Another lineage's, another watch's, and none at all."""
    registry = await Registry.of(live)
    one, other = await registry.issued(), await registry.issued()
    watcher, tokens = Watcher(live), ["nonsense"]
    async with watcher.lineage(other.id) as stream:
        tokens.append((await stream.next()).resume_token)
    async with watcher.trust(registry.project_id) as stream:
        tokens.append((await stream.next()).resume_token)
    async with watcher.one(await (await Desk.of(live)).request()) as stream:
        tokens.append((await stream.next()).resume_token)
    for token in tokens:
        async with watcher.lineage(one.id, resume_token=token) as resumed:
            failure = await resumed.failure()
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "RESUME_TOKEN_INVALID",
        )


async def test_a_token_from_before_what_is_kept_is_expired(settings: Settings) -> None:
    """The client begins anew, and is told the newest."""
    async with serving(settings) as live:
        registry = await Registry.of(live)
        one = await registry.issued()
        async with Watcher(live).lineage(one.id) as stream:
            await stream.next()
        new = await registry.renewed(one)
        await registry.something_else()
        gone = Delete(ChangeRecord, {"revision": UpTo(live.app.store.feed.latest - 1)}, expect=None)
        await live.app.store.commit(Unit((gone,)))
        async with Watcher(live).lineage(one.id, resume_token=stream.token) as resumed:
            failure = await resumed.failure()
        assert (failure.code, failure.reason) == (grpc.StatusCode.OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED")
        async with Watcher(live).lineage(one.id) as anew:
            assert (await anew.next()).certificate.id == new.id


async def test_a_lineage_that_rests_has_tokens_of_today(settings: Settings) -> None:
    """Its last change may be forgotten long since: the token of a watch is no older than its first look."""
    async with serving(settings) as live:
        registry = await Registry.of(live)
        one = await registry.issued()
        newest = await registry.something_else()
        gone = Delete(ChangeRecord, {"revision": UpTo(newest - 1)}, expect=None)
        await live.app.store.commit(Unit((gone,)))
        async with Watcher(live).lineage(one.id) as stream:
            assert (await stream.next()).revision >= newest
        async with Watcher(live).lineage(one.id, resume_token=stream.token) as resumed:
            new = await registry.renewed(one)
            assert (await resumed.next()).certificate.id == new.id


@IN_SESSION
async def test_changes_while_it_opens_are_not_lost(live: Live) -> None:
    """Renewals race the opening of watches: each of these ends with the newest."""
    registry = await Registry.of(live)
    last = first = await registry.issued()
    for _ in range(10):
        successor = asyncio.create_task(registry.renewed(last))
        opening = [asyncio.create_task(_newest(live, first.id, last.id)) for _ in range(4)]
        last = await successor
        assert {await one for one in opening} == {last.id}


async def _newest(live: Live, id_: str, known: str) -> str:
    """The first certificate that a watch tells of beyond one that is known."""
    async with Watcher(live).lineage(id_) as stream:
        while (told := str((await stream.next()).certificate.id)) == known:
            pass
    return told


@IN_SESSION
async def test_an_empty_token_is_none(live: Live) -> None:
    """Nothing to resume: the whole comes."""
    one = await (await Registry.of(live)).issued(metadata=[])
    async with Watcher(live).lineage(one.id, resume_token="") as stream:
        assert (await stream.next()).certificate.id == one.id
    async with Watcher(live).lineage(new_id(), resume_token=stream.token) as stream:
        assert (await stream.failure()).code is grpc.StatusCode.NOT_FOUND
