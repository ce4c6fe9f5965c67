"""What is not renewed: a revoked certificate, one that was renewed already, one whose key may not be used."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from certmanager.v1 import certificate_service_pb2 as messages
from server.errors import Reason
from server.ra.renewing import predecessor
from server.ra.renewing.lineage import has_ended
from server.store.records import CertificateRecord
from tests.ordering import csr_pem, lasting
from tests.renewing.renewer import refused, release, renew, revoke
from tests.renewing.stage import Stage
from tests.serving import failure_of

CONFLICT = Reason.STATE_CONFLICT.value
GENERATED = messages.GeneratedKey()


async def test_a_revoked_certificate_is_not_renewed(stage: Stage) -> None:
    """Whatever the reason; nothing is stored of the attempt."""
    old_id = await stage.issued(await stage.renewing())
    await revoke(stage, old_id)
    failure = await refused(stage, old_id)
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, CONFLICT)
    assert (failure.metadata["state"], failure.metadata["revocationReason"]) == ("REVOKED", "SUPERSEDED")
    assert len(await stage.lineage(old_id)) == 1


async def test_one_on_hold_is_renewed_once_that_is_over(sqlite_stage: Stage) -> None:
    """A hold can be lifted."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing())
    await revoke(sqlite_stage, old_id, "CERTIFICATE_HOLD")
    assert (await refused(sqlite_stage, old_id)).metadata["state"] == "REVOKED"
    await release(sqlite_stage, old_id)
    assert (await renew(sqlite_stage, old_id)).certificate.certificate_id


async def test_a_certificate_is_renewed_once(stage: Stage) -> None:
    """A lineage is linear; the refusal names the successor, which can be renewed."""
    old_id = await stage.issued(await stage.renewing())
    new_id = (await renew(stage, old_id)).certificate.certificate_id
    failure = await refused(stage, old_id)
    assert failure.reason == CONFLICT
    assert failure.metadata["renewedByCertificateId"] == new_id
    assert (await renew(stage, new_id)).certificate.lineage_id == old_id


@pytest.mark.parametrize("compromised", ["oldest", "middle", "newest"])
async def test_a_compromised_key_ends_the_lineage(stage: Stage, compromised: str) -> None:
    """No member of it is renewed any more, with whatever key (pki-rules, 18)."""
    first = await stage.issued(await stage.renewing())
    second = (await renew(stage, first)).certificate.certificate_id
    third = (await renew(stage, second)).certificate.certificate_id
    await revoke(stage, {"oldest": first, "middle": second, "newest": third}[compromised], "KEY_COMPROMISE")
    for key in ({}, {"generated_key": GENERATED}, {"csr": csr_pem()}):
        failure = await refused(stage, third, **key)
        assert failure.reason == CONFLICT
        assert "lineage has ended" in failure.message


@pytest.mark.parametrize(
    ("whose", "reason", "told"),
    [("first", "KEY_COMPROMISE", "lineage has ended"), ("second", "SUPERSEDED", "is revoked")],
)
async def test_a_revocation_meanwhile_is_seen_by_the_unit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, whose: str, reason: str, told: str
) -> None:
    """It comes after the look at the lineage and before the commit: what was signed is thrown away."""
    first = await stage.issued(await stage.renewing())
    second = (await renew(stage, first)).certificate.certificate_id
    looks: list[bool] = []

    async def slow(*args: Any) -> bool:
        looks.append(await has_ended(*args))
        if len(looks) == 1:
            await revoke(stage, first if whose == "first" else second, reason)
        return looks[-1]

    monkeypatch.setattr(predecessor, "has_ended", slow)
    failure = await refused(stage, second)
    assert told in failure.message
    assert len(looks) == 2
    assert len(await stage.lineage(first)) == 2


async def test_the_certificate_of_a_ca_is_not_renewed(sqlite_stage: Stage) -> None:
    """It is rotated."""
    ca_id = await sqlite_stage.live.authority()
    rows = await sqlite_stage.live.app.store.list(CertificateRecord, certified_ca_id=ca_id)
    failure = await refused(sqlite_stage, rows[0].id)
    assert failure.reason == CONFLICT
    assert "rotation" in failure.message


async def test_an_expired_certificate_can_be_renewed(sqlite_stage: Stage) -> None:
    """Who comes too late recovers, with the whole lifetime; its key can be claimed for a while, too."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing(renew_before_days=1), ttl="90d")
    sqlite_stage.clock.forward(days=91)
    assert (await renew(sqlite_stage, old_id)).certificate.lineage_id == old_id


async def test_two_at_once_are_one(stage: Stage) -> None:
    """One of two concurrent renewals wins, the other is told of it."""
    old_id = await stage.issued(await stage.renewing())
    outcomes = await asyncio.gather(*(renew(stage, old_id) for _ in range(4)), return_exceptions=True)
    failures = [failure_of(each) for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    (won,) = (each for each in outcomes if not isinstance(each, BaseException))
    assert len(failures) == 3
    assert {each.metadata["renewedByCertificateId"] for each in failures} == {won.certificate.certificate_id}
    assert len(await stage.lineage(old_id)) == 2


async def test_the_policy_of_now_is_asked(sqlite_stage: Stage) -> None:
    """A renewal is no way around what was tightened since; the refusal tells what of the certificate."""
    profile_id = await sqlite_stage.renewing()
    old_id = await sqlite_stage.issued(profile_id, ttl="90d")
    await sqlite_stage.set_policy(profile_id, lasting(max_lifetime=86_400))
    failure = await refused(sqlite_stage, old_id)
    assert failure.fields == {"certificate.lifetime": "LIFETIME_TOO_LONG"}


async def test_faults_of_form_and_of_the_key_come_together(sqlite_stage: Stage) -> None:
    """One answer tells all."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing())
    failure = await refused(sqlite_stage, old_id, csr="rubbish", request_id="no-uuid")
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert set(failure.fields) == {"csr", "request_id"}


@pytest.mark.parametrize("id_", ["01890000-0000-7000-8000-000000000000", "", "no-uuid"])
async def test_what_is_not_there_is_not_renewed(sqlite_stage: Stage, id_: str) -> None:
    """An id that is none is malformed."""
    failure = await refused(sqlite_stage, id_)
    assert failure.code.name == ("NOT_FOUND" if len(id_) == 36 else "INVALID_ARGUMENT")


async def test_a_profile_that_is_closed_renews_nothing(sqlite_stage: Stage) -> None:
    """As it issues nothing."""
    profile_id = await sqlite_stage.renewing()
    old_id = await sqlite_stage.issued(profile_id)
    await sqlite_stage.set_profile(profile_id, disabled=True)
    assert (await refused(sqlite_stage, old_id)).reason == Reason.PROFILE_DISABLED.value


async def test_a_ca_that_is_disabled_renews_nothing(sqlite_stage: Stage) -> None:
    """It signs nothing."""
    profile_id = await sqlite_stage.renewing(ca_id=await sqlite_stage.live.authority())
    old_id = await sqlite_stage.issued(profile_id)
    await sqlite_stage.disable_ca(await sqlite_stage.ca_of(profile_id))
    assert (await refused(sqlite_stage, old_id)).reason == Reason.CA_NOT_ACTIVE.value
