"""Server streams as Server-Sent Events: what a browser's EventSource needs, and nothing missed."""

from __future__ import annotations

import pytest

from tests.facing.faces import API, Face
from tests.facing.streams.sse import EVENTS, events, reading
from tests.standing import IN_SESSION
from tests.watching.insides import open_watches
from tests.watching.streams import Desk, until

pytestmark = IN_SESSION

SILENT = "86400s"


async def test_a_request_is_watched_to_its_end(standing_face: Face) -> None:
    """Each change is a message with the token to resume after it, and the end is an event of its own."""
    desk = await Desk.of(standing_face.live)
    id_ = await desk.request()
    async with events(standing_face, f"/certificate-requests/{id_}/watch") as stream:
        first = await stream.told("certificateRequest")
        assert first.said["certificateRequest"]["id"] == id_
        assert first.id == first.said["resumeToken"] != ""
        await desk.move(id_, "CANCELLED")
        changed, end = await stream.events()
        assert changed.said["certificateRequest"]["state"] != first.said["certificateRequest"]["state"]
        assert (end.name, end.id) == ("end", "end")


async def test_the_answer_is_not_kept_nor_held_back(standing_face: Face) -> None:
    desk = await Desk.of(standing_face.live)
    path = f"/certificate-requests/{await desk.request('CANCELLED')}/watch"
    async with events(standing_face, path) as stream:
        headers = stream.answer.headers
        assert headers["content-type"].partition(";")[0] == "text/event-stream"
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        await stream.events()
        assert stream.retries == ["2000"]


async def test_a_browser_goes_on_after_the_last_event_it_saw(standing_face: Face) -> None:
    """What changed while it was away comes, and nothing that it had seen before."""
    desk = await Desk.of(standing_face.live)
    path, said = "/certificate-requests/watch", {"projectId": desk.project_id}
    old = await desk.request()
    async with events(standing_face, path, **said) as stream:
        last = (await stream.told("snapshotComplete")).id
    new = await desk.request()
    async with events(standing_face, path, last=last, **said) as stream:
        assert (await stream.told("changed")).said["changed"]["id"] == new != old


async def test_the_last_event_counts_more_than_the_address(standing_face: Face) -> None:
    """An EventSource connects again to the address that it began with, the token in it included."""
    desk = await Desk.of(standing_face.live)
    path, said = "/certificate-requests/watch", {"projectId": desk.project_id}
    async with events(standing_face, path, **said) as stream:
        first = (await stream.told("snapshotComplete")).id
        await desk.request()
        last = (await stream.told("changed")).id
    new = await desk.request()
    async with events(standing_face, path, last=last, **said, resumeToken=first) as stream:
        assert (await stream.told("changed")).said["changed"]["id"] == new


async def test_whoever_has_seen_the_end_is_told_to_stay_away(standing_face: Face) -> None:
    """An EventSource connects again after each end, until it meets 204 (HTML, 9.2.3)."""
    desk = await Desk.of(standing_face.live)
    path = f"{API}/certificate-requests/{await desk.request('CANCELLED')}/watch"
    async with standing_face.client(standing_face.live.owner) as client:
        answer = await client.get(path, headers={**EVENTS, "last-event-id": "end"})
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_browser_needs_no_header_of_its_own(standing_face: Face) -> None:
    """An EventSource cannot send one: the cookie of its session is enough."""
    desk = await Desk.of(standing_face.live)
    id_ = await desk.request("CANCELLED")
    async with (
        standing_face.signed_in() as client,
        reading(client, f"/certificate-requests/{id_}/watch", headers=EVENTS) as stream,
    ):
        assert [event.name for event in await stream.events()] == ["message", "end"]


async def test_a_browser_that_leaves_ends_its_watch(standing_face: Face) -> None:
    """Nothing is sent meanwhile that could fail: the server is told by the connection alone."""
    live = standing_face.live
    desk = await Desk.of(live)
    id_, before = await desk.request(), len(open_watches(live))
    async with events(
        standing_face, f"/certificate-requests/{id_}/watch", heartbeatInterval=SILENT
    ) as stream:
        await stream.told("certificateRequest")
        assert len(open_watches(live)) == before + 1
    await until(lambda: len(open_watches(live)) == before)


async def test_a_stream_that_has_nothing_to_say_is_open_nonetheless(standing_face: Face) -> None:
    """Its head comes at once, though no message does."""
    desk = await Desk.of(standing_face.live)
    id_ = await desk.request()
    path = f"/certificate-requests/{id_}/watch"
    async with events(standing_face, path, heartbeatInterval=SILENT) as stream:
        last = (await stream.told("certificateRequest")).id
    async with events(standing_face, path, last=last, heartbeatInterval=SILENT) as stream:
        assert stream.answer.status_code == 200


PATHS = [
    "/certificate-requests/watch?projectId={project_id}",
    "/trust-bundle/watch?projectId={project_id}",
    "/certificates/{certificate_id}/watch",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_watch_speaks(standing_face: Face, path: str) -> None:
    live = standing_face.live
    issued = await _issued(standing_face)
    url = path.format(project_id=live.ids["project_id"], certificate_id=issued)
    async with events(standing_face, url) as stream:
        event = await stream.event()
        assert event is not None
        assert event.id == event.said["resumeToken"]


async def _issued(face: Face) -> str:
    order = {"profileId": face.live.ids["profile_id"], "attributes": {"commonName": "a.example.com"}}
    async with face.client(face.live.owner) as client:
        answer = await client.post(f"{API}/certificates", json=order)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["certificate"]["certificateId"])
