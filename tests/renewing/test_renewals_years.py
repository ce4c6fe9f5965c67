"""Years of renewals in seconds: no lineage is ever without a valid certificate while its CA works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.store.records import CertificateRecord
from tests.ordering import csr_pem, open_policy
from tests.renewing.stage import Stage
from tests.serving import running
from tests.timepiece import StoppedTimepiece

Plan = tuple[Mapping[str, Any], str]
"""What a profile says of renewal, and a lifetime."""

YEARS: dict[str, tuple[Plan, float, int]] = {
    "of 90 days for 6 years": (({}, "90d"), 6 * 365, 36),
    "of a year for 9 years": (({"renew_before_days": 30}, "365d"), 9 * 365, 9),
    "of a week for half a year": (({"renew_before_percent": 50}, "7d"), 182, 50),
    "of an hour for a day": (({}, "1h"), 1, 35),
    "of 5 minutes for an hour": (({}, "5m"), 1 / 24, 16),
}


def prove_unbroken(rows: Sequence[CertificateRecord], until: datetime) -> None:
    """Each certificate has one successor, which was there before its end; the last one is valid now."""
    assert rows[-1].not_after >= until
    assert rows[-1].renewed_by_id is None
    for before, after in pairwise(rows):
        assert (before.renewed_by_id, after.renewed_from_id) == (after.id, before.id)
        assert after.created_at <= before.not_after
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize("name", YEARS)
async def test_a_lineage_is_unbroken_for_years(stage: Stage, name: str) -> None:
    """Renewed as often as it takes, and not much more often; what each contains is always the same."""
    (said, ttl), days, least = YEARS[name]
    old = await stage.issued(await stage.renewing(**said), ttl=ttl)
    await stage.until(stage.now + timedelta(days=days))
    rows = await stage.lineage(old)
    prove_unbroken(rows, stage.now)
    assert least <= len(rows) <= least * 1.3 + 2
    assert {(row.subject, row.names, row.not_after - row.not_before) for row in rows} == {
        (rows[0].subject, rows[0].names, rows[0].not_after - rows[0].not_before)
    }


async def test_a_lineage_with_one_csr_is_unbroken_for_years(stage: Stage) -> None:
    profile = await stage.renewing(policy=open_policy(allow_key_reuse=True), renew_with_same_key=True)
    old = await stage.issued(profile, csr=csr_pem())
    await stage.until(stage.now + timedelta(days=5 * 365))
    rows = await stage.lineage(old)
    prove_unbroken(rows, stage.now)
    assert len(rows) >= 30


SCHEDULES = st.one_of(
    st.builds(lambda n: {"renew_before_percent": n}, st.integers(5, 95)),
    st.just({}),
    st.builds(lambda n: {"renew_before_days": n}, st.integers(1, 3)),
)
LIFETIMES = st.sampled_from(["5m", "30m", "6h", "4d", "30d", "90d"])
STEPS = st.lists(
    st.sampled_from([timedelta(minutes=7), timedelta(hours=5), timedelta(days=2)]), min_size=1, max_size=5
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.lists(st.tuples(SCHEDULES, LIFETIMES), min_size=1, max_size=4), steps=STEPS)
async def test_after_each_step_every_lineage_has_a_valid_certificate(
    sqlite_stage: Stage, plans: list[Plan], steps: list[timedelta]
) -> None:
    """For random schedules and steps; where a schedule cannot be kept, it was told, and none is expected."""
    stage = sqlite_stage
    ids = [await stage.issued(await stage.renewing(**said), ttl=ttl) for said, ttl in plans]
    planned = [id_ for id_ in ids if (await stage.row(id_)).auto_renewal_enabled]
    for step in steps:
        await _advance(stage, step, planned)
        for id_ in planned:
            prove_unbroken(await stage.lineage(id_), stage.now)
    for id_ in set(ids) - set(planned):
        assert len(await stage.lineage(id_)) == 1
    for id_ in planned:  # the next example begins with none that is to be renewed
        await stage.retire(id_)


async def _advance(stage: Stage, step: timedelta, planned: Sequence[str]) -> None:
    """As far, but no further than a hundred renewals of the shortest-lived certificate."""
    lives = [(row.not_after - row.not_before) for row in [await stage.row(id_) for id_ in planned]]
    await stage.until(stage.now + min([step, *(life * 10 for life in lives)]))


async def test_a_ca_that_was_away_for_a_while_breaks_no_lineage_that_outlasts_that(
    sqlite_settings: Any,
) -> None:
    """Ten certificates, and a CA that is disabled for days, twice; nothing is renewed twice."""
    clock = StoppedTimepiece()
    async with running(sqlite_settings, clock=clock) as live:
        await live.app.renewals.close()  # it renews when the test says so, and not before
        stage = Stage(live, clock)
        ca_id = await live.authority()
        profile = await stage.renewing(ca_id=ca_id)
        ids = []
        for _ in range(10):
            ids.append(await stage.issued(profile, ttl="30d"))
            stage.clock.forward(days=1)
        for _ in range(2):
            await stage.until(stage.now + timedelta(days=40))
            await stage.disable_ca(ca_id)
            await stage.until(stage.now + timedelta(days=6))
            await stage.enable_ca(ca_id)
        await stage.until(stage.now + timedelta(days=40))
        for id_ in ids:
            prove_unbroken(await stage.lineage(id_), stage.now)
        assert stage.numbers()["failed_total"] > 10
        assert stage.numbers()["expired_total"] == 0
