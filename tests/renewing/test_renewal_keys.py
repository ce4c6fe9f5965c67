"""Whom the key of a renewal goes to, in which form, and how often a renewal is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from certmanager.v1 import certificate_pb2, certificate_request_service_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.errors import Reason
from server.ids import new_id
from tests.ordering import csr_pem, open_policy
from tests.renewing.renewer import latest, parsed, refused, renew, spki
from tests.renewing.stage import Stage
from tests.requests.offices import Person
from tests.sealing import X25519, Recipient

CLAIMABLE = certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE
DELIVERED = certificate_pb2.PRIVATE_KEY_STATE_DELIVERED
PKCS12 = x509_pb2.KEY_FORMAT_PKCS12
GENERATED = messages.GeneratedKey()


async def test_the_requester_is_handed_the_new_key(stage: Stage) -> None:
    """It is the certificate's, and not the old one."""
    requester = await stage.official("REQUESTER")
    old_id = await stage.issued(await stage.renewing(), by=requester)
    answer = await renew(stage, old_id, by=requester)
    key = load_pem_private_key(answer.certificate.private_key.encode(), None)
    new = await parsed(stage, answer.certificate.certificate_id)
    assert key.public_key() == new.public_key()
    assert spki(new) != spki(await parsed(stage, old_id))
    assert answer.certificate_request.private_key_state == DELIVERED


async def test_a_csr_can_take_the_place_of_a_made_key_and_back(stage: Stage) -> None:
    """If the profile lets the server make keys."""
    old_id = await stage.issued(await stage.renewing())
    by_csr = await renew(stage, old_id, csr=csr_pem())
    assert not by_csr.certificate.private_key
    made = await renew(stage, by_csr.certificate.certificate_id, generated_key=GENERATED)
    assert made.certificate.private_key


async def test_a_profile_that_forbids_keys_renews_by_csr_alone(sqlite_stage: Stage) -> None:
    """As it issues."""
    forbid = profile_pb2.CertificateProfile(private_key_delivery=profile_pb2.PRIVATE_KEY_DELIVERY_FORBID)
    profile_id = await sqlite_stage.live.profile(policy=open_policy(), message=forbid)
    old_id = await sqlite_stage.issued(profile_id, csr=csr_pem())
    failure = await refused(sqlite_stage, old_id, generated_key=GENERATED)
    assert failure.fields == {"csr": "KEY_GENERATION_FORBIDDEN"}


async def test_a_key_comes_in_the_form_that_is_asked_for(sqlite_stage: Stage) -> None:
    """As a PKCS #12 file with its chain."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing())
    answer = await renew(sqlite_stage, old_id, key_format=PKCS12, key_password="sesame")
    opened = load_pkcs12(answer.certificate.pkcs12, b"sesame")
    assert opened.cert is not None
    assert opened.cert.certificate == await parsed(sqlite_stage, answer.certificate.certificate_id)
    assert not answer.certificate.private_key


async def test_a_key_is_sealed_to_the_recipient_of_its_predecessor(stage: Stage) -> None:
    """Unless another form is asked for; and again when the answer is repeated."""
    recipient = Recipient.fresh(X25519)
    old_id = await stage.issued(await stage.renewing(), fields={"generated_key": recipient.wish})
    request_id = new_id()
    answers = [await renew(stage, old_id, request_id=request_id) for _ in range(2)]
    for answer in answers:
        assert not answer.certificate.private_key
        new = await parsed(stage, answer.certificate.certificate_id)
        assert recipient.opened(answer).public_key() == new.public_key()


async def test_an_operator_is_not_handed_the_key_of_another(stage: Stage) -> None:
    """It stays the requester's certificate: the requester claims the key, until the old one expires."""
    requester, operator = await stage.official("REQUESTER"), await stage.official("OPERATOR")
    old_id = await stage.issued(await stage.renewing(), by=requester)
    answer = await renew(stage, old_id, by=operator, request_id=new_id())
    assert not answer.certificate.private_key
    assert any("requester" in warning for warning in answer.warnings)
    request, old = answer.certificate_request, await stage.row(old_id)
    assert (request.requester_identity_id, request.requester_name) == (requester.id, requester.name)
    assert request.private_key_state == CLAIMABLE
    assert request.private_key_expires_at.ToDatetime(old.not_after.tzinfo) == old.not_after
    denied = await _claim_refused(stage, answer.certificate_request_id, operator)
    assert denied == "NOT_FOUND"
    claimed = await _claim(stage, answer.certificate_request_id, requester)
    key = load_pem_private_key(claimed.private_key.encode(), None)
    assert key.public_key() == (await parsed(stage, answer.certificate.certificate_id)).public_key()


async def test_the_latest_is_the_newest_whose_key_is_in_hand(stage: Stage) -> None:
    """By any member, by the lineage; a key that waits to be claimed does not count yet."""
    requester, operator = await stage.official("REQUESTER"), await stage.official("OPERATOR")
    first = await stage.issued(await stage.renewing(), by=requester)
    second = (await renew(stage, first, by=requester)).certificate.certificate_id
    answer = await renew(stage, second, by=operator)
    third = answer.certificate.certificate_id
    for key in ({"certificate_id": first}, {"certificate_id": third}, {"lineage_id": first}):
        assert (await latest(stage, by=requester, **key)).id == second
    await _claim(stage, answer.certificate_request_id, requester)
    for key in ({"certificate_id": first}, {"certificate_id": second}, {"lineage_id": first}):
        assert (await latest(stage, by=requester, **key)).id == third


