"""What stands before servers: an address that leads to one of them, and later to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass(slots=True)
class Relay:
    """Passes octets on, as a balancer of connections does; ``to`` is where the next connection leads."""

    to: tuple[str, int]
    address: str = ""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        try:
            there, back = await asyncio.open_connection(*self.to)
        except OSError:
            writer.close()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(_pass(reader, back))
            both.create_task(_pass(there, writer))


@asynccontextmanager
async def relay(to: str) -> AsyncIterator[Relay]:
    """A relay to ``HOST:PORT``."""
    passing = Relay(_parted(to))
    server = await asyncio.start_server(passing.carry, "127.0.0.1", 0)
    passing.address = "{}:{}".format(*server.sockets[0].getsockname())
    async with server:
        yield passing


def _parted(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while octets := await reader.read(65_536):
            writer.write(octets)
            await writer.drain()
    writer.close()
