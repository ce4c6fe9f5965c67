"""Renewals that fail: what is told of them, and that they are tried until they succeed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from google.rpc import error_details_pb2
from structlog.testing import capture_logs

from certmanager.v1 import certificate_pb2
from tests.ordering import DAY, lasting, open_policy
from tests.renewing.stage import FAILING, OFF, SCHEDULED, SECOND, Stage

REASONS = certificate_pb2.AutoRenewalReason
DAYS = timedelta(days=1)

Turn = Callable[[Stage, str], Awaitable[None]]


async def _disable_profile(stage: Stage, profile: str) -> None:
    await stage.set_profile(profile, disabled=True)


async def _enable_profile(stage: Stage, profile: str) -> None:
    await stage.set_profile(profile, disabled=False)


async def _tighten(stage: Stage, profile: str) -> None:
    await stage.set_policy(profile, lasting(max_lifetime=30 * DAY))


async def _loosen(stage: Stage, profile: str) -> None:
    await stage.set_policy(profile, open_policy())


async def _disable_ca(stage: Stage, profile: str) -> None:
    await stage.disable_ca(await stage.ca_of(profile))


async def _enable_ca(stage: Stage, profile: str) -> None:
    await stage.enable_ca(await stage.ca_of(profile))


OBSTACLES: dict[str, tuple[Turn, Turn, str]] = {
    "CA disabled": (_disable_ca, _enable_ca, "CA_NOT_ACTIVE"),
    "profile disabled": (_disable_profile, _enable_profile, "PROFILE_DISABLED"),
    "policy tightened": (_tighten, _loosen, "POLICY_VIOLATION"),
}


def reason_of(told: certificate_pb2.AutoRenewal) -> str:
    """The reason of the last failure."""
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in told.last_failure.error.details)
    return str(info.reason)


@pytest.mark.parametrize("obstacle", OBSTACLES)
async def test_what_stands_in_the_way_is_told_and_tried_again_until_it_is_gone(
    stage: Stage, obstacle: str
) -> None:
    """Then the renewal succeeds, and nothing of the failure is told any more."""
    begin, end, reason = OBSTACLES[obstacle]
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile)
    await begin(stage, profile)
    await stage.pass_by(days=61)
    told = await stage.told(old)
    assert (told.enabled, told.state, told.last_failure.attempts) == (True, FAILING, 1)
    assert reason_of(told) == reason
    await stage.until(stage.now + 3 * DAYS)
    assert (await stage.told(old)).last_failure.attempts > 10
    await end(stage, profile)
    await stage.until(stage.now + 3 * DAYS)
    before, after = await stage.lineage(old)
    assert (before.renewal_attempts, before.renewal_error, before.renewal_failed_at) == (0, None, None)
    assert not (await stage.told(old)).HasField("last_failure")
    assert (await stage.told(after.id)).state == SCHEDULED


async def test_the_failure_tells_when_and_how_often_and_when_next(stage: Stage) -> None:
    """And the pause before the next attempt is at most a tenth of what is left."""
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile)
    await _disable_ca(stage, profile)
    for n in range(1, 16):
        due = await stage.next_due()
        assert due is not None
        stage.clock.forward(seconds=(due - stage.now).total_seconds())
        await stage.round()
        failure, row = (await stage.told(old)).last_failure, await stage.row(old)
        next_ = failure.next_attempt_at.ToDatetime(stage.now.tzinfo)
        assert (failure.attempts, failure.failed_at.ToDatetime(stage.now.tzinfo)) == (n, stage.now)
        assert stage.now < next_ <= stage.now + (row.not_after - stage.now) / 10


async def test_it_is_never_given_up_before_the_end(stage: Stage) -> None:
    """The last attempt is in the last seconds; then it is told that the certificate ran out, and why."""
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile, ttl="5m")
    row = await stage.row(old)
    await _disable_ca(stage, profile)
    await stage.until(row.not_after)
    last = (await stage.row(old)).renewal_failed_at
    assert last is not None
    assert row.not_after - last <= 3 * SECOND
    with capture_logs() as logs:
        await stage.pass_by(seconds=2)
    told = await stage.told(old)
    assert (told.enabled, told.state) == (False, OFF)
    assert REASONS.Name(told.reason) == "AUTO_RENEWAL_REASON_EXPIRED"
    assert (told.last_failure.attempts > 10, reason_of(told)) == (True, "CA_NOT_ACTIVE")
    assert not told.last_failure.HasField("next_attempt_at")
    assert (await stage.row(old)).renewal_due_at is None
    assert [(line["event"], line["log_level"]) for line in logs if line.get("certificate_id") == old] == [
        ("renewal.expired", "error")
    ]


async def test_success_in_the_last_moment_is_success(stage: Stage) -> None:
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile, ttl="5m")
    row = await stage.row(old)
    await _disable_ca(stage, profile)
    await stage.until(row.not_after - 5 * SECOND)
    await _enable_ca(stage, profile)
    await stage.until(row.not_after)
    assert len(await stage.lineage(old)) == 2


async def test_a_requester_who_is_revoked_gets_nothing_more(stage: Stage) -> None:
    """Though the certificate is in force still: it is told, as any failure."""
    robot = await stage.official("REQUESTER")
    old = await stage.issued(await stage.renewing(), by=robot)
    await stage.revoke_identity(robot)
    await stage.pass_by(days=61)
    told = await stage.told(old)
    assert (told.state, reason_of(told)) == (FAILING, "PERMISSION_DENIED")
    assert len(await stage.lineage(old)) == 1


async def test_a_requester_who_lost_the_role_gets_it_back_with_the_role(stage: Stage) -> None:
    robot = await stage.official("REQUESTER")
    old = await stage.issued(await stage.renewing(), by=robot)
    await stage.withdraw_roles(robot)
    await stage.pass_by(days=61)
    assert reason_of(await stage.told(old)) == "PERMISSION_DENIED"
    await stage.give_roles_back(robot)
    await stage.until(stage.now + DAYS)
    assert len(await stage.lineage(old)) == 2


async def test_the_failure_is_logged_for_whoever_is_on_call(stage: Stage) -> None:
    """With what it takes to find the certificate and the answer; and its first is in the audit trail."""
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile)
    await _disable_ca(stage, profile)
    with capture_logs() as logs:
        await stage.pass_by(days=61)
        await stage.until(stage.now + DAYS)
    lines = [line for line in logs if line["event"] == "renewal.failed"]
    assert {line["certificate_id"] for line in lines} == {old}
    assert [line["attempts"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["reason"] == "CA_NOT_ACTIVE"
    assert all(line[key] for line in lines for key in ("serial", "ca_id", "not_after", "next_attempt_at"))
    rows = [row for row in await stage.audit(old) if row.action == "certificates.autoRenew"]
    assert [(row.identity_id, row.details["outcome"]) for row in rows] == [(None, "FAILED")]


async def test_numbers_tell_what_was_done(stage: Stage) -> None:
    """Of renewals that succeeded, and of attempts that failed."""
    sound, ill = await stage.renewing(), await stage.renewing(ca_id=await stage.live.authority())
    for profile in (sound, sound, ill):
        await stage.issued(profile)
    await _disable_ca(stage, ill)
    await stage.pass_by(days=61)
    numbers = stage.numbers()
    assert (numbers["renewed_total"], numbers["failed_total"], numbers["expired_total"]) == (2, 1, 0)


async def test_a_defect_is_a_failure_as_any_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told as the server's own, without a word of the exception; and tried again."""
    old = await stage.issued(await stage.renewing())

    async def broken(*_: object) -> None:
        raise RuntimeError("a secret text")

    with monkeypatch.context() as patch:
        patch.setattr("server.ra.renewing.renewals.Renewals.submit", broken)
        await stage.pass_by(days=61)
    told = await stage.told(old)
    assert (told.state, reason_of(told)) == (FAILING, "INTERNAL")
    assert b"secret" not in told.SerializeToString()
    await stage.until(stage.now + DAYS)
    assert len(await stage.lineage(old)) == 2
