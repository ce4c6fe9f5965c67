"""Requests that nobody decides about in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from server.clock import utc_now
from server.config import Settings
from server.ra.issuing.certificates import Certificates
from server.ra.requests.requests import Requests
from server.ra.tasks import Tasks
from server.ra.turns import Turns
from server.store.records import AuditRecord
from tests.requests.offices import EXPIRED, ISSUED, WAITS, Office
from tests.serving import running

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
MANY = 100


class Clocked:
    """An office whose clock goes when it is told to, and its sweep."""

    def __init__(self, office: Office, ahead: list[timedelta]) -> None:
        self.office = office
        self._ahead = ahead

    def pass_(self, span: timedelta) -> None:
        """Let time pass."""
        self._ahead[0] += span

    async def sweep(self, limit: int = MANY) -> int:
        """How many requests expired now."""
        live = self.office.live
        store, catalog = live.app.store, None
        certificates = Certificates(store, catalog, clock=live.clock)  # type: ignore[arg-type]  # not asked
        requests = Requests(store, certificates, turns=Turns(), tasks=Tasks(), clock=live.clock)
        return await requests.expire_due(limit)


@pytest.fixture
async def clocked(settings: Settings) -> AsyncIterator[Clocked]:
    """An office on each database, whose server does nothing by itself for a while."""
    ahead = [timedelta()]

    def clock() -> datetime:
        return utc_now() + ahead[0]

    async with running(settings, clock=clock) as live:
        yield Clocked(Office(live), ahead)


async def test_a_request_expires_when_its_time_is_over(clocked: Clocked) -> None:
    """By the profile's ``max_wait``, and not before."""
    office = clocked.office
    id_ = await office.waiting(await office.profile(max_wait=Duration(seconds=3600)))
    clocked.pass_(HOUR - timedelta(minutes=1))
    assert (await clocked.sweep(), (await office.state(id_)).state) == (0, WAITS)
    clocked.pass_(timedelta(minutes=1))
    await clocked.sweep()
    done = await office.state(id_)
    assert (done.state, done.HasField("ended_at")) == (EXPIRED, True)


async def test_expiry_is_a_change_and_in_the_audit_log(clocked: Clocked) -> None:
    """Nobody did it: the row names no identity."""
    office = clocked.office
    id_ = await office.waiting(await office.profile())
    clocked.pass_(WEEK)
    await clocked.sweep()
    assert (await office.changes(id_))[-1] == ("PENDING_APPROVAL", "EXPIRED")
    rows = await office.live.app.store.list(AuditRecord, object_id=id_, order="sequence")
    assert (rows[-1].action, rows[-1].identity_id) == ("certificateRequests.expire", None)


@pytest.mark.parametrize("verb", ["Approve", "Reject", "Cancel"])
async def test_nobody_decides_after_the_time(clocked: Clocked, verb: str) -> None:
    """Also if the sweep has not come yet."""
    office = clocked.office
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(max_wait=Duration(seconds=3600)))
    clocked.pass_(HOUR)
    failure = await office.refused(verb, id_, operator)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
    assert (failure.reason, failure.metadata["state"]) == ("STATE_CONFLICT", "EXPIRED")


async def test_what_has_ended_does_not_expire(clocked: Clocked) -> None:
    """A request that was issued stays so."""
    office = clocked.office
    id_ = await office.waiting(await office.profile())
    await office.approve(id_, await office.person("OPERATOR"))
    clocked.pass_(WEEK * 2)
    await clocked.sweep()
    assert (await office.state(id_)).state == ISSUED


async def test_a_portion_at_a_time(clocked: Clocked) -> None:
    """However many are due, those that are due longest come first."""
    office = clocked.office
    profile_id = await office.profile()
    ids = [await office.waiting(profile_id) for _ in range(5)]
    clocked.pass_(WEEK)
    portions = [await clocked.sweep(limit=2) for _ in range(4)]
    assert portions[-1] == 0
    assert {(await office.state(id_)).state for id_ in ids} == {EXPIRED}
