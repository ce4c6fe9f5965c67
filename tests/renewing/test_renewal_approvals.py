"""Renewals that need approvals: the same path as every request, and the certificate that they wait for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2, certificate_request_service_pb2, policy_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.errors import Reason
from server.ids import new_id
from tests.ordering import DNS, IP, OID, csr_pem, open_policy
from tests.renewing.renewer import content, lifetime, parsed, refused, release, renew, revoke, spki
from tests.renewing.stage import PENDING_APPROVAL, Stage
from tests.requests.offices import EXPIRED, FAILED, ISSUED, OPERATOR, Person, step

CLAIMABLE = certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE


async def _waiting(stage: Stage, *, source: str = "server", **said: Any) -> tuple[str, str, Person, Person]:
    """A certificate, the request for its renewal, its requester and an operator."""
    policy = open_policy(allow_key_reuse=True, **said.pop("policy", {}))
    requester, operator = await stage.official("REQUESTER"), await stage.official("OPERATOR")
    profile_id = await stage.profile(step(OPERATOR), policy=policy)
    csr = csr_pem() if source == "CSR" else None
    request_id = await stage.waiting(profile_id, by=requester, csr=csr, ttl="777777s", **said)
    old_id = (await stage.approve(request_id, operator)).certificate_id
    if source == "server":
        await _claim(stage, request_id, requester)
    again = csr_pem(subject=[(OID.COMMON_NAME, "a.example.com")])
    key = {"csr": again} if csr else {"generated_key": messages.GeneratedKey()}
    answer = await renew(stage, old_id, by=requester, **key)
    assert not answer.HasField("certificate")
    return old_id, answer.certificate_request_id, requester, operator


async def _claim(stage: Stage, request_id: str, by: Person) -> Any:
    request = certificate_request_service_pb2.ClaimPrivateKeyRequest(
        certificate_request_id=request_id, request_id=new_id()
    )
    return (await stage.live.call(stage.stub.ClaimPrivateKey, request, token=by.token)).certificate


@pytest.mark.parametrize("source", ["server", "CSR"])
async def test_an_approved_renewal_is_its_predecessor_again(stage: Stage, source: str) -> None:
    """Exactly, though it was kept as a document meanwhile; both certificates name each other."""
    said = {"names": [(IP, "2001:db8::1"), (DNS, "b.example.com")], "organization": "Example"}
    old_id, request_id, _, operator = await _waiting(stage, source=source, **said)
    request = await stage.approve(request_id, operator)
    assert (request.state, request.renews_certificate_id) == (ISSUED, old_id)
    old, new = await parsed(stage, old_id), await parsed(stage, request.certificate_id)
    assert content(new) == content(old)
    assert lifetime(new) == lifetime(old)
    assert (spki(new) == spki(old)) is (source == "CSR")
    assert (await stage.row(old_id)).renewed_by_id == request.certificate_id
    assert (await stage.row(request.certificate_id)).lineage_id == old_id


async def test_what_no_message_can_say_is_kept_too(sqlite_stage: Stage) -> None:
    """A certificate without any usages stays without, whatever the profile's defaults say by then."""
    none = {"any_key_usages": None, "any_extended_key_usages": None}
    old_id, request_id, _, operator = await _waiting(sqlite_stage, policy=none)
    profile_id = (await sqlite_stage.row(old_id)).profile_id or ""
    rules = policy_pb2.ExtendedKeyUsageRules(allowed_oids=["1.3.6.1.5.5.7.3.1"])
    await sqlite_stage.set_policy(
        profile_id, open_policy(allow_key_reuse=True, extended_key_usage_rules=rules)
    )
    request = await sqlite_stage.approve(request_id, operator)
    old, new = await parsed(sqlite_stage, old_id), await parsed(sqlite_stage, request.certificate_id)
    assert content(new) == content(old)


async def test_the_approver_sees_what_is_asked_for(sqlite_stage: Stage) -> None:
    """The request tells the certificate that it renews, and every attribute."""
    old_id, request_id, requester, _ = await _waiting(sqlite_stage, names=[(DNS, "b.example.com")])
    request = await sqlite_stage.state(request_id)
    assert request.renews_certificate_id == old_id
    assert request.requester_identity_id == requester.id
    assert [each.value for each in request.attributes.alt_names] == ["b.example.com", "a.example.com"]
    assert request.attributes.lifetime.seconds == 777_777
    assert request.effective_attributes.common_name == "a.example.com"


async def test_a_certificate_waits_for_one_renewal(stage: Stage) -> None:
    """A second one is refused, and told which it is; until that has ended."""
    old_id, request_id, requester, _ = await _waiting(stage)
    failure = await refused(stage, old_id, by=requester)
    assert failure.reason == Reason.STATE_CONFLICT.value
    assert failure.metadata["certificateRequestId"] == request_id
    assert failure.metadata["state"] == "PENDING_APPROVAL"
    assert (await stage.row(old_id)).renewal_request_id == request_id


