"""The CA certificates that a client's must be under: all of this server's, at each moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from server.pki.pem import certificate_pem
from server.store.failures import StoreUnavailable
from server.store.records import AuthorityRecord, ChangeRecord, GenerationRecord, ObjectKind
from server.store.store import Store

_PAGE = 200
_GENERATIONS = 100_000


class ClientAnchors:
    """Knows the CA certificates, those of former generations too, without a query in a handshake.

    Whether a certificate counts is no matter of its CA: that is looked up for each call.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pem = b""
        self._stale = True
        self._task: asyncio.Task[None] | None = None
        store.feed.subscribe(self._hear)

    def pem(self) -> bytes:
        """All of them. Called in each handshake, from a thread of gRPC: it reads one attribute."""
        return self._pem

    async def load(self) -> None:
        """Learn of all CAs. Raises StoreUnavailable."""
        self._stale = False
        found = {der async for der in self._certificates()}
        self._pem = "".join(certificate_pem(der) for der in sorted(found)).encode("ascii")

    async def close(self) -> None:
        """Learn no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _certificates(self) -> AsyncIterator[bytes]:
        after = ""
        while True:
            rows = await self._store.page(AuthorityRecord, size=_PAGE, after=after)
            for row in rows[:_PAGE]:
                if row.certificate is not None:
                    yield row.certificate
            if len(rows) <= _PAGE:
                break
            after = rows[_PAGE - 1].id
        for generation in await self._store.list(GenerationRecord, limit=_GENERATIONS):
            if generation.certificate is not None:
                yield generation.certificate

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        if any(change.kind is ObjectKind.AUTHORITY for change in changes):
            self._stale = True
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._follow(), name="client-anchors")

    async def _follow(self) -> None:
        """Load until nothing changed meanwhile; a database that is silent is asked again."""
        while self._stale:
            try:
                await self.load()
            except StoreUnavailable:
                self._stale = True
                await asyncio.sleep(1)
