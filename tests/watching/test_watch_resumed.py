"""A watch on the requests of a project that goes on where another one, or a list, has stopped."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from server.ids import new_id
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.streams import ISSUED, WAITS, Desk, Watcher, snapshot, told

pytestmark = IN_SESSION


async def test_resumed_it_tells_what_happened_meanwhile(live: Live) -> None:
    """Without a snapshot: each request once, in the order of the changes, in its present state."""
    desk = await Desk.of(live)
    old = await desk.request()
    async with Watcher(live).many(desk.project_id) as stream:
        await snapshot(stream)
    await desk.move(old, "PENDING")
    new = await desk.request()
    await desk.move(old, "ISSUED")
    async with Watcher(live).many(desk.project_id, resume_token=stream.token) as resumed:
        assert await told(resumed, 2) == [("changed", old, ISSUED), ("changed", new, WAITS)]
        last = await desk.request()
        assert await told(resumed, 1) == [("changed", last, WAITS)]


@pytest.mark.parametrize("cut", range(4))
async def test_cut_anywhere_it_resumes_without_a_gap(live: Live, cut: int) -> None:
    """What the client has not seen comes after the cut, in its present state; the end is not lost."""
    desk = await Desk.of(live)
    ids = [await desk.request() for _ in range(3)]
    async with Watcher(live).many(desk.project_id) as stream:
        await snapshot(stream)
    for state in ("PENDING", "ISSUED"):
        for id_ in ids:
            await desk.move(id_, state)
    marker = await desk.request()
    async with Watcher(live).many(desk.project_id, resume_token=stream.token) as first:
        seen = [(await first.next()).changed.id for _ in range(cut)]
    after: list[Any] = []
    token = first.token or stream.token
    async with Watcher(live).many(desk.project_id, resume_token=token) as second:
        while not after or after[-1].id != marker:
            after.append((await second.next()).changed)
    assert seen == ids[:cut]
    assert {one.id for one in after} >= {*ids[cut:], marker}
    assert {one.state for one in after[:-1]} <= {ISSUED}


async def test_a_token_of_the_snapshot_begins_it_again(live: Live) -> None:
    """A snapshot that was cut is of no use."""
    desk = await Desk.of(live)
    wanted = {await desk.request() for _ in range(3)}
    async with Watcher(live).many(desk.project_id) as stream:
        await stream.next()
    async with Watcher(live).many(desk.project_id, resume_token=stream.token) as resumed:
        assert await snapshot(resumed) == wanted


async def test_many_changes_of_one_come_as_few_messages(live: Live) -> None:
    """A backlog is at most one message a request."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).many(desk.project_id) as stream:
        await snapshot(stream)
    for _ in range(20):
        await desk.move(id_, "PENDING")
    await desk.move(id_, "ISSUED")
    async with Watcher(live).many(desk.project_id, resume_token=stream.token) as resumed:
        marker = await desk.request()
        assert await told(resumed, 2) == [("changed", id_, ISSUED), ("changed", marker, WAITS)]


async def test_left_is_told_of_what_came_and_went(live: Live) -> None:
    """Also if the client never heard that it came: the former state matched."""
    desk = await Desk.of(live)
    async with Watcher(live).many(desk.project_id, states=[WAITS]) as stream:
        await snapshot(stream)
    id_ = await desk.request()
    await desk.move(id_, "PENDING")
    await desk.move(id_, "ISSUED")
    async with Watcher(live).many(desk.project_id, states=[WAITS], resume_token=stream.token) as resumed:
        assert await told(resumed, 1) == [("left", id_, ISSUED)]


@pytest.mark.parametrize("filtered", [False, True])
async def test_a_list_goes_on_as_a_watch(live: Live, *, filtered: bool) -> None:
    """The token of the first page resumes at the page: no snapshot, no gap."""
    desk = await Desk.of(live)
    ids = [await desk.request() for _ in range(3)]
    said: dict[str, Any] = {"states": [WAITS], "profile_id": desk.profile_id} if filtered else {}
    listed = await _list(live, desk, page_size=2, **said)
    token = listed.resume_token
    await desk.move(ids[0], "ISSUED")
    async with Watcher(live).many(desk.project_id, resume_token=token, **said) as stream:
        assert await told(stream, 1) == [("left" if filtered else "changed", ids[0], ISSUED)]


@pytest.mark.parametrize(
    "said",
    [
        {"name": "a.example.com"},
        {"ca_id": new_id()},
        {"renews_certificate_id": new_id()},
        {"metadata": [{"key": "team", "value": "shop"}]},
        {"created_after": {"seconds": 1}},
    ],
    ids=lambda said: next(iter(said)),
)
async def test_a_list_that_no_watch_can_follow_has_no_token(live: Live, said: dict[str, Any]) -> None:
    """A change does not tell what such a filter is about."""
    desk = await Desk.of(live)
    assert not (await _list(live, desk, **said)).resume_token


async def test_a_later_page_has_no_token(live: Live) -> None:
    """The one of the first page stands for the whole list."""
    desk = await Desk.of(live)
    for _ in range(3):
        await desk.request()
    first = await _list(live, desk, page_size=2)
    second = await _list(live, desk, page_size=2, page_token=first.next_page_token)
    assert len(second.certificate_requests) == 1
    assert not second.resume_token


async def _list(live: Live, desk: Desk, **said: Any) -> Any:
    request = messages.ListCertificateRequestsRequest(project_id=desk.project_id, **said)
    return await live.call(live.stub(CertificateRequestServiceStub).ListCertificateRequests, request)
