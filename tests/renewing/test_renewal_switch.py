"""The auto-renewal of one certificate: switched, moved, inherited, and told why it is not on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from tests.ordering import DAY, csr_pem, open_policy
from tests.renewing.renewer import renew, revoke, switched
from tests.renewing.stage import OFF, RENEWED, SCHEDULED, Stage


def _why(told: Any) -> str:
    """The reason, by the end of its name."""
    return certificate_pb2.AutoRenewalReason.Name(told.reason).removeprefix("AUTO_RENEWAL_REASON_")


def _at(told: Any) -> datetime:
    instant: datetime = told.renews_at.ToDatetime(UTC)
    return instant


async def _off(stage: Stage) -> str:
    """A profile that does not renew by itself."""
    return await stage.live.profile(policy=open_policy())


async def test_it_is_switched_off_and_on(stage: Stage) -> None:
    """The worker's time goes with it; who watches, and the audit trail, are told."""
    id_ = await stage.issued(await stage.renewing())
    planned, before = await stage.told(id_), await stage.row(id_)
    told = await switched(stage, id_, enabled=False)
    assert (told.enabled, told.state, _why(told)) == (False, OFF, "SWITCHED_OFF")
    assert (await stage.row(id_)).renewal_due_at is None
    told = await switched(stage, id_, enabled=True)
    assert (told.enabled, told.state, told.renews_at) == (True, SCHEDULED, planned.renews_at)
    after = await stage.row(id_)
    assert after.renewal_due_at == before.renewal_due_at
    assert after.revision > before.revision
    assert [row.action for row in await stage.audit(id_)][-2:] == ["certificates.updateRenewal"] * 2


async def test_it_is_switched_on_where_the_profile_is_off(stage: Stage) -> None:
    """As a request could have asked for."""
    id_ = await stage.issued(await _off(stage))
    assert _why(await stage.told(id_)) == "PROFILE_OFF"
    told = await switched(stage, id_, enabled=True)
    row = await stage.row(id_)
    assert (told.enabled, _at(told)) == (True, row.renews_at)
    assert await stage.pass_by(days=89) == 1
    assert (await stage.row(id_)).renewed_by_id


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ({"renew_before_days": 3}, timedelta(days=3)),
        ({"renew_before": Duration(seconds=4_000)}, timedelta(seconds=4_000)),
        ({"renew_before_percent": 10}, timedelta(days=9)),
    ],
)
async def test_its_time_is_moved(sqlite_stage: Stage, said: dict[str, Any], before: timedelta) -> None:
    """By days, by a duration or by a part of the lifetime; successors have the same."""
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing(), ttl="90d")
    told = await switched(sqlite_stage, id_, **said)
    row = await sqlite_stage.row(id_)
    assert (told.enabled, _at(told)) == (True, row.not_after - before)
    successor = await sqlite_stage.row((await renew(sqlite_stage, id_)).certificate.certificate_id)
    assert successor.renews_at == successor.not_after - before


async def test_a_time_takes_the_place_of_another(sqlite_stage: Stage) -> None:
    """And being switched leaves it as it is."""
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing(renew_before_days=20), ttl="90d")
    await switched(sqlite_stage, id_, renew_before_percent=50)
    await switched(sqlite_stage, id_, renew_before_days=5)
    await switched(sqlite_stage, id_, enabled=False)
    told = await switched(sqlite_stage, id_, enabled=True)
    assert _at(told) == (await sqlite_stage.row(id_)).not_after - timedelta(days=5)


async def test_what_is_said_twice_changes_nothing(sqlite_stage: Stage) -> None:
    """The method is idempotent: neither revision nor audit trail grow."""
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing())
    for _ in range(2):
        await switched(sqlite_stage, id_, enabled=False)
    assert [row.action for row in await sqlite_stage.audit(id_)].count("certificates.updateRenewal") == 1


