"""Requests octet by octet: what no client would send."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable

from tests.facing.faces import Face

PATIENCE = 20.0


async def sent(face: Face, head: bytes, body: Iterable[bytes] = ()) -> tuple[bytes, int]:
    """The first line of the answer, and how many octets of the body were sent when it came."""
    host, _, port = face.url.removeprefix("https://").partition(":")
    tls = ssl.create_default_context(cafile=str(face.live.directory / "ca.pem"))
    reader, writer = await asyncio.open_connection(host, int(port), ssl=tls)
    answer, count = asyncio.ensure_future(reader.readline()), 0
    try:
        writer.write(head)
        async with asyncio.timeout(PATIENCE):
            for part in body:
                writer.write(part)
                await writer.drain()
                count += len(part)
                await asyncio.sleep(0)
                if answer.done():
                    break
            return await answer, count
    finally:
        answer.cancel()
        writer.transport.abort()


def head(line: str, *headers: str) -> bytes:
    """The head of a request."""
    return "\r\n".join([f"{line} HTTP/1.1", "Host: a", *headers, "", ""]).encode()
