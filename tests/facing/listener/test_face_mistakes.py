"""Mistakes of our own: a client gets an answer, the operator a trace, and nobody a secret."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from server.config import Settings
from server.web.recorded import Recorded
from tests.facing.faces import Face, facing

SECRET = "hunter2"
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/somewhere",
    "query_string": SECRET.encode(),
    "headers": [(b"cookie", SECRET.encode())],
}


class _Wire:
    """What was sent, counted and told."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.counted: list[tuple[str, int]] = []
        self.told: list[dict[str, Any]] = []

    async def serve(self, app: Any, **scope: Any) -> None:
        await Recorded(app, count=self._count, tell=self._tell)(SCOPE | scope, None, self._send)

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    def _count(self, verb: str, status: int) -> None:
        self.counted.append((verb, status))

    def _tell(self, event: str, **fields: Any) -> None:
        self.told.append({"event": event, **fields})


async def _broken(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("a mistake")


async def _broken_in_the_midst(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("a mistake")


async def _left(scope: Any, receive: Any, send: Any) -> None:
    raise ClientDisconnect


async def test_a_mistake_is_answered_told_and_counted() -> None:
    wire = _Wire()
    await wire.serve(_broken)
    assert [message.get("status") for message in wire.sent] == [500, None]
    assert wire.counted == [("POST", 500)]
    (line,) = wire.told
    assert isinstance(line.pop("exc_info"), RuntimeError)
    assert line == {"event": "unexpected error", "method": "POST", "path": "/somewhere"}


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    """It stays unended, so that nobody takes it for whole."""
    wire = _Wire()
    await wire.serve(_broken_in_the_midst)
    assert [message["type"] for message in wire.sent] == ["http.response.start"]
    assert len(wire.told) == 1


async def test_a_client_that_leaves_is_no_mistake() -> None:
    wire = _Wire()
    await wire.serve(_left)
    assert (wire.sent, wire.counted, wire.told) == ([], [], [])


async def test_strange_verbs_do_not_make_metrics() -> None:
    """Whoever invents verbs would fill the memory with counters."""
    wire = _Wire()
    await wire.serve(_broken, method="BREW")
    assert wire.counted == [("other", 500)]


async def test_a_mistake_in_a_served_page_is_answered(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the running server, which goes on; the log has the trace, and nothing of what was sent."""

    async def broken(*_: Any) -> None:
        raise RuntimeError("a mistake")

    with monkeypatch.context() as patched, capture_logs() as lines:
        patched.setattr("server.web.service.Caller.ask", broken)
        async with face.client(face.live.owner) as client:
            answer = await client.post("/sign-in", data={"token": SECRET}, params={"a": SECRET})
            assert answer.status_code == 500
            assert (await client.post("/sign-in", data={"token": SECRET})).status_code == 500
    first, _ = (line for line in lines if line["event"] == "unexpected error")
    assert str(first.pop("exc_info")) == "a mistake"
    assert first == {
        "event": "unexpected error",
        "log_level": "error",
        "logger": "http",
        "method": "POST",
        "path": "/sign-in",
    }


async def test_answers_are_counted(sqlite_settings: Settings) -> None:
    """By verb and status, for the operator's page."""
    async with facing(sqlite_settings.model_copy(update={"metrics_address": "127.0.0.1:0"})) as face:
        async with face.client() as client:
            await client.get("/nowhere")
            await client.request("BREW", "/sign-in")
        async with httpx2.AsyncClient() as client:
            page = (await client.get(face.live.app.endpoints["metrics"] + "/metrics")).text
    assert 'certmanager_http_answers_total{status="404",verb="GET"} 1.0' in page
    assert 'certmanager_http_answers_total{status="405",verb="other"} 1.0' in page
