"""What is counted of a hundred thousand certificates, and by which indexes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from server.store import Store
from server.store.queries.certificate_query import Realm
from server.store.queries.statistics import MOST, StatisticsQuery, first_id, statistics
from tests.store.many import COUNT, DAY, START
from tests.store.plenty import ROWS, Explain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(milliseconds=1 << 16)
"""What lies between the times in the ids of two certificates."""
_END = _EPOCH + timedelta(microseconds=START + 90 * DAY)
"""Before the first of them ends, one second before it."""
_WHOLE = (Realm(project_id=ROWS.project_id),)
_SMALL = (Realm(project_id="small"),)


def _query(realms: Sequence[Realm], *places: int, passed: int = 0, soon: int = 100) -> StatisticsQuery:
    """Of the certificates between places as days, when so many have ended."""
    now = _END + timedelta(seconds=passed, microseconds=1)
    return StatisticsQuery(
        realms=tuple(realms),
        days=tuple(_EPOCH + _MOMENT * place for place in places),
        now=now,
        soon=now + timedelta(seconds=soon),
    )


async def _numbers(store: Store, query: StatisticsQuery) -> list[tuple[int, bool]]:
    return [(count.number, count.is_whole) for count in await store.statistics(query)]


async def test_days_are_counted_by_the_time_in_the_id(full: Store) -> None:
    """From the first to the last but one; one in a thousand is of another project."""
    issued = await _numbers(full, _query(_WHOLE, 1, 1000, 1001, 3001))
    assert issued[:3] == [(999, True), (0, True), (1998, True)]
    small = await _numbers(full, _query(_SMALL, 1, 1000, 1001, 3001))
    assert small[:3] == [(0, True), (1, True), (2, True)]


async def test_nothing_is_counted_beyond_the_bound(full: Store) -> None:
    """And that there may be more is said."""
    issued, active, expiring, *_ = await _numbers(full, _query(_WHOLE, 1, COUNT, soon=COUNT))
    assert [issued, active, expiring] == [(MOST, False)] * 3


async def test_what_has_ended_or_is_revoked_is_not_active(full: Store) -> None:
    """Of the last three thousand, three are of another project; two of these are revoked."""
    _, active, expiring, failing, waiting = await _numbers(full, _query(_WHOLE, 1, 1, passed=COUNT - 3000))
    assert active == (2997, True)
    assert expiring == (100, True)
    assert (failing, waiting) == ((0, True), (0, True))
    small = await _numbers(full, _query(_SMALL, 1, 1, passed=COUNT - 3000, soon=2001))
    assert small[1:3] == [(1, True), (1, True)]


@pytest.mark.parametrize(
    ("realm", "number"),
    [
        (Realm(project_id=ROWS.project_id, requester_id="rare"), 100),
        (Realm(project_id="small", requester_id="rare"), 100),
        (Realm(project_id=ROWS.project_id, profile_id="rare"), 128),
        (Realm(project_id=ROWS.project_id, profile_id="rare", requester_id="rare"), 14),
    ],
    ids=["requester", "elsewhere", "profile", "both"],
)
async def test_of_realms_only_theirs_is_counted(full: Store, realm: Realm, number: int) -> None:
    """Not what else is in the project, nor what the same identity has in others."""
    issued, *_ = await _numbers(full, _query([realm], 1, COUNT + 1))
    assert issued == (number, True)


async def test_what_several_realms_hold_is_counted_once(full: Store) -> None:
    own = Realm(project_id=ROWS.project_id, requester_id="rare")
    profile = Realm(project_id=ROWS.project_id, profile_id="rare")
    issued, *_ = await _numbers(full, _query([own, profile], 1, COUNT + 1))
    assert issued == (100 + 128 - 14, True)


async def test_many_of_others_say_nothing(full: Store) -> None:
    """What a caller may not see cannot bring its counts to their bound."""
    own = Realm(project_id=ROWS.project_id, requester_id="rare")
    assert all(is_whole for _, is_whole in await _numbers(full, _query([own], 1, COUNT + 1)))


INDEXES = {"certificate_project_id_id", "certificate_good", "certificate_failing", "certificate_request_"}


async def test_a_project_is_counted_by_its_indexes(full: Store) -> None:
    """However much there is of others."""
    plan = await _plan(full, _query(_SMALL, 1, 2, 3))
    assert {name for name in INDEXES if f"ix_{name}" in plan} == INDEXES
    assert not any(word in plan for word in ("Seq Scan", "SCAN certificate"))


async def test_of_realms_it_is_their_indexes(full: Store) -> None:
    plan = await _plan(full, _query([Realm(project_id="small", requester_id="rare")], 1, 2, 3))
    assert "ix_certificate_requester_id_id" in plan
    assert not any(word in plan for word in ("Seq Scan", "SCAN certificate"))


async def _plan(store: Store, query: StatisticsQuery) -> str:
    async with store._reader.connect() as connection:
        return "\n".join(row[-1] for row in (await connection.execute(Explain(statistics(query)))).all())


def test_an_instant_has_a_least_id() -> None:
    instant = _EPOCH + timedelta(milliseconds=0x0195_E1A0_0001)
    assert first_id(instant) == "0195e1a0-0001-7000-8000-000000000000"
