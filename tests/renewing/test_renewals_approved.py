"""Renewals by the server of certificates whose profile wants approvals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from google.rpc import error_details_pb2

from server.store.records import CertificateRecord
from tests.renewing.stage import FAILING, PENDING_APPROVAL, RENEWED, SCHEDULED, Stage
from tests.requests.offices import FAILED, ISSUED, WAITS, Person

DAYS = timedelta(days=1)


async def asked(stage: Stage, *, days: int = 7) -> tuple[str, str, Person]:
    """A certificate whose renewal has just been asked for, its request, and who may approve that."""
    profile, operator = await stage.renewing_with_approval(days=days), await stage.official("OPERATOR")
    old = await stage.issued_late(profile, operator)
    await stage.pass_by(days=61)
    (request,) = await stage.requests_for(old)
    return old, request.id, operator


def words_of(told: object) -> dict[str, str]:
    """What the last failure's details say."""
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in told.last_failure.error.details)  # type: ignore[attr-defined]
    return dict(info.metadata)


async def test_one_request_is_raised_and_nobody_is_passed_over(stage: Stage) -> None:
    """However often the server looks; the certificate says that its renewal waits."""
    old, request_id, _ = await asked(stage)
    for days in (0, 1, 2):
        await stage.pass_by(days=days)
    assert [one.id for one in await stage.requests_for(old)] == [request_id]
    request = await stage.state(request_id)
    assert (request.state, request.renews_certificate_id) == (WAITS, old)
    assert (await stage.told(old)).state == PENDING_APPROVAL
    assert len(await stage.lineage(old)) == 1


async def test_the_request_is_the_requesters_and_the_server_has_raised_it(stage: Stage) -> None:
    old, request_id, _ = await asked(stage)
    assert (await stage.state(request_id)).requester_identity_id == (await stage.row(old)).requester_id
    (row,) = await stage.audit(request_id)
    assert (row.action, row.identity_id) == ("certificates.autoRenew", None)


async def test_the_last_approval_renews_the_certificate(stage: Stage) -> None:
    """In the same lineage, with a schedule of its own, and with a key that its requester can claim."""
    old, request_id, operator = await asked(stage)
    request = await stage.approve(request_id, operator)
    before, after = await stage.lineage(old)
    assert (request.state, request.certificate_id) == (ISSUED, after.id)
    assert (before.renewed_by_id, after.private_key_state) == (after.id, "CLAIMABLE")
    assert [(await stage.told(id_)).state for id_ in (old, after.id)] == [RENEWED, SCHEDULED]
    assert await stage.pass_by(days=1) == 0


@pytest.mark.parametrize(("verb", "state"), [("reject", "REJECTED"), ("cancel", "CANCELLED")])
async def test_a_no_is_a_failure_and_people_are_asked_again_later(
    stage: Stage, verb: str, state: str
) -> None:
    """Not at once, but after a tenth of what is left; by another request."""
    old, request_id, operator = await asked(stage)
    await getattr(stage, verb)(request_id, operator)
    await stage.round()
    told, row = await stage.told(old), await stage.row(old)
    assert (told.state, told.last_failure.attempts) == (FAILING, 1)
    assert words_of(told)["state"] == state
    assert words_of(told)["certificateRequestId"] == request_id
    assert row.renewal_due_at is not None
    assert abs(row.renewal_due_at - stage.now - (row.not_after - stage.now) / 10) < timedelta(seconds=1)
    await stage.until(row.renewal_due_at)
    first, second = await stage.requests_for(old)
    assert (first.id, second.state) == (request_id, "PENDING_APPROVAL")
    assert (await stage.told(old)).state == PENDING_APPROVAL


async def test_a_request_that_nobody_decided_is_a_failure_too(stage: Stage) -> None:
    old, _, _ = await asked(stage)
    stage.clock.forward(days=8)
    await stage.live.app.upkeep.round()
    await stage.round()
    assert words_of(await stage.told(old))["state"] == "EXPIRED"


async def test_what_was_approved_and_could_not_be_issued_is_told_as_the_request_tells_it(
    stage: Stage,
) -> None:
    """The requester is gone meanwhile."""
    robot = await stage.official("REQUESTER")
    profile, operator = await stage.renewing_with_approval(), await stage.official("OPERATOR")
    old = await stage.issued_late(profile, operator, by=robot)
    await stage.pass_by(days=61)
    (request,) = await stage.requests_for(old)
    await stage.revoke_identity(robot)
    failed = await stage.approve(request.id, operator)
    assert failed.state == FAILED
    await stage.round()
    assert (await stage.told(old)).last_failure.error == failed.error


async def test_profiles_whose_renewals_need_no_approval_are_renewed_at_once(stage: Stage) -> None:
    profile, operator = await stage.renewing_with_approval(exempt=True), await stage.official("OPERATOR")
    old = await stage.issued_late(profile, operator)
    await stage.pass_by(days=61)
    assert len(await stage.lineage(old)) == 2
    (request,) = await stage.requests_for(old)
    assert request.state == "ISSUED"


async def test_a_renewal_that_waits_is_not_given_up_before_the_certificate_ends(stage: Stage) -> None:
    """Approved in the last hour it still comes in time."""
    old, request_id, operator = await asked(stage, days=60)
    row = await stage.row(old)
    await stage.until(row.not_after - timedelta(hours=1))
    assert [one.id for one in await stage.requests_for(old)] == [request_id]
    assert (await stage.approve(request_id, operator)).state == ISSUED
    assert len(await stage.lineage(old)) == 2


async def test_a_request_that_somebody_raised_too_early_and_in_vain_changes_no_plan(stage: Stage) -> None:
    """It is no failure of the server's: that renews when it is time."""
    profile, operator = await stage.renewing_with_approval(), await stage.official("OPERATOR")
    old = await stage.issued_late(profile, operator)
    request_id = await stage.renew_by_hand(old)
    plan = (await stage.row(old)).renews_at
    assert (await stage.told(old)).state == PENDING_APPROVAL
    await stage.reject(request_id, operator)
    await stage.round()
    told = await stage.told(old)
    assert (told.state, told.HasField("last_failure")) == (SCHEDULED, False)
    row: CertificateRecord = await stage.row(old)
    assert row.renewal_due_at is not None
    assert plan is not None
    assert plan <= row.renewal_due_at < plan + DAYS
