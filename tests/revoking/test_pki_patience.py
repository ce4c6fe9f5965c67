"""Slow clients, and too many of them, cost the plain listener little."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request

from server.publishing import Document
from server.web.patience import PatientProtocol
from server.web.published import published
from server.web.serving import _listener, serve
from tests.revoking.relying import PATIENCE, Party
from tests.standing import IN_SESSION
from tests.watching.streams import until

pytestmark = IN_SESSION


async def _silent(relying_party: Party, sent: bytes) -> bytes:
    """What comes back to whoever begins a request and never ends it."""
    host, port = relying_party.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(sent)
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /crl",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        b"POST /ocsp HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
    ],
)
async def test_nobody_waits_for_a_client_for_ever(
    relying_party: Party, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for the head of a request nor for its body: the connection is closed."""
    monkeypatch.setattr(PatientProtocol, "seconds", 0.2)
    assert await _silent(relying_party, sent) == b""


async def test_a_reader_that_stops_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for much and reads none of it holds a piece of it in memory, and for a while only."""
    monkeypatch.setattr(PatientProtocol, "seconds", 0.3)
    body = bytes(32 << 20)
    held: list[int] = []

    async def much(scope: Any, receive: Any, send: Any) -> None:
        now = datetime.now(UTC)
        answer = published(Document(body, "", now), "application/pkix-crl", Request(scope), now=now)
        await answer(scope, receive, _counting(send, held, connections))

    server = await serve(much, "127.0.0.1", 0, http=PatientProtocol, ws="none", log_level="error")
    connections = server._server.server_state.connections
    reader, writer = await _of_few_octets(server.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await until(lambda: sum(held) > 0 and not connections)
    assert sum(held) < len(body) / 2
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(len(body))
    writer.close()
    await server.stop()


async def _of_few_octets(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection whose system keeps little of what is not read, however much memory it has."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=client, limit=1024)


def _counting(send: Any, held: list[int], connections: set[Any]) -> Any:
    """Counts what was taken while somebody was connected: afterwards everything is taken and thrown away."""

    async def told(message: Any) -> None:
        await send(message)
        held.append(len(message.get("body", b"")) if connections else 0)

    return told


async def test_one_connection_too_many_is_closed(
    relying_party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "connections_at_once", 0)
    assert await _silent(relying_party, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == b""
    monkeypatch.undo()
    assert b"404" in await _silent(relying_party, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


async def test_connections_leave_descriptors_to_callers(
    relying_party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idle clients must not take all that a process may have open: the database and API calls need some."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3, 3))
    assert await _silent(relying_party, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == b""


async def test_answers_do_not_wait_for_receipts() -> None:
    """Head and body of an answer are two writes: with Nagle's algorithm the second waits 40 ms."""
    with _listener("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_whoever_goes_away_leaves_no_trace(
    relying_party: Party, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In the midst of a request: it is their right, and nothing that a log should tell."""
    gone = asyncio.Event()
    monkeypatch.setattr(PatientProtocol, "connection_lost", _telling(PatientProtocol.connection_lost, gone))
    host, port = relying_party.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /ocsp HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    async with asyncio.timeout(PATIENCE):
        await gone.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert caplog.records == []


def _telling(lost: Callable[..., None], gone: asyncio.Event) -> Callable[..., None]:
    def told(protocol: PatientProtocol, error: Exception | None) -> None:
        lost(protocol, error)
        gone.set()

    return told
