"""Slow clients, too many of them and too long heads cost the HTTP face little."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import pytest

from server.web.patience import StreamingProtocol
from server.web.serving import serve
from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

PATIENCE = 20.0
WHOAMI = f"{API}/whoami"


async def _sent(face: Face, *parts: bytes, pause: float = 0) -> bytes:
    """All that comes back to whoever sends these, with a pause after each, and then waits."""
    host, _, port = face.url.removeprefix("https://").partition(":")
    tls = ssl.create_default_context(cafile=str(face.live.directory / "ca.pem"))
    try:
        reader, writer = await asyncio.open_connection(host, int(port), ssl=tls)
    except (ConnectionError, ssl.SSLError):
        return b""
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except (ConnectionError, ssl.SSLError):
        return b""
    finally:
        writer.transport.abort()


def _request(*headers: str, verb: str = "GET", path: str = WHOAMI) -> bytes:
    lines = (f"{verb} {path} HTTP/1.1", "Host: a", *headers)
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


CLOSE = "Connection: close"
UNENDED = [
    b"",
    b"GET /api",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    # With a token: a stranger is answered before the body is read.
    _request("Authorization: Bearer a", "Content-Length: 100", verb="POST", path=f"{API}/certificates")
    + b"{",
]


@pytest.mark.parametrize("sent", UNENDED)
async def test_nobody_waits_for_a_request_for_ever(
    standing_face: Face, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for its head nor for its body, nor as long as a little of it comes now and then."""
    monkeypatch.setattr(StreamingProtocol, "seconds", 0.3)
    assert await _sent(standing_face, *([sent] if sent else []), *[b"a"] * 20, pause=0.05) == b""


async def test_a_connection_serves_many_requests(standing_face: Face) -> None:
    """Also those that are sent before the answers to the former have come."""
    answers = await _sent(standing_face, _request() * 2 + _request(CLOSE))
    assert answers.count(b"HTTP/1.1 401") == 3


async def test_one_connection_too_many_is_closed(
    standing_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StreamingProtocol, "connections_at_once", 0)
    assert await _sent(standing_face, _request(CLOSE)) == b""
    monkeypatch.undo()
    assert b"401" in await _sent(standing_face, _request(CLOSE))


async def test_a_head_that_does_not_end_is_refused(standing_face: Face) -> None:
    answer = await _sent(standing_face, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000)
    assert answer.startswith(b"HTTP/1.1 400") or answer == b""


@pytest.mark.parametrize(
    "credentials",
    ["Bearer \xe9", "Bearer \x01", "Bearer", "Basic YTpi", "Bearer a b", "Bearer " + "x" * 12_000],
)
async def test_whatever_credentials_are_shown_the_answer_is_401(
    standing_face: Face, credentials: str
) -> None:
    """What no token can be is no server error, nor anything that the log should tell."""
    head = f"GET {WHOAMI} HTTP/1.1\r\nHost: a\r\n{CLOSE}\r\nAuthorization: {credentials}\r\n\r\n"
    answer = await _sent(standing_face, head.encode("latin-1"))
    assert answer.split(b"\r\n")[0].split()[1] in (b"401", b"400")


_MUCH = 10 << 20
"""Octets: more than systems keep for a connection."""


@pytest.mark.parametrize("piece", [64 * 1024, _MUCH])
async def test_a_slow_reader_is_served_to_the_end(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Whoever reads a little at a time gets all of it, however long that takes: in pieces, and in one."""

    async def much(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(_MUCH // piece):
            await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    for name in ("seconds", "stall_seconds", "unheard_seconds"):
        monkeypatch.setattr(StreamingProtocol, name, 0.4)
    server = await serve(much, "127.0.0.1", 0, http=StreamingProtocol, ws="none", log_level="error")
    loop, read = asyncio.get_running_loop(), 0
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", server.port))
        await loop.sock_sendall(client, b"GET / HTTP/1.0\r\n\r\n")
        began = loop.time()
        while got := await loop.sock_recv(client, 256 * 1024):
            read += len(got)
            await asyncio.sleep(0.02)
        assert loop.time() - began > StreamingProtocol.stall_seconds
    assert read > _MUCH
    await server.stop()
