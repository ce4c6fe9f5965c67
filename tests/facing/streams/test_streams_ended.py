"""Streams that the server ends: because it stops, or because they grow old, or are not read."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from server.config import Settings
from server.web.patience import StreamingProtocol
from tests.facing.faces import API, Face, facing
from tests.facing.streams.sse import LINES, events, reading
from tests.watching.insides import open_watches
from tests.watching.streams import Desk, until

BIG = IssueCertificateRequest(csr="x" * 60_000).SerializeToString()


async def _draining(face: Face) -> None:
    face.live.app.drain.start()


async def test_a_server_that_stops_ends_its_events(face: Face) -> None:
    """With where to go on from, and when: then a browser connects again, to another server."""
    desk = await Desk.of(face.live)
    id_ = await desk.request()
    async with events(face, f"/certificate-requests/{id_}/watch") as stream:
        last = await stream.told("certificateRequest")
        await _draining(face)
        (error,) = await stream.events()
    assert error.name == "error"
    assert error.id == ""  # the id of the last message stays the one to resume after
    assert int(error.retry) >= 0
    told = json.dumps(error.said)
    assert "SERVER_DRAINING" in told
    assert last.id in told


async def test_a_server_that_stops_ends_its_lines(face: Face) -> None:
    desk = await Desk.of(face.live)
    path = f"/certificate-requests/{await desk.request()}/watch"
    async with face.client(face.live.owner) as client, reading(client, path, headers=LINES) as stream:
        await stream.line()
        await _draining(face)
        last = json.loads(await stream.line() or "")
        assert await stream.line() is None
    assert last.keys() == {"error"}
    assert "SERVER_DRAINING" in json.dumps(last)


async def test_open_streams_do_not_keep_a_server_from_stopping(sqlite_settings: Settings) -> None:
    """Their readers stay as they are; the server is gone in a moment, and not after its grace."""
    async with facing(sqlite_settings) as face:
        desk = await Desk.of(face.live)
        client = face.client(face.live.owner)
        path = f"{API}/certificate-requests/{await desk.request()}/watch"
        answer = await client.send(client.build_request("GET", path), stream=True)
        await anext(answer.aiter_lines())
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5
    await client.aclose()


async def test_an_old_stream_is_ended_and_resumed(sqlite_settings: Settings) -> None:
    """By the client with the token that it has; nothing is told twice."""
    async with facing(sqlite_settings.model_copy(update={"watch_age": 0.2})) as face:
        desk = await Desk.of(face.live)
        path = f"/certificate-requests/{await desk.request()}/watch"
        async with events(face, path) as stream:
            first, error = await stream.events()
        assert "STREAM_AGED" in json.dumps(error.said)
        async with events(face, path, last=first.id) as stream:
            assert [event.name for event in await stream.events()] == ["error"]


async def test_silence_is_broken_by_heartbeats(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are messages like others; so a stream outlasts the time that a request may take to arrive."""
    monkeypatch.setattr(StreamingProtocol, "seconds", 0.3)
    async with facing(sqlite_settings.model_copy(update={"watch_heartbeat": 0.2})) as face:
        desk = await Desk.of(face.live)
        id_ = await desk.request()
        async with events(face, f"/certificate-requests/{id_}/watch") as stream:
            await stream.told("certificateRequest")
            for _ in range(4):
                event = await stream.event()
                assert event is not None
                assert event.id
                assert event.said["heartbeat"]["nextWithin"]
            await desk.move(id_, "CANCELLED")
            assert (await stream.events())[-1].name == "end"


@pytest.mark.parametrize("whose", ["stall_seconds", "unheard_seconds"])
async def test_a_reader_that_stalls_is_let_go(
    face: Face, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    """Its watch is over, although it neither reads nor leaves: by our own watch, and by the system's."""
    monkeypatch.setattr(StreamingProtocol, whose, 0.3)
    desk = await Desk.of(face.live)
    id_ = await desk.request(order=BIG)
    async with _unread(face, f"{API}/certificate-requests/{id_}/watch"):
        await until(lambda: len(open_watches(face.live)) == 1)
        async with asyncio.timeout(20):
            while len(open_watches(face.live)):
                await desk.move(id_, "PENDING")
                await asyncio.sleep(0.01)


@asynccontextmanager
async def _unread(face: Face, path: str) -> AsyncIterator[asyncio.StreamReader]:
    """A stream that nobody reads, and of which the reader's system keeps little."""
    host, _, port = face.url.removeprefix("https://").partition(":")
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, (host, int(port)))
    tls = ssl.create_default_context(cafile=str(face.live.directory / "ca.pem"))
    reader, writer = await asyncio.open_connection(sock=plain, ssl=tls, server_hostname=host, limit=1024)
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {face.live.owner}\r\n\r\n"
    writer.write(head.encode())
    try:
        yield reader
    finally:
        writer.transport.abort()
