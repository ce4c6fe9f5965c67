from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy.exc import OperationalError

from server.store import ChangeRecord, Store
from tests.store.rows import Rows, clock


class _Collector:
    """A listener that keeps what it heard, for a test to wait for."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[ChangeRecord] = asyncio.Queue()

    def __call__(self, changes: Sequence[ChangeRecord]) -> None:
        for change in changes:
            self._queue.put_nowait(change)

    async def next(self) -> ChangeRecord:
        return await asyncio.wait_for(self._queue.get(), 10)

    async def collected(self, wanted: set[int]) -> set[int]:
        """The revisions heard, once all the wanted ones are among them."""
        heard: set[int] = set()
        while not heard >= wanted:
            heard.add((await self.next()).revision)
        return heard


@pytest.fixture
async def other(database_url: str, store: Store) -> AsyncIterator[Store]:
    """A second store on the same database, as another process would have."""
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


async def test_listener_hears_before_the_commit_answers(store: Store, rows: Rows) -> None:
    """A cache that hangs on the feed is never older than an answered commit."""
    heard: list[int] = []
    store.feed.subscribe(lambda changes: heard.extend(change.revision for change in changes))
    revision = await store.commit(rows.submitted())
    assert heard == [revision]


async def test_latest_is_the_last_commit(store: Store, rows: Rows) -> None:
    revision = await store.commit(rows.submitted())
    assert store.feed.latest == revision


async def test_new_store_begins_at_the_newest(store: Store, rows: Rows, other: Store) -> None:
    assert other.feed.latest == store.feed.latest


async def test_ended_subscription_hears_nothing(store: Store, rows: Rows) -> None:
    heard: list[ChangeRecord] = []
    end = store.feed.subscribe(heard.extend)
    end()
    await store.commit(rows.submitted())
    assert heard == []


async def test_failing_listener_keeps_nothing_from_the_others(store: Store, rows: Rows) -> None:
    heard: list[ChangeRecord] = []

    def fails(_changes: Sequence[ChangeRecord]) -> None:
        raise RuntimeError

    store.feed.subscribe(fails)
    store.feed.subscribe(heard.extend)
    await store.commit(rows.submitted())
    assert len(heard) == 1


async def test_failed_unit_is_not_told(store: Store, rows: Rows) -> None:
    heard: list[ChangeRecord] = []
    request = rows.request()
    await store.commit(rows.submitted(request))
    store.feed.subscribe(heard.extend)
    await asyncio.gather(store.commit(rows.submitted(request)), return_exceptions=True)
    assert heard == []


async def test_wait_ends_without_news(store: Store, rows: Rows) -> None:
    assert not await store.feed.wait_beyond(store.feed.latest, seconds=0.01)


async def test_wait_for_what_is_there_answers_at_once(store: Store, rows: Rows) -> None:
    assert await store.feed.wait_beyond(0, seconds=0)


async def test_waiter_is_woken_by_another_store(store: Store, rows: Rows, other: Store) -> None:
    waiter = asyncio.create_task(other.feed.wait_beyond(other.feed.latest, seconds=10))
    await store.commit(rows.submitted())
    assert await waiter


async def test_listener_hears_of_another_store(store: Store, rows: Rows, other: Store) -> None:
    """Without anybody waiting, in order, and with the whole change."""
    heard = _Collector()
    other.feed.subscribe(heard)
    requests = [rows.request() for _ in range(3)]
    for request in requests:
        await store.commit(rows.submitted(request))
    told = [await heard.next() for _ in requests]
    assert [change.object_id for change in told] == [request.id for request in requests]


async def test_reader_skips_nothing_while_two_stores_write(store: Store, rows: Rows, other: Store) -> None:
    """A cursor that reads as soon as there is news sees every revision once, in order, and all changes."""
    start, each = store.feed.latest, 150
    seen: list[ChangeRecord] = []

    async def follow() -> None:
        while len(seen) < 2 * each:
            cursor = seen[-1].revision if seen else start
            assert await other.feed.wait_beyond(cursor, seconds=30)
            seen.extend(await other.feed.read(cursor, limit=7))

    async def write(through: Store) -> list[str]:
        requests = [rows.request() for _ in range(each)]
        slots = asyncio.Semaphore(8)

        async def submit(n: int) -> None:
            async with slots:
                await through.commit(rows.submitted(requests[n]))

        await asyncio.gather(*map(submit, range(each)))
        return [request.id for request in requests]

    _, first, second = await asyncio.gather(follow(), write(store), write(other))
    assert [change.revision for change in seen] == list(range(start + 1, start + 2 * each + 1))
    assert {change.object_id for change in seen} == {*first, *second}


async def test_listeners_miss_nothing_while_two_stores_write(store: Store, rows: Rows, other: Store) -> None:
    """However the two interleave, each listener hears of every revision (some perhaps twice)."""
    start, each = store.feed.latest, 60
    wanted = set(range(start + 1, start + 2 * each + 1))
    listeners = [_Collector(), _Collector()]
    for feed, listener in zip((store.feed, other.feed), listeners, strict=True):
        feed.subscribe(listener)
    await asyncio.gather(*(s.commit(rows.submitted()) for _ in range(each) for s in (store, other)))
    assert [await listener.collected(wanted) for listener in listeners] == [wanted, wanted]


async def test_outage_while_catching_up_loses_nothing(
    store: Store, rows: Rows, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read that follows the news fails once; the change is told all the same."""
    heard = _Collector()
    other.feed.subscribe(heard)
    connect, failures = other.feed._reader.connect, iter([OperationalError("", None, Exception())])

    def fails_once() -> object:
        for failure in failures:
            raise failure
        return connect()

    monkeypatch.setattr(type(other.feed._reader), "connect", lambda _engine: fails_once())
    request = rows.request()
    await store.commit(rows.submitted(request))
    assert (await heard.next()).object_id == request.id
