"""What peers tell is a hint: whatever of it is lost, hidden or misunderstood, the table tells in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
import pytest

from server.store import Change, ChangeRecord, Insert, ObjectKind, Store, Unit
from server.store.engine import Database
from server.store.peers import ServerPeers
from tests.store.rows import Rows, clock

SECONDS = 5
"""Far more than a change needs, far less than a test may take."""


class _Packet:
    """A connection to which all notifications come at once."""

    def __init__(self, payloads: Sequence[str]) -> None:
        self._payloads = payloads

    async def notifies(self, **_: Any) -> AsyncIterator[psycopg.Notify]:
        for payload in self._payloads:
            yield psycopg.Notify("certmanager_change", payload, 1)


PACKETS = {
    "nothing": ((), 0),
    "our own": (("7 own",), 0),
    "another's": (("7 other",), 7),
    "another's between our own": (("7 own", "8 other", "9 own"), 8),
    "several of others": (("7 other", "8 third", "9 own"), 8),
    "one that nobody understands": (("7 own", "what?", "9 other"), None),
}


@pytest.mark.parametrize("case", PACKETS)
async def test_whole_packet_is_heard(case: str) -> None:
    """The newest of others; None, a reason to look, if anything in it is unclear."""
    payloads, newest = PACKETS[case]
    peers: Any = ServerPeers(Database.at("postgresql://localhost/x"))
    peers._origin, peers._connection = "own", _Packet(payloads)
    assert await peers.heard(asyncio.Event()) == newest


async def test_notifications_of_one_commit_are_heard_together(postgres_url: str) -> None:
    """As PostgreSQL and the driver really deliver them."""
    database = Database.at(postgres_url)
    peers = ServerPeers(database)
    try:
        assert await peers.heard(asyncio.Event()) is None  # has just begun to listen
        news = [f"7 {database.origin}", "8 other", f"9 {database.origin}"]
        async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
            for each in news:
                await connection.execute("SELECT pg_notify('certmanager_change', %s)", [each])
        heard = 0
        async with asyncio.timeout(SECONDS):
            while not heard:
                heard = await peers.heard(asyncio.Event()) or 0
        assert heard == 8
    finally:
        await peers.close()


class _Deaf:
    """Peers of whom nothing is ever heard."""

    async def heard(self, attention: asyncio.Event) -> int | None:
        await asyncio.Event().wait()
        return 0

    async def close(self) -> None:
        """Has nothing to let go of."""


class _Heard:
    """A listener of a feed."""

    def __init__(self, store: Store) -> None:
        self._objects: set[str] = set()
        self._more = asyncio.Event()
        store.feed.subscribe(self._hear)

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        self._objects |= {change.object_id for change in changes}
        self._more.set()

    async def of(self, object_id: str) -> None:
        """Returns once the object's change was told; fails if it is not in time."""
        async with asyncio.timeout(SECONDS):
            while object_id not in self._objects:
                self._more.clear()
                await self._more.wait()


def _identity(rows: Rows) -> tuple[str, Unit]:
    """A change of somebody's rights, and the id of who that is."""
    identity = rows.identity()
    return identity.id, Unit((Insert(identity),), (Change(ObjectKind.IDENTITY, identity.id),))


@pytest.fixture
async def other(database_url: str, store: Store) -> AsyncIterator[Store]:
    """A second store on the same database, as another process would have."""
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds do not read the table unless they have a reason to."""
    monkeypatch.setattr("server.store.changes._LOOK_SECONDS", 20 * SECONDS)


@pytest.fixture
async def deaf(database_url: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store that does not hear its peers."""
    monkeypatch.setattr("server.store.store.peers_of", lambda _database: _Deaf())
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


async def test_table_is_read_though_nothing_is_heard(store: Store, rows: Rows, deaf: Store) -> None:
    heard, (identity_id, unit) = _Heard(deaf), _identity(rows)
    await store.commit(unit)
    await heard.of(identity_id)


@pytest.mark.usefixtures("no_looks")
async def test_gap_is_filled_at_once(store: Store, rows: Rows, deaf: Store) -> None:
    """A commit of its own shows a store that another has committed: it need not be told that."""
    heard, (identity_id, unit) = _Heard(deaf), _identity(rows)
    await store.commit(unit)
    await deaf.commit(rows.submitted())
    await heard.of(identity_id)


async def test_busy_store_hears_of_every_change(store: Store, rows: Rows, other: Store) -> None:
    """However much it commits itself: a token that another process withdraws must not live on here."""
    heard = _Heard(store)

    async def work() -> None:
        while True:
            await store.commit(rows.submitted())

    busy = [asyncio.create_task(work()) for _ in range(4)]
    try:
        for _ in range(60):
            identity_id, unit = _identity(rows)
            await other.commit(unit)
            await heard.of(identity_id)
    finally:
        for task in busy:
            task.cancel()
        await asyncio.wait(busy)
