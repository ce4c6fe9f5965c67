"""What a change costs: watchers that it does not concern nothing, the others as little as can be."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from server.clock import utc_now
from server.ids import new_id
from server.ra.watching.queue import Queue
from server.store.records import ChangeRecord, ObjectKind
from tests.requests.offices import Office
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.insides import counted_queries, hub, looks_at_rights
from tests.watching.streams import ISSUED, PENDING, WAITS, Desk, Watcher, snapshot, told, until

pytestmark = IN_SESSION

HERE, PROFILE, SOMEBODY = new_id(), new_id(), new_id()


@pytest.mark.parametrize(
    ("asked", "old", "new", "touched"),
    [
        ({}, None, "PENDING_APPROVAL", True),
        ({}, "PENDING", "PENDING", True),
        ({"states": {"PENDING"}}, "PENDING_APPROVAL", "ISSUED", False),
        ({"states": {"PENDING"}}, None, "PENDING_APPROVAL", False),
        ({"states": {"PENDING"}}, "PENDING", "ISSUED", True),
        ({"states": {"PENDING"}}, "PENDING_APPROVAL", "PENDING", True),
        ({"states": {"PENDING"}}, "PENDING", "PENDING", True),
        ({"profile_id": PROFILE, "requester_id": SOMEBODY}, None, "PENDING", True),
        ({"profile_id": new_id()}, None, "PENDING", False),
        ({"requester_id": new_id()}, None, "PENDING", False),
        ({"project_id": new_id()}, None, "PENDING", False),
    ],
)
async def test_a_change_touches_a_queue(
    asked: dict[str, Any], old: str | None, new: str, *, touched: bool
) -> None:
    """If the request was there before it, or is after it; where it belongs never changes."""
    queue = Queue(**{"project_id": HERE, **asked, "states": frozenset(asked.get("states", ()))})
    change = ChangeRecord(
        revision=1,
        kind=ObjectKind.REQUEST,
        object_id=new_id(),
        project_id=HERE,
        profile_id=PROFILE,
        requester_id=SOMEBODY,
        old_state=old,
        new_state=new,
        created_at=utc_now(),
    )
    assert queue.is_touched(change) is touched


async def test_changes_in_the_project_that_do_not_concern_them_cost_queues_nothing(office: Office) -> None:
    """Of another profile or requester, of states that they do not ask for, and what they may not see."""
    live = office.live
    desk = await Desk.of(live)
    other = Desk(live, desk.project_id, await live.profile(project_id=desk.project_id))
    asker = await office.person("REQUESTER", project_id=desk.project_id)
    narrow = await office.person("VIEWER", profile_id=desk.profile_id, project_id=desk.project_id)
    asked: list[dict[str, Any]] = [
        {"profile_id": desk.profile_id},
        {"requester_identity_id": asker.id},
        {"states": [ISSUED]},
        {"token": asker.token},
        {"token": narrow.token},
    ]
    busy = await other.request()
    async with AsyncExitStack() as stack:
        for said in asked:
            stream = await stack.enter_async_context(Watcher(live).many(desk.project_id, **said))
            assert await snapshot(stream) == set()
        with counted_queries() as queries, looks_at_rights() as looks:
            for _ in range(5):
                await other.move(busy, "PENDING")
            await _quiet(live)
        # The desk of the test itself reads each request that it moves.
        assert (len(queries), len(looks)) == (5, 0)


@pytest.mark.parametrize("asked", [{}, {"states": [PENDING]}, {"states": [WAITS]}], ids=["all", "to", "from"])
async def test_what_comes_after_much_that_does_not_concern_a_queue_is_told(
    live: Live, asked: dict[str, Any]
) -> None:
    """At once, and it resumes from before all that, too."""
    desk = await Desk.of(live)
    other = Desk(live, desk.project_id, await live.profile(project_id=desk.project_id))
    mine, busy = await desk.request(), await other.request()
    said = {"profile_id": desk.profile_id, **asked}
    async with Watcher(live).many(desk.project_id, **said) as stream:
        await stream.until("snapshot_complete")
        before = stream.token
        for _ in range(5):
            await other.move(busy, "PENDING")
        await _quiet(live)
        await desk.move(mine, "PENDING")
        event = ("left" if asked.get("states") == [WAITS] else "changed", mine, PENDING)
        assert await told(stream, 1) == [event]
    async with Watcher(live).many(desk.project_id, resume_token=before, **said) as resumed:
        assert await told(resumed, 1) == [event]


async def test_a_change_of_one_request_costs_one_look_at_the_right(live: Live) -> None:
    """And one at the request, though it is told to its end."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).one(id_) as stream:
        await stream.next()
        with counted_queries() as queries, looks_at_rights() as looks:
            await desk.move(id_, "PENDING")
            await stream.next()
        assert (len(queries), len(looks)) == (2, 1)  # one of the queries is the desk's


async def test_the_first_page_of_a_list_costs_one_look_at_its_project(live: Live) -> None:
    """The token and the page of an owner, who alone needs one: that it exists."""
    desk = await Desk.of(live)
    list_ = live.stub(CertificateRequestServiceStub).ListCertificateRequests
    with counted_queries() as queries:
        answer = await live.call(list_, messages.ListCertificateRequestsRequest(project_id=desk.project_id))
    assert answer.resume_token
    assert sum("FROM project" in query for query in queries) == 1


async def _quiet(live: Live) -> None:
    """Returns once everybody has been told of every change, and has had a turn to act on it."""
    await until(lambda: hub(live).told == live.app.store.feed.latest)
    for _ in range(5):
        await asyncio.sleep(0)