@pytest.mark.parametrize(
    ("said", "csr", "reason"),
    [
        ({"renew_before_days": 90}, None, "THRESHOLD_NOT_BEFORE_LIFETIME"),
        ({"enabled": True}, "CSR", "CSR_KEY_NOT_REUSABLE"),
    ],
)
async def test_where_it_cannot_be_on_the_answer_says_why(
    sqlite_stage: Stage, said: dict[str, Any], csr: str | None, reason: str
) -> None:
    """That is no error: what was said is kept."""
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing(), ttl="90d", csr=csr and csr_pem())
    told = await switched(sqlite_stage, id_, **said)
    assert (told.enabled, told.state, _why(told)) == (False, OFF, reason)
    assert told.message
    assert (await sqlite_stage.row(id_)).renewal_due_at is None


@pytest.mark.parametrize("end", ["REVOKED", "RENEWED", "EXPIRED"])
async def test_one_that_is_over_stays_off(stage: Stage, end: str) -> None:
    """Revoked, renewed or expired: whatever is said, the server never looks at it."""
    id_ = await stage.issued(await _off(stage), ttl="90d")
    match end:
        case "REVOKED":
            await revoke(stage, id_)
        case "RENEWED":
            await renew(stage, id_)
        case "EXPIRED":
            stage.clock.forward(days=91)
    told = await switched(stage, id_, enabled=True)
    assert (told.enabled, _why(told)) == (False, end)
    assert told.state == (RENEWED if end == "RENEWED" else OFF)
    assert (await stage.row(id_)).renewal_due_at is None


async def test_the_lineage_of_a_compromised_key_cannot_be_switched_on(sqlite_stage: Stage) -> None:
    """Its newest certificate is valid, but is not renewed."""
    first = await sqlite_stage.issued(await sqlite_stage.renewing())
    second = (await renew(sqlite_stage, first)).certificate.certificate_id
    await revoke(sqlite_stage, first, "KEY_COMPROMISE")
    told = await switched(sqlite_stage, second, enabled=True)
    assert (told.enabled, _why(told)) == (False, "REVOKED")


@pytest.mark.parametrize("asked", [None, True, False])
async def test_switched_off_stays_off_in_successors(sqlite_stage: Stage, *, asked: bool | None) -> None:
    """Unless the renewal says something else."""
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing())
    await switched(sqlite_stage, id_, enabled=False)
    told = (await renew(sqlite_stage, id_, auto_renew=asked)).certificate.auto_renewal
    assert told.enabled is bool(asked)
    if not asked:
        assert _why(told) == ("SWITCHED_OFF" if asked is None else "NOT_REQUESTED")


@pytest.mark.parametrize("asked", [True, False])
async def test_what_the_first_request_said_holds_for_successors(sqlite_stage: Stage, *, asked: bool) -> None:
    """Against the profile, too."""
    profile_id = await _off(sqlite_stage) if asked else await sqlite_stage.renewing()
    id_ = await sqlite_stage.issued(profile_id, fields={"auto_renew": asked})
    told = (await renew(sqlite_stage, id_)).certificate.auto_renewal
    assert told.enabled is asked
    assert asked or _why(told) == "NOT_REQUESTED"


async def test_a_requester_switches_its_own(sqlite_stage: Stage) -> None:
    """Another one's is not to be seen."""
    requester, other = await sqlite_stage.official("REQUESTER"), await sqlite_stage.official("REQUESTER")
    id_ = await sqlite_stage.issued(await sqlite_stage.renewing(), by=requester)
    assert not (await switched(sqlite_stage, id_, by=requester, enabled=False)).enabled
    request = messages.UpdateCertificateRenewalRequest(certificate_id=id_, enabled=True)
    method = sqlite_stage.live.certificates.UpdateCertificateRenewal
    failure = await sqlite_stage.live.refused(method, request, token=other.token)
    assert failure.code.name == "NOT_FOUND"


async def test_the_time_may_lie_in_the_past(sqlite_stage: Stage) -> None:
    """Then it is renewed at once."""
    id_ = await sqlite_stage.issued(await _off(sqlite_stage), ttl="90d")
    sqlite_stage.clock.forward(days=40)
    await switched(sqlite_stage, id_, enabled=True, renew_before=Duration(seconds=80 * DAY))
    await sqlite_stage.pass_by(days=3)
    assert (await sqlite_stage.row(id_)).renewed_by_id
