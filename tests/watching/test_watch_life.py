"""How long a watch lives: heartbeats, its end, and what it leaves."""

from __future__ import annotations

import asyncio

import grpc
from google.protobuf.duration_pb2 import Duration

from server.config import Settings
from tests.requests.offices import Office
from tests.serving import Failure
from tests.watching.insides import hub, open_watches
from tests.watching.streams import Desk, Stream, Watcher, serving, until


def resumable(failure: Failure, stream: Stream) -> bool:
    """Whether a client is told when to come back, and with the newest token."""
    return "RetryInfo" in failure.details and failure.metadata["resumeToken"] == stream.token


async def test_heartbeats_come_in_silence(settings: Settings) -> None:
    """Their revisions never go back, their tokens are the newest, and they say when the next one is due."""
    async with serving(settings, watch_heartbeat=0.1) as live:
        desk = await Desk.of(live)
        async with Watcher(live).one(await desk.request()) as stream:
            first = await stream.next()
            revision = await desk.something_else()
            beats = [await stream.until("heartbeat")]
            while beats[-1].revision < revision:
                beats.append(await stream.until("heartbeat"))
    assert [first.revision, *(beat.revision for beat in beats)] == sorted(
        [first.revision, *(beat.revision for beat in beats)]
    )
    assert beats[0].heartbeat.sent_at.seconds > 0
    assert 0.1 <= beats[0].heartbeat.next_within.ToTimedelta().total_seconds() < 0.2


async def test_a_change_comes_after_the_heartbeats_before_it(settings: Settings) -> None:
    """Its revision is above theirs; and the token of a heartbeat skips what was sent before it."""
    async with serving(settings, watch_heartbeat=0.05) as live:
        desk = await Desk.of(live)
        id_ = await desk.request()
        async with Watcher(live).one(id_) as stream:
            beat = await stream.until("heartbeat")
            await desk.move(id_, "PENDING")
            change = await stream.until("certificate_request")
            assert change.revision > beat.revision
        async with Watcher(live).one(id_, resume_token=change.resume_token) as resumed:
            assert (await resumed.next()).WhichOneof("event") == "heartbeat"


async def test_a_queue_has_heartbeats_though_others_are_busy(settings: Settings) -> None:
    """What the filter keeps away does not keep heartbeats away; they come up to it."""
    async with serving(settings, watch_heartbeat=0.05) as live:
        desk = await Desk.of(live)
        id_ = await desk.request("PENDING")
        async with Watcher(live).many(desk.project_id, states=[1]) as stream:
            await stream.until("snapshot_complete")
            busy = asyncio.create_task(_keep_busy(desk, id_))
            seen = [(await stream.until("heartbeat")).revision for _ in range(3)]
            busy.cancel()
            revision = live.app.store.feed.latest
            while seen[-1] < revision:
                seen.append((await stream.until("heartbeat")).revision)
    assert seen == sorted(seen)


async def _keep_busy(desk: Desk, id_: str) -> None:
    while True:
        await desk.move(id_, "PENDING")


async def test_no_heartbeats_if_none_are_wanted(settings: Settings) -> None:
    """Zero means never."""
    async with serving(settings, watch_heartbeat=0.02) as live:
        desk = await Desk.of(live)
        id_ = await desk.request()
        async with (
            Watcher(live).one(id_, heartbeat_interval=Duration()) as silent,
            Watcher(live).one(id_) as other,
        ):
            await silent.next()
            for _ in range(5):
                await other.until("heartbeat")
            await desk.move(id_, "CANCELLED")
            (only,) = await silent.rest()
    assert only.WhichOneof("event") == "certificate_request"


async def test_an_old_stream_ends(settings: Settings) -> None:
    """With its token: the client comes back, and may find another replica."""
    async with serving(settings, watch_age=0.2) as live:
        desk = await Desk.of(live)
        async with Watcher(live).many(desk.project_id) as stream:
            await stream.until("snapshot_complete")
            failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "STREAM_AGED")
    assert resumable(failure, stream)


async def test_draining_ends_every_watch(settings: Settings) -> None:
    """At once, with the token; new ones are refused."""
    async with serving(settings) as live:
        desk = await Desk.of(live)
        id_ = await desk.request()
        async with Watcher(live).one(id_) as one, Watcher(live).many(desk.project_id) as many:
            await one.next()
            await many.until("snapshot_complete")
            live.app.drain.start()
            failures = [(await stream.failure(), stream) for stream in (one, many)]
        for failure, stream in failures:
            assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
            assert resumable(failure, stream)
        async with Watcher(live).one(id_, resume_token=one.token) as late:
            assert (await late.failure()).reason == "SERVER_DRAINING"
        await until(lambda: not len(open_watches(live)))


async def test_a_resumed_watch_that_said_nothing_is_ended_with_the_clients_token(settings: Settings) -> None:
    """Nothing newer is known than what it came with."""
    async with serving(settings) as live:
        desk = await Desk.of(live)
        id_ = await desk.request()
        async with Watcher(live).one(id_) as stream:
            await stream.next()
        await until(lambda: not len(open_watches(live)))
        async with Watcher(live).one(id_, resume_token=stream.token) as resumed:
            await resumed.call.initial_metadata()  # it is open, although it has nothing to say
            live.app.drain.start()
            assert (await resumed.failure()).metadata["resumeToken"] == stream.token


async def test_an_identity_has_so_many_watches_and_no_more(settings: Settings) -> None:
    """Both kinds and all its tokens count together, another identity's do not; one that ends makes room."""
    async with serving(settings, watches_per_identity=2) as live:
        desk = await Desk.of(live)
        id_ = await desk.request()
        other = await Office(live).person("VIEWER", project_id=desk.project_id)
        watcher = Watcher(live)
        async with watcher.one(id_) as first, watcher.many(desk.project_id) as second:
            await first.next()
            await second.next()
            async with watcher.one(id_) as third, watcher.one(id_, token=other.token) as fourth:
                failure = await third.failure()
                await fourth.next()
            first.call.cancel()
            await until(lambda: len(open_watches(live)) == 1)
            async with watcher.one(id_) as fifth:
                await fifth.next()
    assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
    assert {"QuotaFailure", "RetryInfo"} <= failure.details.keys()


async def test_what_ends_leaves_nothing(settings: Settings) -> None:
    """By its own end, by its client, and before it began: no watch and no interest is left."""
    async with serving(settings) as live:
        desk = await Desk.of(live)
        id_ = await desk.request("ISSUED")
        async with Watcher(live).one(id_) as stream:
            await stream.rest()
        async with Watcher(live).many(desk.project_id) as stream:
            await stream.next()
        async with Watcher(live).one(desk.profile_id) as stream:
            await stream.failure()
        await until(lambda: not len(open_watches(live)))
        await until(lambda: not hub(live)._interests)
        assert not open_watches(live)._counts