async def test_the_latest_by_csr_is_so_at_once(sqlite_stage: Stage) -> None:
    """Its owner has the key."""
    first = await sqlite_stage.issued(await sqlite_stage.renewing())
    assert (await latest(sqlite_stage, lineage_id=first)).id == first
    second = (await renew(sqlite_stage, first, csr=csr_pem())).certificate.certificate_id
    assert (await latest(sqlite_stage, certificate_id=first)).id == second


async def test_the_id_of_a_renewal_is_no_lineage(sqlite_stage: Stage) -> None:
    """A lineage has the id of its first certificate."""
    first = await sqlite_stage.issued(await sqlite_stage.renewing())
    second = (await renew(sqlite_stage, first)).certificate.certificate_id
    request = messages.GetLatestCertificateRequest(lineage_id=second)
    failure = await sqlite_stage.live.refused(sqlite_stage.live.certificates.GetLatestCertificate, request)
    assert failure.reason == Reason.RESOURCE_NOT_FOUND.value


@pytest.mark.parametrize("at_once", ["one after the other", "at once"])
async def test_one_intent_is_renewed_once(stage: Stage, at_once: str) -> None:
    """Equal calls get the same certificate, and the same key."""
    old_id, request_id = await stage.issued(await stage.renewing()), new_id()
    calls = [renew(stage, old_id, request_id=request_id) for _ in range(3)]
    answers = await asyncio.gather(*calls) if at_once == "at once" else [await call for call in calls]
    assert len({answer.certificate.private_key for answer in answers}) == 1
    assert len({answer.certificate.certificate_id for answer in answers}) == 1
    assert len(await stage.lineage(old_id)) == 2


async def test_another_body_under_the_same_id_is_refused(sqlite_stage: Stage) -> None:
    """It would be another intent."""
    old_id, request_id = await sqlite_stage.issued(await sqlite_stage.renewing()), new_id()
    await renew(sqlite_stage, old_id, request_id=request_id)
    failure = await refused(sqlite_stage, old_id, request_id=request_id, csr=csr_pem())
    assert failure.reason == Reason.REQUEST_ID_REUSED.value


async def test_the_certificate_of_another_identity_is_not_renewed(stage: Stage) -> None:
    """Incident 11: who has a certificate of its own gets nothing by another one's."""
    profile_id = await stage.renewing()
    victim, thief = await stage.official("REQUESTER"), await stage.official("REQUESTER")
    theirs, own = await stage.issued(profile_id, by=victim), await stage.issued(profile_id, by=thief)
    for said in ({}, {"csr": csr_pem()}, {"generated_key": GENERATED}):
        failure = await refused(stage, theirs, by=thief, **said)
        assert failure.reason == Reason.RESOURCE_NOT_FOUND.value
    viewer = await stage.official("VIEWER")
    assert (await refused(stage, theirs, by=viewer)).reason == Reason.PERMISSION_DENIED.value
    assert len(await stage.lineage(theirs)) == 1
    assert (await renew(stage, own, by=thief)).certificate.certificate_id


async def test_a_lost_right_is_no_right_to_the_retry(sqlite_stage: Stage) -> None:
    """The certificate and its key are not told again to who may not renew any more."""
    requester, request_id = await sqlite_stage.official("REQUESTER"), new_id()
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing(), by=requester)
    await renew(sqlite_stage, old_id, by=requester, request_id=request_id)
    await sqlite_stage.withdraw_roles(requester)
    failure = await refused(sqlite_stage, old_id, by=requester, request_id=request_id)
    assert failure.code.name in ("NOT_FOUND", "PERMISSION_DENIED")


async def test_the_audit_trail_tells_who_renewed(sqlite_stage: Stage) -> None:
    """And to whom no key was given."""
    operator = await sqlite_stage.official("OPERATOR")
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing())
    new_id_ = (await renew(sqlite_stage, old_id, by=operator)).certificate.certificate_id
    (row,) = await sqlite_stage.audit(new_id_)
    assert (row.action, row.identity_id) == ("certificates.renew", operator.id)
    assert row.details["renewed_from_id"] == old_id


async def _claim(stage: Stage, request_id: str, by: Person) -> Any:
    request = certificate_request_service_pb2.ClaimPrivateKeyRequest(
        certificate_request_id=request_id, request_id=new_id()
    )
    return (await stage.live.call(stage.stub.ClaimPrivateKey, request, token=by.token)).certificate


async def _claim_refused(stage: Stage, request_id: str, by: Person) -> str:
    request = certificate_request_service_pb2.ClaimPrivateKeyRequest(
        certificate_request_id=request_id, request_id=new_id()
    )
    failure = await stage.live.refused(stage.stub.ClaimPrivateKey, request, token=by.token)
    return str(failure.code.name)
