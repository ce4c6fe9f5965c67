"""A watch on the requests of a project: the snapshot, the changes, and what leaves."""

from __future__ import annotations

import grpc

from server.ids import new_id
from tests.requests.offices import Office
from tests.serving import Live
from tests.standing import IN_SESSION
from tests.watching.streams import ISSUED, PENDING, WAITS, Desk, Watcher, snapshot, told

pytestmark = IN_SESSION


async def test_the_snapshot_has_every_request_of_the_project(live: Live) -> None:
    """More than are read at once, each exactly once, and none of another project."""
    desk, other = await Desk.of(live), await Desk.of(live)
    wanted = {await desk.request() for _ in range(40)}
    await other.request()
    async with Watcher(live).many(desk.project_id) as stream:
        assert await snapshot(stream) == wanted


async def test_an_empty_snapshot_is_complete(live: Live) -> None:
    """The client knows that it is live."""
    desk = await Desk.of(live)
    async with Watcher(live).many(desk.project_id) as stream:
        assert await snapshot(stream) == set()


async def test_changes_follow_the_snapshot(live: Live) -> None:
    """What is new and what has changed, whole; revisions strictly grow."""
    desk = await Desk.of(live)
    old = await desk.request()
    async with Watcher(live).many(desk.project_id) as stream:
        assert await snapshot(stream) == {old}
        new = await desk.request()
        first = await stream.next()
        await desk.move(old, "CANCELLED")
        second = await stream.next()
    assert (first.changed.id, first.changed.state) == (new, WAITS)
    assert (second.changed.id, second.changed.metadata) == (old, first.changed.metadata)
    assert first.revision < second.revision


async def test_what_stops_matching_leaves(live: Live) -> None:
    """A queue of waiting requests is told that one has left it, with the state that it has now."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).many(desk.project_id, states=[WAITS]) as stream:
        assert await snapshot(stream) == {id_}
        await desk.move(id_, "ISSUED")
        assert await told(stream, 1) == [("left", id_, ISSUED)]


async def test_what_never_matched_is_not_told(live: Live) -> None:
    """Neither its changes nor its end; the next one that matches is."""
    desk = await Desk.of(live)
    id_ = await desk.request("PENDING")
    async with Watcher(live).many(desk.project_id, states=[WAITS]) as stream:
        assert await snapshot(stream) == set()
        await desk.move(id_, "ISSUED")
        waiting = await desk.request()
        assert await told(stream, 1) == [("changed", waiting, WAITS)]


async def test_one_that_comes_to_match_has_changed(live: Live) -> None:
    """The filter is on the state, so a request can enter a queue late."""
    desk = await Desk.of(live)
    id_ = await desk.request()
    async with Watcher(live).many(desk.project_id, states=[ISSUED]) as stream:
        assert await snapshot(stream) == set()
        await desk.move(id_, "ISSUED")
        assert await told(stream, 1) == [("changed", id_, ISSUED)]


async def test_a_filter_of_profile_and_requester_holds(live: Live) -> None:
    """For the snapshot and for the changes."""
    desk = await Desk.of(live)
    other = Desk(live, desk.project_id, await live.profile(project_id=desk.project_id))
    me = new_id()
    mine = await desk.request(requester_id=me)
    for desk_, who in ((desk, ""), (other, me)):
        await desk_.request(requester_id=who)
    said = {"profile_id": desk.profile_id, "requester_identity_id": me}
    async with Watcher(live).many(desk.project_id, **said) as stream:
        assert await snapshot(stream) == {mine}
        for desk_, who in ((desk, ""), (other, me)):
            await desk_.request(requester_id=who)
        await desk.move(mine, "ISSUED")
        assert await told(stream, 1) == [("changed", mine, ISSUED)]


async def test_a_requester_sees_its_own(office: Office) -> None:
    """Nobody sees another's request without the right, in no event of a stream either."""
    desk = await Desk.of(office.live)
    asker = await office.person("REQUESTER", project_id=desk.project_id)
    await desk.request()
    mine = await desk.request(requester_id=asker.id)
    async with Watcher(office.live).many(desk.project_id, token=asker.token) as stream:
        assert await snapshot(stream) == {mine}
        await desk.request()
        await desk.move(mine, "PENDING")
        assert await told(stream, 1) == [("changed", mine, PENDING)]


async def test_a_role_for_a_profile_sees_its_requests(office: Office) -> None:
    """A viewer of one profile watches the project, and sees what is made under the profile."""
    desk = await Desk.of(office.live)
    other = Desk(office.live, desk.project_id, await office.live.profile(project_id=desk.project_id))
    viewer = await office.person("VIEWER", profile_id=desk.profile_id, project_id=desk.project_id)
    mine = await desk.request()
    await other.request()
    async with Watcher(office.live).many(desk.project_id, token=viewer.token) as stream:
        assert await snapshot(stream) == {mine}
        await other.request()
        await desk.move(mine, "ISSUED")
        assert await told(stream, 1) == [("changed", mine, ISSUED)]


async def test_a_project_that_is_not_there_is_refused(live: Live) -> None:
    """Before any message, to an owner too."""
    async with Watcher(live).many(new_id()) as stream:
        failure = await stream.failure()
    assert failure.code is grpc.StatusCode.NOT_FOUND
