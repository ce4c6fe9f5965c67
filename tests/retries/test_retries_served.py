"""What is asked for twice under one ``request_id`` is made once, whatever it is."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.api.concerns.attempts import can_be_repeated
from server.store.records import AuditRecord, CertificateRecord, IdentityRecord
from tests.contract.walk import methods
from tests.retries.creating import CREATING, Creating, Desk, fresh_id

ALL = pytest.mark.parametrize("what", CREATING.values(), ids=CREATING)
CERTIFICATE, TOKEN, PROJECT = CREATING["certificate"], CREATING["access token"], CREATING["project"]
NOT_BUILT_YET = {"RenewCertificate", "RevokeCertificate", "RotateCertificateAuthority"}
ELSEWHERE = {"InstallCertificateAuthorityCertificate", "ClaimPrivateKey"}


def test_every_creating_call_of_the_contract_is_tried_here() -> None:
    """A call that learns of ``request_id`` needs a row above."""
    known = {method.name for method in methods() if can_be_repeated(method.input_type)}
    assert known - NOT_BUILT_YET - ELSEWHERE == {what.method for what in CREATING.values()}


@ALL
async def test_a_retry_is_answered_with_what_was_made(desk: Desk, what: Creating) -> None:
    request = await desk.request(what, requestId=fresh_id())
    first = await desk.make(what, request)
    assert await desk.make(what, request) == first
    assert what.made(first)


@ALL
async def test_without_a_request_id_nothing_is_kept(desk: Desk, what: Creating) -> None:
    """No attempt, and above all no secret."""
    await desk.make(what, await desk.request(what))
    assert (await desk.attempts(), await desk.held()) == (0, 0)


@ALL
async def test_another_body_is_refused(desk: Desk, what: Creating) -> None:
    """With the time of the first use; and the first intent stays what it was."""
    request = await desk.request(what, requestId=fresh_id())
    first = await desk.make(what, request)
    failure = await desk.refused(what, desk.other(what, request))
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    assert failure.metadata["firstSeenAt"]
    assert await desk.make(what, request) == first


@ALL
async def test_equal_calls_at_once_make_one(desk: Desk, what: Creating) -> None:
    """All of them get it."""
    request = await desk.request(what, requestId=fresh_id())
    answers = await asyncio.gather(*(desk.make(what, request) for _ in range(8)))
    assert len({what.made(answer) for answer in answers}) == 1
    assert all(answer == answers[0] for answer in answers)


@ALL
async def test_a_stranger_with_the_same_id_makes_nothing_of_it(desk: Desk, what: Creating) -> None:
    """A ``request_id`` is its caller's: another one is told nothing of the attempt."""
    request = await desk.request(what, requestId=fresh_id())
    await desk.make(what, request)
    stranger = await desk.live.token("stranger")
    failure = await desk.refused(what, request, token=stranger)
    assert failure.reason in ("PERMISSION_DENIED", "RESOURCE_NOT_FOUND")


@ALL
async def test_who_has_lost_the_right_is_refused_the_retry(desk: Desk, what: Creating) -> None:
    """The right is that of now, on each retry."""
    request = await desk.request(what, requestId=fresh_id())
    token, binding_id = await _second_owner(desk)
    await desk.make(what, request, token=token)
    revoke = desk.live.stub(AccessServiceStub).RevokeRoleBinding
    await desk.live.call(revoke, access.RevokeRoleBindingRequest(id=binding_id))
    failure = await desk.refused(what, request, token=token)
    assert failure.reason in ("PERMISSION_DENIED", "RESOURCE_NOT_FOUND")


@ALL
async def test_the_spelling_of_the_id_does_not_matter(desk: Desk, what: Creating) -> None:
    id_ = fresh_id()
    request = await desk.request(what, requestId=id_)
    first = await desk.make(what, request)
    request.request_id = id_.upper()
    assert await desk.make(what, request) == first


async def test_another_token_of_the_same_identity_gets_it_too(desk: Desk) -> None:
    """Retries are the identity's, not the token's."""
    (owner,) = await desk.live.app.store.list(IdentityRecord)
    made = await desk.make(TOKEN, TOKEN.request(identity_id=owner.id))
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    first = await desk.make(CERTIFICATE, request)
    assert await desk.make(CERTIFICATE, request, token=made.secret) == first


async def test_one_id_serves_two_methods(desk: Desk) -> None:
    """Its scope is the method."""
    id_ = fresh_id()
    for what in (PROJECT, CREATING["identity"]):
        assert what.made(await desk.make(what, await desk.request(what, requestId=id_)))


async def test_a_refused_attempt_may_be_mended_under_its_id(desk: Desk) -> None:
    """It has stored nothing, so its id is still free."""
    id_ = fresh_id()
    eternal = {"commonName": "a.example.com", "ttl": "99y"}
    bad = await desk.request(CERTIFICATE, requestId=id_, attributes=eternal)
    assert (await desk.refused(CERTIFICATE, bad)).code is grpc.StatusCode.FAILED_PRECONDITION
    assert await desk.attempts() == 0
    good = await desk.request(CERTIFICATE, requestId=id_)
    assert CERTIFICATE.made(await desk.make(CERTIFICATE, good))


async def test_a_malformed_id_is_told(desk: Desk) -> None:
    failure = await desk.refused(PROJECT, await desk.request(PROJECT, requestId="again\x00"))
    assert failure.fields == {"request_id": "STRING_UUID"}


async def test_asking_only_uses_no_id_up(desk: Desk) -> None:
    """``validate_only`` makes nothing, so its id is free for the order itself."""
    id_ = fresh_id()
    await desk.make(CERTIFICATE, await desk.request(CERTIFICATE, requestId=id_, validateOnly=True))
    issued = await desk.make(CERTIFICATE, await desk.request(CERTIFICATE, requestId=id_))
    assert issued.certificate.private_key


async def test_64_equals_get_one_certificate_and_its_key(desk: Desk) -> None:
    """The issue's own figure."""
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    answers = await asyncio.gather(*(desk.make(CERTIFICATE, request) for _ in range(64)))
    assert len({answer.certificate.private_key for answer in answers}) == 1
    assert answers[0].certificate.private_key.startswith("-----BEGIN PRIVATE KEY-----")
    assert len(await desk.live.app.store.list(CertificateRecord, certified_ca_id=None)) == 1


async def test_what_is_not_compared_may_differ(desk: Desk) -> None:
    """How long to wait is no part of the intent."""
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    first = await desk.make(CERTIFICATE, request)
    request.wait.FromSeconds(1)
    assert await desk.make(CERTIFICATE, request) == first


async def test_the_audit_log_tells_it_once(desk: Desk) -> None:
    """A retry does nothing, so nobody did anything."""
    request = await desk.request(CERTIFICATE, requestId=fresh_id())
    await desk.make(CERTIFICATE, request)
    before = len(await desk.live.app.store.list(AuditRecord))
    await desk.make(CERTIFICATE, request)
    assert len(await desk.live.app.store.list(AuditRecord)) == before


async def _second_owner(desk: Desk) -> tuple[str, str]:
    """The token of another owner, and the id of the binding that makes it one."""
    identity, binding = CREATING["identity"], CREATING["role binding"]
    id_ = identity.made(await desk.make(identity, await desk.request(identity)))
    order = access.CreateRoleBindingRequest(identity_id=id_, role="ROLE_OWNER")
    bound = binding.made(await desk.make(binding, order))
    secret = (await desk.make(TOKEN, TOKEN.request(identity_id=id_))).secret
    return secret, bound
