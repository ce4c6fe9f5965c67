"""The demo's second half: a certificate that somebody else has to approve, followed live.

It is also the example of a client with ``asyncio``, and of one that watches.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import grpc
import grpc.aio

from certmanager.v1 import access_pb2, certificate_pb2, certificate_request_pb2, profile_pb2
from certmanager.v1.access_service_pb2 import (
    CreateAccessTokenRequest,
    CreateIdentityRequest,
    CreateRoleBindingRequest,
)
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_request_service_pb2 import (
    ApproveCertificateRequestRequest,
    ClaimPrivateKeyRequest,
    SearchCertificateRequestsRequest,
    WatchCertificateRequestRequest,
)
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.profile_service_pb2 import CreateCertificateProfileRequest
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from tools.connecting import SECONDS, connected_aio, owner_token
from tools.examining import judge
from tools.running import Server
from tools.statuses import refusal
from tools.telling import Untrue, expect, say, show, title

OPERATOR = "olivia"


async def approval(server: Server, directory: Path, *, host: str) -> None:
    """The owner asks and watches, an operator approves, the owner claims the key."""
    async with connected_aio(server, owner_token(server)) as owner:
        title("A profile whose requests an operator has to approve, and an operator")
        profile_id = await create_profile(owner, server.ids)
        token = await appoint(owner, server.ids["project_id"])
        order = IssueCertificateRequest(
            profile_id=profile_id,
            attributes=certificate_pb2.CertificateAttributes(common_name=host, ttl="90d"),
            request_id=str(uuid4()),
        )
        async with connected_aio(server, token) as operator:
            asked = await watch_until_issued(owner, operator, order)
        title("Its key, made with the approval, is claimed once")
        issued = await claim_key(owner, asked)
        (directory / "approved.key").write_text(issued.private_key)
        await asyncio.to_thread(judge, issued, directory / "approved", host=host)
        await claim_another_time(owner, asked)
        await ask_again(owner, order, issued)


async def create_profile(owner: grpc.aio.Channel, ids: dict[str, str]) -> str:
    """The id of a profile with one step: an operator approves."""
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])
    request = CreateCertificateProfileRequest(
        project_id=ids["project_id"],
        ca_id=ids["ca_id"],
        certificate_policy_id=ids["certificate_policy_id"],
        slug="approved-by-operators",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        api_config=profile_pb2.ApiEnrollmentConfig(),
        approval_config=profile_pb2.ApprovalConfig(steps=[step]),
    )
    answer = await ProfileServiceStub(owner).CreateCertificateProfile(request, timeout=SECONDS)
    profile = answer.certificate_profile
    say(f"'{profile.slug}' asks for one approval, by an operator")
    return str(profile.id)


async def appoint(owner: grpc.aio.Channel, project_id: str) -> str:
    """The access token of a new identity that is an operator of the project."""
    access = AccessServiceStub(owner)
    person = CreateIdentityRequest(name=OPERATOR, kind=access_pb2.IDENTITY_KIND_PERSON)
    identity = (await access.CreateIdentity(person, timeout=SECONDS)).identity
    binding = CreateRoleBindingRequest(
        identity_id=identity.id, role=access_pb2.ROLE_OPERATOR, project_id=project_id
    )
    await access.CreateRoleBinding(binding, timeout=SECONDS)
    lasting = CreateAccessTokenRequest(identity_id=identity.id)
    lasting.lifetime.FromSeconds(3600)
    token = await access.CreateAccessToken(lasting, timeout=SECONDS)
    say(f"'{identity.name}' is an operator: another identity, with a token of her own")
    return str(token.secret)


async def watch_until_issued(
    owner: grpc.aio.Channel, operator: grpc.aio.Channel, order: IssueCertificateRequest
) -> str:
    """The requester sees each state as it comes, until the request has ended; the id of the request."""
    title(f"A certificate that waits for {OPERATOR}, while its requester watches")
    answer = await CertificateServiceStub(owner).IssueCertificate(order, timeout=SECONDS)
    asked = str(answer.certificate_request_id)
    expect(f"no certificate yet, but a request: {asked}", holds=not answer.HasField("certificate"))
    watch = CertificateRequestServiceStub(owner).WatchCertificateRequest(
        WatchCertificateRequestRequest(certificate_request_id=asked), timeout=SECONDS
    )
    seen = []
    async for message in watch:
        if message.HasField("certificate_request"):
            seen.append(tell_state(message.certificate_request))
            if seen == ["PENDING_APPROVAL"]:
                await approve(operator, message.certificate_request)
    if seen != ["PENDING_APPROVAL", "ISSUED"]:
        raise Untrue(f"the watch told {seen}")
    expect("the watch has ended with OK", holds=await watch.code() is grpc.StatusCode.OK)
    return asked


def tell_state(request: certificate_request_pb2.CertificateRequest) -> str:
    """One line of the live view; the name of the state that it tells."""
    name = certificate_request_pb2.CertificateRequestState.Name(request.state)
    state = name.removeprefix("CERTIFICATE_REQUEST_STATE_")
    missing = f", approvals missing: {request.approvals_missing}" if request.approvals_missing else ""
    say(f"  the watch: {state}{missing}")
    return state


async def approve(operator: grpc.aio.Channel, asked: certificate_request_pb2.CertificateRequest) -> None:
    """The operator looks at what awaits an approval, and approves exactly what was seen."""
    requests = CertificateRequestServiceStub(operator)
    queue = SearchCertificateRequestsRequest(project_id=asked.project_id, awaiting_my_approval=True)
    found = (await requests.SearchCertificateRequests(queue, timeout=SECONDS)).certificate_requests
    expect(f"{OPERATOR} finds it in her queue, and approves it", holds=[it.id for it in found] == [asked.id])
    decision = ApproveCertificateRequestRequest(
        certificate_request_id=found[0].id, revision=found[0].revision, comment="As agreed"
    )
    await requests.ApproveCertificateRequest(decision, timeout=SECONDS)


async def claim_key(owner: grpc.aio.Channel, asked: str) -> certificate_pb2.IssuedCertificate:
    """The certificate with its key, for the requester; a retry, as after a lost answer, gets the same."""
    claim = ClaimPrivateKeyRequest(certificate_request_id=asked, request_id=str(uuid4()))
    requests = CertificateRequestServiceStub(owner)
    first, retry = [await requests.ClaimPrivateKey(claim, timeout=SECONDS) for _ in range(2)]
    expect("the claim gives the private key", holds="PRIVATE KEY" in first.certificate.private_key)
    expect("its retry, with the same request_id, gives the same", holds=retry == first)
    return first.certificate


async def claim_another_time(owner: grpc.aio.Channel, asked: str) -> None:
    """A claim that is not a retry comes too late, whoever makes it."""
    claim = ClaimPrivateKeyRequest(certificate_request_id=asked, request_id=str(uuid4()))
    try:
        await CertificateRequestServiceStub(owner).ClaimPrivateKey(claim, timeout=SECONDS)
    except grpc.aio.AioRpcError as error:
        say("a second claim, with another request_id, is refused:")
        show("\n".join(refusal(error, reason="PRIVATE_KEY_DELIVERED")))
    else:
        raise Untrue("a second claim was not refused")


async def ask_again(
    owner: grpc.aio.Channel, order: IssueCertificateRequest, issued: certificate_pb2.IssuedCertificate
) -> None:
    """A retry of the order itself makes nothing anew."""
    retry = await CertificateServiceStub(owner).IssueCertificate(order, timeout=SECONDS)
    same = retry.certificate.certificate == issued.certificate and not retry.certificate.private_key
    expect("the order, sent again with its request_id, gives the same certificate and no key", holds=same)
