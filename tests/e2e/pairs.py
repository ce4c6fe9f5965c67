"""Two servers, processes of their own, on one PostgreSQL; and a profile whose requests two people approve."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_request_pb2, profile_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from server.config import Settings
from tests.e2e.processes import PATIENCE, Process, serving

ISSUED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_ISSUED


@dataclass(frozen=True, slots=True)
class Replica:
    """One of the servers, and a connection to it."""

    process: Process
    channel: grpc.aio.Channel

    @property
    def requests(self) -> Any:
        return CertificateRequestServiceStub(self.channel)

    async def call(self, stub: Any, method: str, request: Any, *, token: str = "") -> Any:
        """The answer of a unary call."""
        metadata = (("authorization", f"Bearer {token or self.process.token}"),)
        return await getattr(stub(self.channel), method)(request, metadata=metadata, timeout=PATIENCE)

    def watch(self, id_: str, *, resume_token: str = "") -> Any:
        """A watch on one request."""
        request = messages.WatchCertificateRequestRequest(
            certificate_request_id=id_, resume_token=resume_token
        )
        return self.requests.WatchCertificateRequest(request, metadata=self.process.auth(), timeout=PATIENCE)

    def queue(self, profile_id: str, *, resume_token: str = "") -> Any:
        """A watch on the requests of a profile."""
        request = messages.WatchCertificateRequestsRequest(
            project_id=self.process.ids["project_id"], profile_id=profile_id, resume_token=resume_token
        )
        return self.requests.WatchCertificateRequests(request, metadata=self.process.auth(), timeout=PATIENCE)

    async def order(self, profile_id: str, **said: Any) -> Any:
        """The answer to an order of the owner's."""
        request = certificates.IssueCertificateRequest(profile_id=profile_id, **said)
        request.attributes.common_name = "a.example.com"
        return await self.call(CertificateServiceStub, "IssueCertificate", request)

    async def ask(self, profile_id: str) -> str:
        """The id of a new request that waits."""
        return str((await self.order(profile_id)).certificate_request_id)

    async def approve(self, id_: str, token: str) -> Any:
        """The request after an approval."""
        request = messages.ApproveCertificateRequestRequest(certificate_request_id=id_)
        stub = CertificateRequestServiceStub
        return (await self.call(stub, "ApproveCertificateRequest", request, token=token)).certificate_request

    async def claim(self, id_: str, request_id: str) -> Any:
        """The whole answer to a claim of the owner's."""
        request = messages.ClaimPrivateKeyRequest(certificate_request_id=id_, request_id=request_id)
        return await self.call(CertificateRequestServiceStub, "ClaimPrivateKey", request)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two servers, a profile whose requests need two approvals, and two who may give them."""

    one: Replica
    other: Replica
    profile_id: str
    operators: tuple[str, str]

    @property
    def replicas(self) -> tuple[Replica, Replica]:
        return self.one, self.other

    async def issued(self) -> str:
        """The id of a request that has been approved, one approval at each server."""
        id_ = await self.one.ask(self.profile_id)
        for replica, token in zip(self.replicas, self.operators, strict=True):
            await replica.approve(id_, token)
        return id_


@contextmanager
def two_servers(home: Path, url: str, *flags: str) -> Iterator[tuple[Process, Process]]:
    """On one database; the second has a copy of the first one's directory."""
    with serving(home, "--database-url", url, *flags) as first:
        copy = shutil.copytree(home, home.parent / "second")
        with serving(copy, "--database-url", url, *flags) as second:
            yield first, second


@asynccontextmanager
async def connected(processes: tuple[Process, Process]) -> AsyncIterator[Pair]:
    """Connections to both, and people and a profile that nobody used before."""
    async with AsyncExitStack() as stack:
        one, other = [
            Replica(process, await stack.enter_async_context(process.channel())) for process in processes
        ]
        operators = (await _operator(one), await _operator(one))
        yield Pair(one, other, await _profile(one), operators)


@asynccontextmanager
async def pair(settings: Settings) -> AsyncIterator[Pair]:
    """Two servers for a test that ends one of them."""
    with two_servers(settings.data_dir, settings.database_url) as processes:
        async with connected(processes) as both:
            yield both


async def news(stream: Any) -> Any:
    """The next message that is no heartbeat, or the end of the stream."""
    while (message := await stream.read()) is not grpc.aio.EOF:
        if message.WhichOneof("event") != "heartbeat":
            break
    return message


async def missing(stream: Any) -> int:
    """How many approvals are missing, by the next message."""
    return int((await news(stream)).certificate_request.approvals_missing)


async def _operator(replica: Replica) -> str:
    """The token of a new operator."""
    named = access.CreateIdentityRequest(name=f"operator-{uuid4()}", kind="IDENTITY_KIND_PERSON")
    id_ = (await replica.call(AccessServiceStub, "CreateIdentity", named)).identity.id
    bound = access.CreateRoleBindingRequest(
        identity_id=id_, role="ROLE_OPERATOR", project_id=replica.process.ids["project_id"]
    )
    await replica.call(AccessServiceStub, "CreateRoleBinding", bound)
    token = access.CreateAccessTokenRequest(identity_id=id_)
    return str((await replica.call(AccessServiceStub, "CreateAccessToken", token)).secret)


async def _profile(replica: Replica) -> str:
    """The id of a new profile whose requests need two approvals."""
    ids = replica.process.ids
    step = profile_pb2.ApprovalStep(approvals_required=2, roles=["ROLE_OPERATOR"])
    request = profiles.CreateCertificateProfileRequest(
        project_id=ids["project_id"],
        ca_id=ids["ca_id"],
        certificate_policy_id=ids["certificate_policy_id"],
        slug=f"four-eyes-{uuid4().hex}",
        enrollment_type="ENROLLMENT_TYPE_API",
        approval_config=profile_pb2.ApprovalConfig(steps=[step]),
    )
    made = await replica.call(ProfileServiceStub, "CreateCertificateProfile", request)
    return str(made.certificate_profile.id)