@pytest.mark.parametrize("end", ["reject", "cancel", "expire", "fail"])
async def test_the_end_of_the_request_frees_the_certificate(stage: Stage, end: str) -> None:
    """Rejected, withdrawn, expired or failed: it waits for nothing any more, and can be renewed."""
    old_id, request_id, requester, operator = await _waiting(stage)
    profile_id = (await stage.row(old_id)).profile_id or ""
    match end:
        case "reject":
            await stage.reject(request_id, operator)
        case "cancel":
            await stage.cancel(request_id, requester)
        case "expire":
            stage.clock.forward(days=8)
            stage.live.app.upkeep.wake()
            await stage.live.app.upkeep.round()
            assert (await stage.state(request_id)).state == EXPIRED
        case "fail":
            await stage.set_policy(profile_id, policy_pb2.CertificatePolicy())
            assert (await stage.approve(request_id, operator)).state == FAILED
            await stage.set_policy(profile_id, open_policy())
    assert (await stage.row(old_id)).renewal_request_id is None
    assert (
        await renew(stage, old_id, by=requester, generated_key=messages.GeneratedKey())
    ).certificate_request_id


async def test_what_was_revoked_meanwhile_fails(stage: Stage) -> None:
    """The request is kept with the reason."""
    old_id, request_id, _, operator = await _waiting(stage)
    await revoke(stage, old_id)
    request = await stage.approve(request_id, operator)
    assert request.state == FAILED
    assert "revoked" in request.error.message
    assert len(await stage.lineage(old_id)) == 1


async def test_one_that_is_on_hold_meanwhile_goes_on_waiting(sqlite_stage: Stage) -> None:
    """The approval is refused, and counts again once the hold is over."""
    old_id, request_id, _, operator = await _waiting(sqlite_stage)
    await revoke(sqlite_stage, old_id, "CERTIFICATE_HOLD")
    failure = await sqlite_stage.refused("Approve", request_id, operator)
    assert failure.metadata["state"] == "REVOKED"
    await release(sqlite_stage, old_id)
    assert (await sqlite_stage.approve(request_id, operator)).state == ISSUED


async def test_renewals_need_no_approval_if_the_profile_says_so(sqlite_stage: Stage) -> None:
    """The first certificate does."""
    operator = await sqlite_stage.official("OPERATOR")
    profile_id = await sqlite_stage.profile(step(OPERATOR), renewals_need_no_approval=True)
    old_id = (await sqlite_stage.approve(await sqlite_stage.waiting(profile_id), operator)).certificate_id
    assert (await renew(sqlite_stage, old_id)).certificate.certificate_id


async def test_nobody_approves_a_renewal_that_they_have_asked_for(sqlite_stage: Stage) -> None:
    """An operator may renew for another one; the approval is a second operator's."""
    requester = await sqlite_stage.official("REQUESTER")
    operator, other = await sqlite_stage.official("OPERATOR"), await sqlite_stage.official("OPERATOR")
    profile_id = await sqlite_stage.profile(step(OPERATOR))
    request_id = await sqlite_stage.waiting(profile_id, by=requester)
    old_id = (await sqlite_stage.approve(request_id, operator)).certificate_id
    request_id = (await renew(sqlite_stage, old_id, by=operator)).certificate_request_id
    failure = await sqlite_stage.refused("Approve", request_id, operator)
    assert failure.reason == Reason.SELF_APPROVAL.value
    await sqlite_stage.withdraw_roles(requester)
    assert (await sqlite_stage.approve(request_id, other)).state == ISSUED


async def test_who_lost_the_right_to_renew_gets_nothing(sqlite_stage: Stage) -> None:
    """Its request fails at the approval."""
    _, request_id, requester, operator = await _waiting(sqlite_stage)
    await sqlite_stage.withdraw_roles(requester)
    assert (await sqlite_stage.approve(request_id, operator)).state == FAILED


async def test_a_late_key_can_be_claimed_until_the_predecessor_expires(stage: Stage) -> None:
    """By the requester, once."""
    old_id, request_id, requester, operator = await _waiting(stage)
    request = await stage.approve(request_id, operator)
    row = await stage.row(old_id)
    assert request.private_key_state == CLAIMABLE
    assert request.private_key_expires_at.ToDatetime(row.not_after.tzinfo) == row.not_after
    stage.clock.forward(days=8)
    claimed = await _claim(stage, request_id, requester)
    assert claimed.private_key.startswith("-----BEGIN PRIVATE KEY")


async def test_who_waits_is_told_of_the_approval(sqlite_stage: Stage) -> None:
    """``wait`` delivers the key in the answer."""
    requester, operator = await sqlite_stage.official("REQUESTER"), await sqlite_stage.official("OPERATOR")
    profile_id = await sqlite_stage.profile(step(OPERATOR))
    request_id = await sqlite_stage.waiting(profile_id, by=requester)
    old_id = (await sqlite_stage.approve(request_id, operator)).certificate_id
    call = asyncio.create_task(renew(sqlite_stage, old_id, by=requester, wait=Duration(seconds=60)))
    store = sqlite_stage.live.app.store
    async with asyncio.timeout(10):
        while not (found := await sqlite_stage.requests_for(old_id)):
            await store.feed.wait_beyond(store.feed.latest, seconds=0.1)
    await sqlite_stage.approve(found[0].id, operator)
    answer = await call
    assert answer.certificate.private_key
    assert answer.certificate_request.state == ISSUED


async def test_a_waiting_renewal_is_told_at_the_certificate(sqlite_stage: Stage) -> None:
    """Where the server would renew it, the state says that an approver is awaited."""
    operator = await sqlite_stage.official("OPERATOR")
    profile_id = await sqlite_stage.renewing_with_approval()
    old_id = await sqlite_stage.issued_late(profile_id, operator)
    await renew(sqlite_stage, old_id)
    assert (await sqlite_stage.told(old_id)).state == PENDING_APPROVAL
