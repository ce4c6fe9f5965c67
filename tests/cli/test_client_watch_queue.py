"""A watch on a queue, on fake time: snapshot, changes, what left, and each revision once."""

from __future__ import annotations

from typing import Any

import grpc

from certmanager.v1.certificate_request_service_pb2 import WatchCertificateRequestsRequest
from certmanager_client import ApiError, Kind, QueueEvent
from certmanager_client.watch_courses import QueueCourse
from certmanager_client.watching import Followed
from tests.cli.fake_streams import OK, PROJECT, FakeTime, Streams, beat, complete, many
from tests.cli.scripted import Failing, info

DOWN = Failing(details=[info("SERVER_DRAINING")])
END = Failing(grpc.StatusCode.PERMISSION_DENIED, details=[info("PERMISSION_DENIED")])
GONE = Failing(grpc.StatusCode.OUT_OF_RANGE, details=[info("RESUME_TOKEN_EXPIRED")])


async def told(streams: Streams) -> list[tuple[Any, ...]]:
    """Kind, id and revision of each event until a refusal; of COMPLETE, what is gone."""
    course = QueueCourse(WatchCertificateRequestsRequest(project_id=PROJECT), resume_token="", heartbeat=30.0)
    events: list[tuple[Any, ...]] = []
    try:
        watch = Followed(course, streams.open, address="ca:1", patience=FakeTime().patience())
        async for event in watch.events():
            events.append(_short(event))  # noqa: PERF401 - what came before the refusal counts
    except ApiError as error:
        assert error.code is grpc.StatusCode.PERMISSION_DENIED  # noqa: PT017 - it is how a script ends
    return events


def _short(event: QueueEvent) -> tuple[Any, ...]:
    if event.request is None:
        return event.kind, event.gone
    return event.kind, event.request.id, event.request.revision


A5 = many("snapshot", "PENDING_APPROVAL", 5, id_="a")
B6 = many("snapshot", "PENDING_APPROVAL", 6, id_="b")
NONE: frozenset[str] = frozenset()


async def test_snapshot_changes_and_what_left() -> None:
    """In the order of the server."""
    streams = Streams([[A5, complete(1, 6), many("changed", "PENDING_APPROVAL", 7, id_="b"), beat(8),
                        many("left", "ISSUED", 9, id_="a"), END]])  # fmt: skip
    assert await told(streams) == [
        (Kind.PRESENT, "a", 5),
        (Kind.COMPLETE, NONE),
        (Kind.CHANGED, "b", 7),
        (Kind.LEFT, "a", 9),
    ]


async def test_a_snapshot_that_broke_begins_again() -> None:
    """What was told of it is not told again."""
    streams = Streams([[A5, DOWN], [A5, B6, complete(2, 6), END]])
    assert await told(streams) == [(Kind.PRESENT, "a", 5), (Kind.PRESENT, "b", 6), (Kind.COMPLETE, NONE)]
    assert streams.tokens == ["", "t5"]


async def test_changes_that_come_twice_are_told_once() -> None:
    """Delivery is at least once; what left is known a while longer."""
    left = many("left", "REJECTED", 9, id_="a")
    changed = many("changed", "PENDING_APPROVAL", 8, id_="b")
    streams = Streams([[A5, complete(1, 6), changed, left, DOWN], [changed, left, END]])
    assert (await told(streams))[2:] == [(Kind.CHANGED, "b", 8), (Kind.LEFT, "a", 9)]
    assert streams.tokens == ["", "t9"]


async def test_a_request_that_came_and_went_unseen_is_told() -> None:
    """Else a terminal state would be lost."""
    streams = Streams([[complete(0, 6), many("left", "ISSUED", 7, id_="x"), END]])
    assert (await told(streams))[1:] == [(Kind.LEFT, "x", 7)]


async def test_a_request_may_come_back() -> None:
    """What left and matches again is of the queue again."""
    streams = Streams([[A5, complete(1, 5), many("left", "PENDING", 7, id_="a"),
                        many("changed", "PENDING_APPROVAL", 8, id_="a"), DOWN], [GONE],
                       [complete(0, 9), END]])  # fmt: skip
    assert (await told(streams))[2:] == [
        (Kind.LEFT, "a", 7),
        (Kind.CHANGED, "a", 8),
        (Kind.COMPLETE, frozenset("a")),
    ]


async def test_after_a_lost_history_it_says_what_is_gone() -> None:
    """The new snapshot tells only what changed, and its end what it no longer has."""
    again = many("snapshot", "PENDING_APPROVAL", 8, id_="c")
    streams = Streams([[A5, B6, complete(2, 6), DOWN], [GONE], [A5, again, complete(2, 8), END]])
    assert (await told(streams))[3:] == [(Kind.PRESENT, "c", 8), (Kind.COMPLETE, frozenset("b"))]
    assert streams.tokens == ["", "c6", ""]


async def test_a_restored_database_is_believed() -> None:
    """Until its snapshot is complete, a lower revision is news."""
    older = many("snapshot", "PENDING_APPROVAL", 3, id_="b")
    late = many("changed", "PENDING_APPROVAL", 2, id_="b")
    streams = Streams([[A5, B6, complete(2, 6), DOWN], [GONE], [A5, older, complete(2, 6), late, END]])
    assert (await told(streams))[3:] == [(Kind.PRESENT, "b", 3), (Kind.COMPLETE, NONE)]


async def test_ok_is_no_end_of_a_queue() -> None:
    """Whoever says so, the watch goes on."""
    streams = Streams([[A5, complete(1, 5), OK], [many("changed", "PENDING", 7, id_="a"), END]])
    assert (await told(streams))[2:] == [(Kind.CHANGED, "a", 7)]
    assert streams.tokens == ["", "c5"]


async def test_what_left_long_ago_costs_no_memory() -> None:
    """A queue may be watched for years."""
    course = QueueCourse(WatchCertificateRequestsRequest(project_id=PROJECT), resume_token="", heartbeat=30.0)
    for number in range(3000):
        course.take(many("left", "ISSUED", number + 1, id_=str(number)))
    assert len(course._known._revisions) == len(course._known._left) == 1024
