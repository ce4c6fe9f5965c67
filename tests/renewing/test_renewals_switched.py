"""What UpdateCertificateRenewal says of one certificate, and that the server follows it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from certmanager.v1 import certificate_service_pb2 as messages
from tests.ordering import open_policy
from tests.renewing.stage import OFF, SCHEDULED, Stage
from tests.requests.offices import Person


async def switch(stage: Stage, id_: str, *, by: Person | None = None, **said: Any) -> Any:
    """What is told of the renewal afterwards."""
    request = messages.UpdateCertificateRenewalRequest(certificate_id=id_, **said)
    method = stage.live.certificates.UpdateCertificateRenewal
    return (await stage.live.call(method, request, token=by.token if by else None)).certificate.auto_renewal


async def test_what_is_switched_off_is_not_renewed_until_it_is_switched_on(stage: Stage) -> None:
    """Then it is done at once, for it is due."""
    old = await stage.issued(await stage.renewing())
    assert (await switch(stage, old, enabled=False)).state == OFF
    assert await stage.pass_by(days=70) == 0
    assert (await switch(stage, old, enabled=True)).state == SCHEDULED
    assert await stage.round() == 1
    assert len(await stage.lineage(old)) == 2


async def test_a_certificate_of_a_profile_that_does_not_renew_can_be_switched_on(stage: Stage) -> None:
    """And so are its successors."""
    old = await stage.issued(await stage.live.profile(policy=open_policy()))
    assert await stage.pass_by(days=61) == 0
    await switch(stage, old, enabled=True)
    await stage.round()
    await stage.pass_by(days=61)
    assert len(await stage.lineage(old)) == 3


async def test_a_plan_that_is_moved_is_followed_and_inherited(stage: Stage) -> None:
    """Earlier than the profile says; and the successor is renewed as early."""
    old = await stage.issued(await stage.renewing())
    told = await switch(stage, old, renew_before_days=80)
    row = await stage.row(old)
    assert told.renews_at.ToDatetime(stage.now.tzinfo) == row.not_after - timedelta(days=80)
    await stage.pass_by(days=13)
    _, after = await stage.lineage(old)
    assert after.renews_at == after.not_after - timedelta(days=80)


async def test_a_plan_that_is_moved_to_later_is_not_followed_earlier(stage: Stage) -> None:
    old = await stage.issued(await stage.renewing())
    await switch(stage, old, renew_before_days=2)
    assert await stage.pass_by(days=80) == 0
    assert await stage.pass_by(days=9) == 1


async def test_switching_off_what_fails_ends_the_attempts_and_forgets_them(stage: Stage) -> None:
    """Switched on again it begins anew."""
    profile = await stage.renewing(ca_id=await stage.live.authority())
    old = await stage.issued(profile)
    await stage.disable_ca(await stage.ca_of(profile))
    await stage.pass_by(days=61)
    told = await switch(stage, old, enabled=False)
    assert (told.state, told.HasField("last_failure")) == (OFF, False)
    assert await stage.pass_by(days=1) == 0
    await stage.enable_ca(await stage.ca_of(profile))
    await switch(stage, old, enabled=True)
    assert await stage.round() == 1
    assert len(await stage.lineage(old)) == 2
