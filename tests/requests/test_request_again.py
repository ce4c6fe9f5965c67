"""The last approval checks again: by the policy, the profile and the CA of then."""

from __future__ import annotations

from google.rpc import error_details_pb2

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.store.records import CertificateRecord, HeldSecretRecord
from tests.ordering import DAY, lasting
from tests.requests.offices import FAILED, ISSUED, OPERATOR, WAITS, Office, step
from tests.requests.shortening import shorten
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_the_policy_of_now_decides(office: Office) -> None:
    """What was allowed when the request came, and is not when it is approved, fails with the full error."""
    operator = await office.person("OPERATOR")
    profile_id = await office.profile(policy=lasting(max_lifetime=90 * DAY))
    id_ = await office.waiting(profile_id, ttl="60d")
    await shorten(office, profile_id)
    done = await office.approve(id_, operator, comment="fine with me")
    assert (done.state, done.certificate_id, done.HasField("ended_at")) == (FAILED, "", True)
    info, failure = error_details_pb2.ErrorInfo(), error_details_pb2.PreconditionFailure()
    details = {packed.TypeName(): packed for packed in done.error.details}
    details["google.rpc.ErrorInfo"].Unpack(info)
    details["google.rpc.PreconditionFailure"].Unpack(failure)
    assert (done.error.code, info.reason) == (9, "POLICY_VIOLATION")
    assert [violation.subject for violation in failure.violations] == ["attributes.ttl"]
    assert info.metadata["violation0Rule"] == "LIFETIME_TOO_LONG"


async def test_the_decision_of_a_failed_request_is_kept(office: Office) -> None:
    """And approving it again answers what came of it."""
    operator = await office.person("OPERATOR")
    profile_id = await office.profile(policy=lasting(max_lifetime=90 * DAY))
    id_ = await office.waiting(profile_id, ttl="60d")
    await shorten(office, profile_id)
    done = await office.approve(id_, operator, comment="fine with me")
    assert [decision.comment for decision in done.approvals[0].decisions] == ["fine with me"]
    assert await office.approve(id_, operator) == done


async def test_nothing_is_made_for_a_failed_request(office: Office) -> None:
    """Neither a certificate nor a key."""
    profile_id = await office.profile(policy=lasting(max_lifetime=90 * DAY))
    id_ = await office.waiting(profile_id, ttl="60d")
    await shorten(office, profile_id)
    await office.approve(id_, await office.person("OPERATOR"))
    store = office.live.app.store
    assert await store.list(CertificateRecord, request_id=id_) == []
    assert await store.get(HeldSecretRecord, object_id=id_) is None


async def test_only_the_last_approval_checks(office: Office) -> None:
    """An approval before it may be given under whatever policy."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    profile_id = await office.profile(step(OPERATOR, required=2), policy=lasting(max_lifetime=90 * DAY))
    id_ = await office.waiting(profile_id, ttl="60d")
    await shorten(office, profile_id)
    assert (await office.approve(id_, first)).state == WAITS
    assert (await office.approve(id_, second)).state == FAILED


async def test_a_disabled_profile_leaves_it_waiting(office: Office) -> None:
    """The approval is refused, and given again when the profile is back."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    id_ = await office.waiting(profile_id)
    before = await office.state(id_)
    await office.update_profile(profile_id, disabled=True)
    assert (await office.refused("Approve", id_, operator)).reason == "PROFILE_DISABLED"
    assert await office.state(id_) == before
    await office.update_profile(profile_id, disabled=False)
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_a_disabled_ca_leaves_it_waiting(office: Office) -> None:
    """So does a CA that does not sign now."""
    operator = await office.person("OPERATOR")
    ca_id = await office.live.authority()
    profile_id = await office.profile(ca_id=ca_id)
    id_ = await office.waiting(profile_id)
    before, stub = await office.state(id_), office.live.stub(CertificateAuthorityServiceStub)
    disable = authorities.DisableCertificateAuthorityRequest(id=ca_id)
    await office.live.call(stub.DisableCertificateAuthority, disable)
    assert (await office.refused("Approve", id_, operator)).reason == "CA_NOT_ACTIVE"
    assert await office.state(id_) == before
    enable = authorities.EnableCertificateAuthorityRequest(id=ca_id)
    await office.live.call(stub.EnableCertificateAuthority, enable)
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_the_ca_of_now_signs(office: Office) -> None:
    """A profile that was moved to another CA meanwhile has that one sign."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    id_ = await office.waiting(profile_id)
    ca_id = await office.live.authority()
    await office.update_profile(profile_id, ca_id=ca_id)
    await office.approve(id_, operator)
    assert (await office.get(id_)).certificate.ca_id == ca_id
