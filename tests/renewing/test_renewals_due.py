"""Certificates that the server renews when they are due, over the wire."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from certmanager.v1 import certificate_pb2
from tests.ordering import csr_pem, open_policy
from tests.renewing.stage import OFF, RENEWED, SCHEDULED, SECOND, Stage

REASONS = certificate_pb2.AutoRenewalReason


async def test_a_certificate_is_renewed_when_it_is_due(stage: Stage) -> None:
    """At two thirds of its life, and not before; the successor has a schedule of its own."""
    old = await stage.issued(await stage.renewing())
    assert await stage.pass_by(days=59) == 0
    assert await stage.pass_by(days=2) == 1
    before, after = await stage.lineage(old)
    assert (before.renewed_by_id, after.renewed_from_id) == (after.id, before.id)
    told = [await stage.told(id_) for id_ in (before.id, after.id)]
    assert [one.state for one in told] == [RENEWED, SCHEDULED]
    assert (told[0].enabled, REASONS.Name(told[0].reason)) == (False, "AUTO_RENEWAL_REASON_RENEWED")
    assert told[1].renews_at.ToDatetime(stage.now.tzinfo) == after.not_after - timedelta(days=30)


async def test_the_successor_is_the_same_but_for_key_serial_and_time(stage: Stage) -> None:
    old = await stage.issued(await stage.renewing())
    await stage.pass_by(days=61)
    before, after = [await stage.certificate(row.id) for row in await stage.lineage(old)]
    for field in ("subject", "alt_names", "key_usages", "extended_key_usages", "key_algorithm", "metadata"):
        assert getattr(before, field) == getattr(after, field), field
    life = [one.not_after.seconds - one.not_before.seconds for one in (before, after)]
    assert life == [90 * 86_400 - 1] * 2
    assert before.serial_number != after.serial_number


async def test_nothing_is_renewed_twice(stage: Stage) -> None:
    """However often the server looks."""
    old = await stage.issued(await stage.renewing())
    await stage.pass_by(days=61)
    assert [await stage.pass_by(seconds=n) for n in (0, 1, 61, 600)] == [0, 0, 0, 0]
    assert len(await stage.lineage(old)) == 2


async def test_the_audit_trail_says_that_the_server_did_it(stage: Stage) -> None:
    """In nobody's name, with the certificates that it is about."""
    old = await stage.issued(await stage.renewing())
    await stage.pass_by(days=61)
    _, after = await stage.lineage(old)
    (row,) = await stage.audit(after.id)
    assert (row.action, row.identity_id, row.token_id) == ("certificates.autoRenew", None, None)
    assert row.details["renewed_from_id"] == old
    assert row.project_id == stage.project_id
    assert (await stage.audit(old))[0].action == "certificates.issue"


async def test_the_requester_remains_the_same(stage: Stage) -> None:
    """Its successors are its own: it sees them, and their keys are owed to it alone."""
    robot = await stage.official("REQUESTER")
    old = await stage.issued(await stage.renewing(), by=robot)
    await stage.pass_by(days=61)
    assert [row.requester_id for row in await stage.lineage(old)] == [robot.id] * 2


async def test_certificates_of_minutes_are_renewed_in_time(stage: Stage) -> None:
    """Five minutes each, for half an hour: there is always one that is valid."""
    old = await stage.issued(await stage.renewing(), ttl="5m")
    end = stage.now + timedelta(minutes=30)
    await stage.until(end)
    rows = await stage.lineage(old)
    assert len(rows) >= 8
    assert all(next_.not_before <= row.not_after for row, next_ in pairwise(rows))
    assert rows[-1].not_after > end


async def test_a_csr_is_used_again_where_profile_and_policy_let_it(stage: Stage) -> None:
    profile = await stage.renewing(policy=open_policy(allow_key_reuse=True), renew_with_same_key=True)
    old = await stage.issued(profile, csr=csr_pem(), common_name="a.example.com")
    await stage.pass_by(days=61)
    rows = await stage.lineage(old)
    assert [row.private_key_state for row in rows] == ["", ""]
    assert len({row.serial for row in rows}) == 2


@pytest.mark.parametrize(
    ("said", "order", "reason"),
    [
        ({}, {"csr": csr_pem()}, "CSR_KEY_NOT_REUSABLE"),
        ({"renew_with_same_key": True}, {"csr": csr_pem()}, "CSR_KEY_NOT_REUSABLE"),
        ({"renew_before_days": 91}, {}, "THRESHOLD_NOT_BEFORE_LIFETIME"),
        ({}, {"fields": {"auto_renew": False}}, "NOT_REQUESTED"),
    ],
)
async def test_who_is_not_renewed_is_told_why(
    sqlite_stage: Stage, said: dict[str, Any], order: dict[str, Any], reason: str
) -> None:
    """And is not renewed indeed."""
    profile = await sqlite_stage.renewing(**said)
    old = await sqlite_stage.issued(profile, **order)
    told = await sqlite_stage.told(old)
    assert (told.enabled, told.state) == (False, OFF)
    assert REASONS.Name(told.reason) == f"AUTO_RENEWAL_REASON_{reason}"
    assert told.message
    assert await sqlite_stage.pass_by(days=89) == 0


async def test_the_plan_is_spread_by_the_certificate_and_told_as_planned(stage: Stage) -> None:
    """Of those that were issued together not all are due together; none is early, or late by a day."""
    profile = await stage.renewing()
    rows = [await stage.row(await stage.issued(profile)) for _ in range(8)]
    late = [row.renewal_due_at - row.renews_at for row in rows if row.renewal_due_at and row.renews_at]
    assert all(timedelta() <= each <= timedelta(days=0.9) for each in late)
    assert max(late) - min(late) > SECOND
