"""What is due is found by its index, however many certificates there are, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.ra.renewing.tally import Tally
from server.ra.renewing.worker import AT_ONCE, Worker
from server.store import Store
from server.store.records import CertificateRecord
from tests.store.many import COUNT, DAY, START, id_of
from tests.store.plenty import Explain

FIRST_DUE = datetime.fromtimestamp((START + 60 * DAY) // 1_000_000 + 3, UTC)


def worker_at(store: Store, now: datetime) -> Worker:
    """The worker, of which only its look at the database is asked for."""
    return Worker(store, None, None, tally=Tally(), clock=lambda: now)  # type: ignore[arg-type]


async def plans(store: Store, worker: Worker, until: datetime, limit: int) -> list[str]:
    """What the database does for each query that a look takes."""
    queries: list[Any] = []
    fetch = store._fetch

    async def kept(query: Any) -> Any:
        queries.append(query)
        return await fetch(query)

    store._fetch = kept  # type: ignore[method-assign]
    await worker._due(until, limit=limit)
    store._fetch = fetch  # type: ignore[method-assign]
    async with store._reader.connect() as connection:
        found = [(await connection.execute(Explain(query))).all() for query in queries]
    return ["\n".join(row[-1] for row in rows) for rows in found]


@pytest.mark.parametrize("due", [0, 5, COUNT])
async def test_the_due_ones_are_found_by_their_index(full: Store, due: int) -> None:
    """Whether none, few or all are due; nothing is sorted, and no more rows are read than are taken."""
    until = FIRST_DUE + timedelta(seconds=3 * due - 1)
    (plan,) = await plans(full, worker_at(full, until), until, AT_ONCE)
    assert "ix_certificate_due" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "->  Sort" not in plan, plan
    assert not plan.startswith("Sort"), plan


async def test_those_that_are_due_longest_come_first(full: Store) -> None:
    """In the order of time and id, a bounded portion."""
    until = FIRST_DUE + timedelta(days=1)
    found = await worker_at(full, until)._due(until, limit=AT_ONCE)
    assert [record.id for record in found] == [id_of(3 * n) for n in range(1, AT_ONCE + 1)]


async def test_the_next_one_tells_how_long_to_sleep(full: Store) -> None:
    """But no longer than is wanted; and not at all if one is due."""
    minute = timedelta(minutes=1)
    rests = [await worker_at(full, FIRST_DUE + by).rest(minute) for by in (-2 * minute, -minute / 2, minute)]
    assert rests == [minute, minute / 2, timedelta()]


async def test_none_of_the_others_are_in_the_index(full: Store) -> None:
    """A certificate that is not renewed costs it nothing."""
    assert await full.count(CertificateRecord, limit=COUNT, renewal_due_at=None) == COUNT - COUNT // 3
