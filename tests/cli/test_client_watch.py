"""A watch on one request, on fake time: what resumes it, when, from where, and what ends it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

from certmanager_client import ApiError, RequestEvent
from certmanager_client.watch_courses import RequestCourse
from certmanager_client.watching import Followed
from tests.cli.fake_streams import OK, REQUEST, SILENCE, FakeTime, Streams, beat, one
from tests.cli.scripted import Failing, info

WAITS = one("PENDING_APPROVAL", 5)
ISSUED = one("ISSUED", 9)
DOWN = Failing(details=[info("BACKEND_UNAVAILABLE")])
GONE = Failing(grpc.StatusCode.OUT_OF_RANGE, details=[info("RESUME_TOKEN_EXPIRED")])


async def followed(
    streams: Streams, time: FakeTime, *, token: str = "", **patience: Any
) -> list[RequestEvent]:
    """All that the watch tells."""
    course = RequestCourse(REQUEST, resume_token=token, heartbeat=30.0)
    watch = Followed(course, streams.open, address="ca:1", patience=time.patience(**patience))
    return [event async for event in watch.events()]


def revisions(events: list[RequestEvent]) -> list[int]:
    return [event.request.revision for event in events]


async def test_it_ends_with_the_terminal_state() -> None:
    """And with the certificate that comes with it."""
    streams = Streams([[WAITS, one("ISSUED", 9, certificate={"id": "c"}), OK]])
    told = await followed(streams, FakeTime())
    assert revisions(told) == [5, 9]
    assert [event.is_last for event in told] == [False, True]
    assert told[0].certificate is None
    assert told[1].certificate is not None
    assert (told[1].certificate.id, told[1].resume_token) == ("c", "t9")


async def test_a_state_that_is_not_known_here_is_the_last_if_the_stream_ends_with_ok() -> None:
    """The server may know more of them."""
    streams = Streams([[one("PENDING", 6), OK]])
    assert revisions(await followed(streams, FakeTime())) == [6]
    assert len(streams.tokens) == 1


@pytest.mark.parametrize(
    "code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"]
)
async def test_it_goes_on_after(code: str) -> None:
    """With the newest token; nothing is told twice."""
    broken = Failing(grpc.StatusCode[code])
    streams = Streams([[WAITS, broken], [WAITS, ISSUED, OK]])
    assert revisions(await followed(streams, FakeTime())) == [5, 9]
    assert streams.tokens == ["", "t5"]


@pytest.mark.parametrize(
    "code",
    [
        code.name
        for code in grpc.StatusCode
        if code.name
        not in {"OK", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"}
    ],
)
async def test_it_stops_after(code: str) -> None:
    """Asking again would change nothing. OUT_OF_RANGE is among them where no token was sent."""
    streams = Streams([[Failing(grpc.StatusCode[code], details=[info("ANY")])]])
    with pytest.raises(ApiError) as caught:
        await followed(streams, FakeTime())
    assert (caught.value.code.name, len(streams.tokens)) == (code, 1)


async def test_a_server_that_is_not_trusted_is_not_asked_again() -> None:
    """Although its code is UNAVAILABLE."""
    streams = Streams([[Failing(message="CERTIFICATE_VERIFY_FAILED")]])
    with pytest.raises(ApiError, match="not under the CA certificates"):
        await followed(streams, FakeTime())
    assert len(streams.tokens) == 1


async def test_the_token_of_a_heartbeat_counts() -> None:
    """Else an idle watch would fall out of the history."""
    streams = Streams([[WAITS, beat(8), DOWN], [ISSUED, OK]])
    await followed(streams, FakeTime())
    assert streams.tokens == ["", "b8"]


async def test_the_token_of_an_error_counts() -> None:
    """A server that stops says where to go on."""
    aged = Failing(details=[info("STREAM_AGED", resumeToken="e8")])
    streams = Streams([[WAITS, aged], [ISSUED, OK]])
    await followed(streams, FakeTime())
    assert streams.tokens == ["", "e8"]


async def test_a_token_of_the_caller_is_sent_first() -> None:
    streams = Streams([[ISSUED, OK]])
    await followed(streams, FakeTime(), token="mine")
    assert streams.tokens == ["mine"]


async def test_an_expired_token_is_left_out() -> None:
    """Once: the next stream begins at the present."""
    streams = Streams([[WAITS, DOWN], [GONE], [one("PENDING_APPROVAL", 5), ISSUED, OK]])
    assert revisions(await followed(streams, FakeTime())) == [5, 9]
    assert streams.tokens == ["", "t5", ""]


async def test_a_restored_database_is_believed() -> None:
    """Its revisions may be lower than what was told; what is the same is still not told twice."""
    streams = Streams([[WAITS, DOWN], [GONE], [one("PENDING_APPROVAL", 3), one("PENDING", 2), ISSUED, OK]])
    assert revisions(await followed(streams, FakeTime())) == [5, 3, 9]


async def test_the_pauses_grow_up_to_half_a_minute() -> None:
    """A second, 1.6 times longer each time."""
    time, streams = FakeTime(), Streams([*[[DOWN]] * 10, [ISSUED, OK]])
    await followed(streams, time)
    assert time.paused == pytest.approx(
        [1, 1.6, 2.56, 4.096, 6.5536, 10.48576, 16.777216, 26.8435456, 30, 30]
    )
    assert time.now() == pytest.approx(sum(time.paused))


async def test_the_pauses_are_spread() -> None:
    """By a fifth, also at their longest."""
    for spread in (0.8, 1.2):
        time = FakeTime()
        await followed(Streams([*[[DOWN]] * 10, [ISSUED, OK]]), time, spread=spread)
        assert (time.paused[0], time.paused[-1]) == pytest.approx((spread, 30 * spread))


async def test_anything_that_arrives_starts_the_pauses_over() -> None:
    """A heartbeat too."""
    time = FakeTime()
    await followed(Streams([[DOWN], [DOWN], [beat(1), DOWN], [DOWN], [ISSUED, OK]]), time)
    assert time.paused == pytest.approx([1, 1.6, 1, 1.6])


@pytest.mark.parametrize(("asked", "waited"), [(7, 7), (0.5, 1)])
async def test_the_server_may_ask_for_more_time(asked: float, waited: float) -> None:
    """Never for less."""
    delay = Duration()
    delay.FromNanoseconds(round(asked * 1e9))
    busy = Failing(details=[info("SERVER_DRAINING"), error_details_pb2.RetryInfo(retry_delay=delay)])
    time = FakeTime()
    await followed(Streams([[busy], [ISSUED, OK]]), time)
    assert time.paused == pytest.approx([waited])


@pytest.mark.parametrize(("messages", "noticed"), [([], 46), ([beat(5, 33)], 43), ([beat(5, 90)], 100)])
async def test_a_connection_that_died_silently_is_noticed(messages: list[Any], noticed: float) -> None:
    """By the time at which a heartbeat was due, and ten seconds more; then the watch goes on."""
    time, streams = FakeTime(), Streams([[*messages, SILENCE], [ISSUED, OK]])
    assert revisions(await followed(streams, time)) == [9]
    assert time.now() == pytest.approx(noticed + 1)
    assert f"nothing has arrived for {noticed} seconds" in str(time.errors[0])


async def test_heartbeats_keep_a_watch_alive() -> None:
    """It is silence that counts, not the time since the last change."""
    streams = Streams([[WAITS, *(beat(number) for number in range(6, 40)), one("ISSUED", 50), OK]])
    time = FakeTime()
    assert revisions(await followed(streams, time)) == [5, 50]
    assert time.paused == []


async def test_patience_has_an_end() -> None:
    """In the midst of a silence."""
    time, streams = FakeTime(), Streams([[WAITS, SILENCE]])
    with pytest.raises(ApiError, match="did not come to its end in time") as caught:
        await followed(streams, time, timeout=20)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.now() == pytest.approx(20)


async def test_patience_is_for_all_streams_together() -> None:
    """46 s of silence, a second, and what is left."""
    time, streams = FakeTime(), Streams([[SILENCE]])
    with pytest.raises(ApiError, match="in time"):
        await followed(streams, time, timeout=60)
    assert time.now() == pytest.approx(60)
    assert len(streams.tokens) == 2


async def test_a_pause_beyond_the_end_is_not_begun() -> None:
    """What went wrong is told instead."""
    time, streams = FakeTime(), Streams([[DOWN]])
    with pytest.raises(ApiError) as caught:
        await followed(streams, time, timeout=5)
    assert caught.value.reason == "BACKEND_UNAVAILABLE"
    assert time.paused == pytest.approx([1, 1.6])


async def test_nothing_matters_after_the_terminal_state() -> None:
    """It was told; a status that is lost is no reason to ask again."""
    for end in (DOWN, SILENCE, Failing(grpc.StatusCode.UNAUTHENTICATED)):
        streams = Streams([[ISSUED, end]])
        assert revisions(await followed(streams, FakeTime())) == [9]
        assert len(streams.tokens) == 1


async def test_every_stream_is_ended() -> None:
    """Also that of a reader who has seen enough."""
    streams = Streams([[WAITS, DOWN], [ISSUED, OK]])
    await followed(streams, FakeTime())
    assert streams.cancelled == 2
    left = Streams([[WAITS, SILENCE]])
    course = RequestCourse(REQUEST, resume_token="", heartbeat=30.0)
    events = Followed(course, left.open, address="ca:1", patience=FakeTime().patience()).events()
    await anext(events)
    await events.aclose()
    assert left.cancelled == 1
