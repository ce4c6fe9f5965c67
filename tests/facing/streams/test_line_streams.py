"""Server streams as one JSON text a line, for whoever asks for no events; and how streams are refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.web.rest.streaming import _Opened, _Streamed
from tests.access.places import ABSENT
from tests.facing.faces import API, Face
from tests.facing.streams.sse import EVENTS, LINES, reading
from tests.standing import IN_SESSION
from tests.watching.insides import open_watches
from tests.watching.streams import Desk, until

pytestmark = IN_SESSION


@pytest.mark.parametrize("accept", [LINES, {"accept": "*/*"}, {"accept": "application/json"}])
async def test_each_message_is_a_line(standing_face: Face, accept: dict[str, str]) -> None:
    """And nothing else is: a stream that went well just ends."""
    desk = await Desk.of(standing_face.live)
    id_ = await desk.request()
    async with (
        standing_face.client(standing_face.live.owner) as client,
        reading(client, f"/certificate-requests/{id_}/watch", headers=accept) as stream,
    ):
        assert stream.answer.headers["content-type"] == "application/x-ndjson"
        first = json.loads(await stream.line() or "")
        await desk.move(id_, "CANCELLED")
        second = json.loads(await stream.line() or "")
        assert await stream.line() is None
    assert first["certificateRequest"]["id"] == second["certificateRequest"]["id"] == id_
    assert int(first["revision"]) < int(second["revision"])


@pytest.mark.parametrize("accept", [EVENTS, LINES])
@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        (f"/certificate-requests/{ABSENT}/watch", "owner", 404),
        ("/certificate-requests/none/watch", "owner", 400),
        (f"/certificate-requests/{ABSENT}/watch", "nobody", 401),
        ("/certificate-requests/watch?projectId={project_id}&resumeToken=other", "owner", 400),
    ],
)
async def test_a_refused_stream_is_an_error_like_any_other(
    standing_face: Face, accept: dict[str, str], path: str, token: str, status: int
) -> None:
    """With its status and the JSON of google.rpc.Status, whatever kind of stream was asked for."""
    live = standing_face.live
    shown = {"owner": live.owner, "nobody": "nobody"}[token]
    async with standing_face.client(shown) as client:
        answer = await client.get(API + path.format(**live.ids), headers=accept)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert "message" in answer.text


async def test_a_head_has_no_stream(standing_face: Face) -> None:
    """It would never end; what it would be like is told, and the watch is over."""
    live = standing_face.live
    before = len(open_watches(live))
    async with standing_face.client(live.owner) as client:
        path = f"{API}/certificate-requests/watch?projectId={live.ids['project_id']}"
        answer = await client.head(path, headers=EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    await until(lambda: len(open_watches(live)) == before)


class _Call:
    """A call that is open, and tells whether it has been given up."""

    given_up = False

    def cancel(self) -> None:
        self.given_up = True


async def test_a_reader_who_left_before_the_beginning_leaves_no_watch_open() -> None:
    """Then nothing of the stream is ever asked for that could notice."""
    call = _Call()
    first: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def texts() -> AsyncIterator[str]:
        yield ""

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def unsent(_: Any) -> None:
        await asyncio.get_running_loop().create_future()

    await _Streamed(_Opened(call, first), texts())({"type": "http", "method": "GET"}, gone, unsent)
    assert call.given_up
    assert first.cancelled()
