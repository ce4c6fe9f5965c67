"""The feed of changes: a cursor on the change table that tells whoever listens.

Revisions grow by one in the order of the commits, so a reader that has seen all
up to some revision misses nothing by asking for what is beyond it. Whatever is
uncertain (a gap, because another process committed; a connection made anew) is
settled by reading the table at once, and it is read every second in any case:
what peers tell makes it fast, the table makes it true. A listener may hear a
change twice, but no change is ever left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Self

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.failures import StoreUnavailable
from server.store.mapping import read
from server.store.peers import Peers
from server.store.records import ChangeRecord
from server.store.schema import change, revision_counter
from server.store.translation import failure_of

Listener = Callable[[Sequence[ChangeRecord]], None]

_PAGE = 1000
_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class Feed:
    """The changes of this process, at once, and those of others, as soon as they are heard of."""

    def __init__(self, reader: AsyncEngine, peers: Peers, *, latest: int) -> None:
        self._reader = reader
        self._peers = peers
        self._listeners: list[Listener] = []
        self._latest = self._told = latest
        self._advanced = asyncio.Event()
        self._attention = asyncio.Event()
        self._attentive = 0
        self._due = asyncio.Event()
        self._tasks = (
            asyncio.create_task(self._forever(self._hear), name="store-feed-peers"),
            asyncio.create_task(self._forever(self._look), name="store-feed"),
        )

    @classmethod
    async def open(cls, reader: AsyncEngine, peers: Peers) -> Self:
        """Begins after the newest change that there is."""
        return cls(reader, peers, latest=await _newest(reader))

    async def close(self) -> None:
        """Tells no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peers.close()

    @property
    def latest(self) -> int:
        """The newest revision known to be committed; every lower one can be read."""
        return self._latest

    @property
    def told(self) -> int:
        """The revision up to which listeners have heard every change.

        It is behind ``latest`` while another process's change, committed in
        between, has not been read yet.
        """
        return self._told

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls ``listener`` on the loop with every change from now on; answers how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, changes: Sequence[ChangeRecord]) -> None:
        """Takes what this process has just committed, in commit order."""
        if not changes:
            return
        self._tell(changes)
        if changes[0].revision <= self._told + 1 and _contiguous(changes):
            self._told = max(self._told, changes[-1].revision)
        else:
            self._due.set()
        self._advance(changes[-1].revision)

    async def read(self, after: int, limit: int = _PAGE) -> list[ChangeRecord]:
        """The next changes beyond a revision, oldest first."""
        query = select(change).where(change.c.revision > after).order_by(change.c.revision).limit(limit)
        try:
            async with self._reader.connect() as connection:
                rows = (await connection.execute(query)).all()
        except SQLAlchemyError as error:
            raise failure_of(error) from None
        return [read(ChangeRecord, row) for row in rows]

    async def wait_beyond(self, revision: int, *, seconds: float | None = None) -> bool:
        """Waits until there is a change beyond ``revision``; False if there is none in time."""
        with self.attention(), suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._latest <= revision:
                    await self._advanced.wait()
        return self._latest > revision

    @contextmanager
    def attention(self) -> Iterator[None]:
        """While somebody is inside, other processes' changes are looked for often."""
        self._attentive += 1
        self._attention.set()
        try:
            yield
        finally:
            self._attentive -= 1
            if not self._attentive:
                self._attention.clear()

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:  # noqa: BLE001 - logged with its trace
                # A defect of this program; caches that nobody tells anything would be worse.
                _log.exception("store.feed_failed")
                self._due.set()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _hear(self) -> None:
        """Makes a look at the table due when peers have news."""
        heard = await self._peers.heard(self._attention)
        if heard is None or heard > self._told:
            self._due.set()

    async def _look(self) -> None:
        """Catches up as soon as that is due, and in any case soon: own traffic may hide news."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._due.wait()
        self._due.clear()  # before the read: what comes while it runs makes the next one due
        with suppress(StoreUnavailable):  # the next look finds it
            await self._catch_up()

    async def _catch_up(self) -> None:
        """Tells what is beyond the last told change."""
        while found := await self.read(self._told):
            # This process may have told some of them while they were read.
            self._tell([change for change in found if change.revision > self._told])
            self._told = max(self._told, found[-1].revision)
            self._advance(found[-1].revision)
            if len(found) < _PAGE:
                return

    def _tell(self, changes: Sequence[ChangeRecord]) -> None:
        if not changes:
            return
        for listener in tuple(self._listeners):
            try:
                listener(changes)
            except Exception:  # noqa: BLE001 - logged with its trace
                # A defect of one listener must not keep the change from the others.
                _log.exception("store.listener_failed")

    def _advance(self, revision: int) -> None:
        if revision > self._latest:
            self._latest = revision
            self._advanced.set()
            self._advanced = asyncio.Event()


def _contiguous(changes: Sequence[ChangeRecord]) -> bool:
    return changes[-1].revision - changes[0].revision == len(changes) - 1


async def _newest(reader: AsyncEngine) -> int:
    try:
        async with reader.connect() as connection:
            return int((await connection.execute(select(revision_counter.c.value))).scalar_one())
    except SQLAlchemyError as error:
        raise failure_of(error) from None
