"""The service as the web face knows it: a channel to the same RPCs that every other client calls.

Nothing is decided here. Who the caller is, what may be done and what is wrong
with a request the pipeline tells, which stands behind the channel.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio

from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.web.peers import PEER, peer
from server.web.refusals import Refused


class Service:
    """Stubs of every service, made once."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.projects = ProjectServiceStub(channel)
        self.access = AccessServiceStub(channel)
        self.authorities = CertificateAuthorityServiceStub(channel)
        self.policies = PolicyServiceStub(channel)
        self.profiles = ProfileServiceStub(channel)
        self.certificates = CertificateServiceStub(channel)
        self.requests = CertificateRequestServiceStub(channel)


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls the service with one token, or with none."""

    service: Service
    token: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What its calls carry besides, or instead of a token what came in its place."""

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What each of its calls carries."""
        sent_by = peer.get()
        headers = (*self.headers, (PEER, sent_by)) if sent_by else self.headers
        if not self.token:
            return headers
        # Whatever no header can hold is no token either; that the service is to tell, not gRPC's client.
        shown = self.token if self.token.isascii() and self.token.isprintable() else "-"
        return (("authorization", f"Bearer {shown}"), *headers)

    async def ask(self, method: Any, request: Any) -> Any:
        """The answer of a unary RPC, as ``ask(caller.service.projects.GetProject, …)``. Raises Refused."""
        try:
            return await method(request, metadata=self.metadata)
        except grpc.aio.AioRpcError as error:
            raise Refused.by(error) from None

    async def watch(self, method: Any, request: Any) -> AsyncGenerator[Any, None]:
        """The messages of a server stream, which is cancelled with the iteration. Raises Refused."""
        call = method(request, metadata=self.metadata)
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise Refused.by(error) from None
        finally:
            call.cancel()
