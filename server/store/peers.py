"""How a process hears that another one has changed something: a hint, never the truth."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import psycopg

from server.store.engine import Database
from server.store.ledger import CHANNEL

_POLL_SECONDS = 0.25
_ATTENTIVE_SECONDS = 0.02
_LISTEN_SECONDS = 1.0


class Peers(Protocol):
    """The other processes on the same database."""

    async def heard(self, attention: asyncio.Event) -> int | None:
        """Waits a while, or until something is heard: the newest revision, 0 if nothing is new.

        None says that there may be news. While ``attention`` is set somebody waits for it.
        """

    async def close(self) -> None:
        """Listens no more."""


def peers_of(database: Database) -> Peers:
    """What fits the database."""
    return FilePeers(database) if database.is_sqlite else ServerPeers(database)


class FilePeers:
    """Polls SQLite's ``data_version``, which moves when another connection has committed.

    A look takes a few microseconds and reads shared memory only, so it is made on the loop:
    the hop to a thread would cost more.
    """

    def __init__(self, database: Database) -> None:
        self._connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
        self._version: int | None = None

    async def heard(self, attention: asyncio.Event) -> int | None:
        """The counter if the file has changed, else 0."""
        await _pause(attention)
        try:
            version = self._one("PRAGMA data_version")
            if version == self._version:
                return 0
            newest = self._one("SELECT value FROM revision_counter")
        except sqlite3.Error:
            return None
        self._version = version
        return newest

    async def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _one(self, query: str) -> int:
        (value,) = self._connection.execute(query).fetchone()
        return int(value)


class ServerPeers:
    """LISTENs on PostgreSQL, on a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._conninfo = database.conninfo
        self._origin = database.origin
        self._connection: psycopg.AsyncConnection | None = None

    async def heard(self, attention: asyncio.Event) -> int | None:  # noqa: ARG002 - told at once in any case
        """The newest revision that others' commits told of; None if some may have gone unheard."""
        try:
            if self._connection is None:
                await self._listen()
                return None
            # More than one may come in a packet, and whatever is not taken here is lost.
            notified = self._connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1)
            return _newest([self._understood(each.payload) async for each in notified])
        except psycopg.Error:
            await self.close()
            await asyncio.sleep(_POLL_SECONDS)
        return None

    async def close(self) -> None:
        """Closes the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()

    def _understood(self, news: str) -> int | None:
        revision, _, origin = news.partition(" ")
        if origin == self._origin:
            return 0
        return int(revision) if revision.isdecimal() else None

    async def _listen(self) -> None:
        self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        await self._connection.execute(f"LISTEN {CHANNEL}")


def _newest(news: Sequence[int | None]) -> int | None:
    known = [revision for revision in news if revision is not None]
    return max(known, default=0) if len(known) == len(news) else None


async def _pause(attention: asyncio.Event) -> None:
    if attention.is_set():
        await asyncio.sleep(_ATTENTIVE_SECONDS)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_POLL_SECONDS):
            await attention.wait()
