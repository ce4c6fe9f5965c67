"""The life of a request: what it is at its arrival, after each decision, and at its end."""

from __future__ import annotations

import pytest
from cryptography import x509

from certmanager.v1 import certificate_pb2, policy_pb2, profile_pb2
from server.store.records import AuditRecord, CertificateRecord, HeldSecretRecord, RequestRecord
from tests.ordering import csr_pem, order
from tests.requests.offices import (
    ADMIN,
    CANCELLED,
    ISSUED,
    OPERATOR,
    REJECTED,
    WAITS,
    Office,
    step,
)
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_an_order_that_needs_approval_has_no_certificate(office: Office) -> None:
    """It is answered with the request's id and state, as the seed page says."""
    answer = await office.ask(await office.profile())
    assert not answer.HasField("certificate")
    assert answer.certificate_request.state == WAITS
    assert answer.certificate_request_id == answer.certificate_request.id


async def test_a_waiting_request_tells_what_it_is_for(office: Office) -> None:
    """Whoever is to approve sees who asks for what, which approvals are missing, and until when."""
    asker = await office.person("REQUESTER")
    profile_id = await office.profile(step(OPERATOR, required=2, name="four eyes"))
    labels = [certificate_pb2.MetadataEntry(key="team", value="shop")]
    id_ = await office.waiting(profile_id, by=asker, fields={"metadata": labels})
    told = await office.state(id_)
    assert (told.requester_identity_id, told.requester_name) == (asker.id, asker.name)
    assert told.effective_attributes.common_name == "a.example.com"
    assert [name.value for name in told.effective_attributes.alt_names] == ["a.example.com"]
    assert [(entry.key, entry.value) for entry in told.metadata] == [("team", "shop")]
    (progress,) = told.approvals
    assert (progress.step.name, progress.approvals_missing, told.approvals_missing) == ("four eyes", 2, 2)
    assert told.expires_at.seconds - told.created_at.seconds == 7 * 86_400
    assert not told.HasField("ended_at")


async def test_the_last_approval_issues(office: Office) -> None:
    """The certificate is there with the answer, and the request names it."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    done = await office.approve(id_, operator)
    assert (done.state, done.approvals_missing) == (ISSUED, 0)
    answer = await office.get(id_)
    assert answer.certificate.id == done.certificate_id
    assert x509.load_pem_x509_certificate(answer.certificate.certificate.encode())
    assert answer.certificate.certificate_request_id == id_


async def test_a_late_certificate_is_its_requesters(office: Office) -> None:
    """Not the approver's: it is listed, revoked and claimed as the requester's own."""
    asker, operator = await office.person("REQUESTER"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(), by=asker)
    done = await office.approve(id_, operator)
    certificate = (await office.get(id_, by=asker)).certificate
    assert (certificate.requester_identity_id, done.requester_identity_id) == (asker.id, asker.id)


async def test_every_step_has_its_change(office: Office) -> None:
    """Also an approval that leaves the state as it is, so that watchers see the progress."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)))
    await office.approve(id_, first)
    await office.approve(id_, second)
    assert await office.changes(id_) == [
        (None, "PENDING_APPROVAL"),
        ("PENDING_APPROVAL", "PENDING_APPROVAL"),
        ("PENDING_APPROVAL", "ISSUED"),
    ]


async def test_revisions_grow(office: Office) -> None:
    """Each answer has the revision that the request has then, and a later one a greater."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    profile_id = await office.profile(step(OPERATOR, required=2))
    asked = (await office.ask(profile_id)).certificate_request
    revisions = [asked.revision, (await office.state(asked.id)).revision]
    for approver in (first, second):
        revisions += [
            (await office.approve(asked.id, approver)).revision,
            (await office.state(asked.id)).revision,
        ]
    assert revisions[0::2] == revisions[1::2]
    assert sorted(set(revisions)) == revisions[0::2]


async def test_steps_come_one_after_the_other(office: Office) -> None:
    """An approver of the second step has nothing to say in the first one."""
    profile_id = await office.profile(step(OPERATOR), step(ADMIN))
    operator, admin = await office.person("OPERATOR"), await office.person("ADMIN")
    id_ = await office.waiting(profile_id)
    assert (await office.refused("Approve", id_, admin)).reason == "PERMISSION_DENIED"
    assert (await office.approve(id_, operator)).approvals_missing == 1
    assert (await office.approve(id_, admin)).state == ISSUED


async def test_the_decisions_are_told(office: Office) -> None:
    """Who decided what, with which words, oldest first."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)))
    await office.approve(id_, first, comment="fine")
    done = await office.approve(id_, second)
    (progress,) = done.approvals
    told = [(d.approver_identity_id, d.approver_name, d.comment) for d in progress.decisions]
    assert told == [(first.id, first.name, "fine"), (second.id, second.name, "")]


