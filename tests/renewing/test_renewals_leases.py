"""Several processes on one database, and such as die or dawdle: no certificate is renewed twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from server.config import Settings
from server.ra.renewing.steps import Lease
from server.store.failures import GuardFailed
from server.store.records import CertificateRecord
from server.store.unit import Unit, Update
from tests.ordering import lasting
from tests.renewing.stage import PENDING_APPROVAL, Stage
from tests.serving import Live, running
from tests.timepiece import StoppedTimepiece

MANY = 40


@pytest.fixture
async def replicas(settings: Settings) -> AsyncIterator[tuple[Stage, Stage]]:
    """Two servers on the same database, of each kind, with one clock."""
    clock = StoppedTimepiece()
    async with running(settings, clock=clock) as one, running(settings, clock=clock) as two:
        for live in (one, two):
            await live.app.renewals.close()  # they renew when the test says so, and not before
        yield Stage(one, clock), Stage(two, clock)


class Dawdling:
    """The renewals of one server, which do not begin before a test says so."""

    def __init__(self, stage: Stage) -> None:
        worker: Any = stage.live.app.renewals._due
        self.begun, self.released = asyncio.Event(), asyncio.Event()
        self._renewals = worker._renewals
        worker._renewals = self

    async def order_of(self, record: CertificateRecord) -> Any:
        self.begun.set()
        await self.released.wait()
        return await self._renewals.order_of(record)

    async def submit(self, *args: Any) -> Any:
        return await self._renewals.submit(*args)


async def taken(stage: Stage, id_: str) -> None:
    """Another process takes the lease, and dies."""
    row = await stage.row(id_)
    await stage.live.app.store.commit(Lease.of(row, stage.now).unit(row))


async def test_two_at_once_do_each_once(replicas: tuple[Stage, Stage]) -> None:
    """Whoever does it: each certificate has one successor, and nothing was done in vain."""
    one, two = replicas
    profile = await one.renewing()
    ids = await asyncio.gather(*(one.issued(profile) for _ in range(MANY)))
    one.clock.forward(days=61)
    await asyncio.gather(one.round(), two.round())
    assert [len(await one.lineage(id_)) for id_ in ids] == [2] * MANY
    assert one.numbers()["renewed_total"] + two.numbers()["renewed_total"] == MANY
    assert one.numbers()["failed_total"] + two.numbers()["failed_total"] == 0


async def test_one_lease_is_taken_once(stage: Stage) -> None:
    """Of two who have seen the same row."""
    row = await stage.row(await stage.issued(await stage.renewing()))
    await stage.live.app.store.commit(Lease.of(row, stage.now).unit(row))
    with pytest.raises(GuardFailed):
        await stage.live.app.store.commit(Lease.of(row, stage.now).unit(row))


async def test_what_another_process_is_at_is_left_to_it(stage: Stage) -> None:
    """Until its lease is over: then it has died, and the renewal is done all the same."""
    old = await stage.issued(await stage.renewing())
    stage.clock.forward(days=61)
    await taken(stage, old)
    assert await stage.pass_by(seconds=59) == 0
    assert await stage.pass_by(seconds=1) == 1
    assert len(await stage.lineage(old)) == 2


async def test_a_process_that_ends_in_between_leaves_it_to_the_other(
    replicas: tuple[Stage, Stage],
) -> None:
    """It had the lease, and had not begun to sign."""
    one, two = replicas
    old = await one.issued(await one.renewing())
    dawdling = Dawdling(one)
    one.clock.forward(days=61)
    doing = asyncio.create_task(one.round())
    await dawdling.begun.wait()
    assert await two.round() == 0
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    assert await two.pass_by(seconds=61) == 1
    assert len(await two.lineage(old)) == 2


async def test_a_request_that_comes_in_between_is_not_forgotten(stage: Stage) -> None:
    """Somebody asks while a process has the lease: approvers are asked about that once."""
    operator = await stage.official("OPERATOR")
    old = await stage.issued_late(await stage.renewing_with_approval(), operator)
    dawdling = Dawdling(stage)
    stage.clock.forward(days=61)
    doing = asyncio.create_task(stage.round())
    await dawdling.begun.wait()
    request_id = await stage.renew_by_hand(old)
    dawdling.released.set()
    await doing
    await stage.pass_by(days=1)
    assert [each.id for each in await stage.requests_for(old)] == [request_id]
    assert (await stage.told(old)).state == PENDING_APPROVAL


async def test_a_process_that_is_too_slow_renews_nothing_a_second_time(
    replicas: tuple[Stage, Stage],
) -> None:
    """Its lease was over, and the other one has done it: that is no failure, either."""
    one, two = replicas
    old = await one.issued(await one.renewing())
    dawdling = Dawdling(one)
    one.clock.forward(days=61)
    doing = asyncio.create_task(one.round())
    await dawdling.begun.wait()
    assert await two.pass_by(seconds=61) == 1
    dawdling.released.set()
    await doing
    before, after = await one.lineage(old)
    assert (before.renewed_by_id, before.renewal_attempts) == (after.id, 0)
    assert one.numbers()["failed_total"] == 0


async def test_what_is_switched_off_while_it_is_at_work_is_not_renewed(stage: Stage) -> None:
    """What was signed is thrown away."""
    old = await stage.issued(await stage.renewing())
    dawdling = Dawdling(stage)
    stage.clock.forward(days=61)
    doing = asyncio.create_task(stage.round())
    await dawdling.begun.wait()
    off = {"auto_renewal_enabled": False, "auto_renewal_reason": "SWITCHED_OFF", "renewal_due_at": None}
    await stage.live.app.store.commit(Unit((Update(CertificateRecord, {"id": old}, off),)))
    dawdling.released.set()
    await doing
    (row,) = await stage.lineage(old)
    assert (row.renewal_due_at, row.renewal_attempts) == (None, 0)


async def test_what_a_downtime_has_left_is_made_up_at_the_start(settings: Settings) -> None:
    """By itself; and what ran out meanwhile is told so."""
    clock = StoppedTimepiece()
    async with running(settings, clock=clock) as live:
        stage = Stage(live, clock)
        profile = await stage.renewing()
        ids = [await stage.issued(profile) for _ in range(20)]
        gone = await stage.issued(profile, ttl="1h")
    clock.forward(days=75)
    unrenewed = {"profile_id": profile, "renewed_from_id": None, "renewed_by_id": None}
    async with running(settings, clock=clock) as live:
        stage, store = Stage(live, clock), live.app.store
        async with asyncio.timeout(30):
            while await store.count(CertificateRecord, limit=30, **unrenewed) > 1:
                await store.feed.wait_beyond(store.feed.latest, seconds=0.1)
        await stage.round()
        assert [len(await stage.lineage(id_)) for id_ in ids] == [2] * 20
        (row,) = await stage.lineage(gone)
        assert (row.renewal_due_at, row.renewed_by_id) == (None, None)


async def test_the_server_renews_without_being_asked(live: Live) -> None:
    """By the time of day, though the certificate was issued while it slept, and it lives for seconds only."""
    stage, store = Stage(live, live.clock), live.app.store  # type: ignore[arg-type]  # nobody moves this one
    profile = await stage.renewing(policy=lasting(min_lifetime=1))
    old = await stage.issued(profile, ttl="6s")
    async with asyncio.timeout(30):
        while len(await stage.lineage(old)) < 3:
            await store.feed.wait_beyond(store.feed.latest, seconds=0.1)
    rows = await stage.lineage(old)
    assert all(after.created_at <= before.not_after for before, after in pairwise(rows))


async def test_a_certificate_that_is_issued_late_in_the_day_is_not_forgotten(stage: Stage) -> None:
    """The server hears of a new certificate and plans anew, whatever it slept until before."""
    worker: Any = stage.live.app.renewals._due
    hour = timedelta(hours=1)
    assert await worker.rest(hour) == hour
    row = await stage.row(await stage.issued(await stage.renewing(), ttl="5m"))
    assert row.renewal_due_at is not None
    assert await worker.rest(hour) == row.renewal_due_at - stage.now