async def test_a_rejection_ends_it(office: Office) -> None:
    """The comment of whoever rejected is kept, and the decision stands in the step."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)))
    done = await office.reject(id_, operator, comment="wrong name")
    assert (done.state, done.comment, done.HasField("ended_at")) == (REJECTED, "wrong name", True)
    assert done.approvals[0].decisions[0].comment == "wrong name"


async def test_its_requester_withdraws_it(office: Office) -> None:
    """With words for those who wonder."""
    asker = await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(), by=asker)
    done = await office.cancel(id_, asker, comment="never mind")
    assert (done.state, done.comment) == (CANCELLED, "never mind")


async def test_the_profile_may_change_what_waits_keeps_its_steps(office: Office) -> None:
    """The steps are those of the time when the request arrived."""
    operator = await office.person("OPERATOR")
    profile_id = await office.profile()
    id_ = await office.waiting(profile_id)
    await office.update_profile(profile_id, approval_config=profile_pb2.ApprovalConfig(steps=[step(ADMIN)]))
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_a_csr_is_issued_late_too(office: Office) -> None:
    """Its public key is in the certificate, and no key is owed."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(), csr=csr_pem())
    done = await office.approve(id_, operator)
    assert done.private_key_state == certificate_pb2.PRIVATE_KEY_STATE_UNSPECIFIED
    issued = x509.load_pem_x509_certificate((await office.get(id_)).certificate.certificate.encode())
    assert issued.public_key() == x509.load_pem_x509_csr(csr_pem().encode()).public_key()


async def test_no_key_is_made_before_the_last_approval(office: Office) -> None:
    """Until then nothing is held; then it is, for the requester to claim within a day."""
    store, operator = office.live.app.store, await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    assert await store.get(HeldSecretRecord, object_id=id_) is None
    done = await office.approve(id_, operator)
    assert done.private_key_state == certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE
    assert done.private_key_expires_at.seconds - done.ended_at.seconds == 86_400
    assert await store.get(HeldSecretRecord, object_id=id_) is not None


async def test_bypass_identities_wait_for_nobody(office: Office) -> None:
    """Their requests are issued at once, and need no approval."""
    robot = await office.person("REQUESTER")
    answer = await office.ask(await office.profile(bypass_identity_ids=[robot.id.upper()]), by=robot)
    assert answer.HasField("certificate")
    assert (answer.certificate_request.state, list(answer.certificate_request.approvals)) == (ISSUED, [])


async def test_what_is_refused_is_not_stored(office: Office) -> None:
    """A request that breaks the policy does not come to wait."""
    profile_id = await office.profile(policy=policy_pb2.CertificatePolicy())
    request = order(profile_id, common_name="a.example.com")
    failure = await office.live.refused(office.live.certificates.IssueCertificate, request)
    assert failure.reason == "POLICY_VIOLATION"
    assert await office.live.app.store.list(RequestRecord, profile_id=profile_id) == []


async def test_validate_only_stores_nothing_to_be_approved(office: Office) -> None:
    """It is answered as for any profile."""
    profile_id = await office.profile()
    answer = await office.ask(profile_id, fields={"validate_only": True})
    assert answer.effective_attributes.common_name == "a.example.com"
    assert await office.live.app.store.list(RequestRecord, profile_id=profile_id) == []


async def test_decisions_are_in_the_audit_log(office: Office) -> None:
    """The arrival, each approval and the issuance."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    done = await office.approve(id_, operator)
    store = office.live.app.store
    of_request = await store.list(AuditRecord, object_id=id_, order="sequence")
    of_certificate = await store.list(AuditRecord, object_id=done.certificate_id)
    assert [(row.action, row.identity_id == operator.id) for row in (*of_request, *of_certificate)] == [
        ("certificates.issue", False),
        ("certificateRequests.approve", True),
        ("certificateRequests.approve", True),
    ]


@pytest.mark.parametrize("end", ["ISSUED", "REJECTED", "CANCELLED"])
async def test_an_ended_request_never_changes(office: Office, end: str) -> None:
    """Whatever is tried on it, by whomever."""
    operator, other = await office.person("OPERATOR"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    await {"ISSUED": office.approve, "REJECTED": office.reject, "CANCELLED": office.cancel}[end](
        id_, operator
    )
    before = await office.state(id_)
    for verb in ("Approve", "Reject", "Cancel"):
        if (end, verb) != ("CANCELLED", "Cancel"):
            failure = await office.refused(verb, id_, other)
            assert (failure.reason, failure.metadata["state"]) == ("STATE_CONFLICT", end)
            assert failure.metadata["revision"] == str(before.revision)
    assert await office.state(id_) == before


async def test_one_certificate_a_request(office: Office) -> None:
    """Also if the last approval is given twice."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    first, again = await office.approve(id_, operator), await office.approve(id_, operator)
    assert first == again
    assert len(await office.live.app.store.list(CertificateRecord, request_id=id_)) == 1
