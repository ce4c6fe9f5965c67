"""A connection to a server: typed stubs, and one way to call them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_request_service_pb2 import WatchCertificateRequestsRequest
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from certmanager_client.errors import ApiError, api_error
from certmanager_client.methods import may_repeat, with_intent
from certmanager_client.pages import joined
from certmanager_client.retries import pauses
from certmanager_client.watch_courses import Course, QueueCourse, RequestCourse
from certmanager_client.watch_currents import CertificateCourse, TrustCourse
from certmanager_client.watching import Followed, Patience

if TYPE_CHECKING:
    from certmanager_client.target import Target
    from certmanager_client.watch_events import CertificateEvent, QueueEvent, RequestEvent, TrustEvent

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)
E = TypeVar("E")

SECONDS = 30.0
"""The deadline of a call that names none."""

_OPTIONS = (
    # A page of 500 certificates with their chains has several MiB, a CRL of 100,000 entries five.
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", -1),  # the server says what is too long for it
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Else gRPC would not look for a server for up to two minutes, whoever calls meanwhile.
    ("grpc.max_reconnect_backoff_ms", 10_000),
)


class Client:
    """The services of one server, called as one caller; ``async with`` opens and closes the connection.

    Calls raise ApiError and nothing of gRPC's.
    """

    def __init__(self, target: Target, *, timeout: float = SECONDS) -> None:
        self._target = target
        self._timeout = timeout
        self._metadata = (("authorization", f"Bearer {target.token}"),) if target.token else ()
        self._channel = _channel(target)
        self.projects = ProjectServiceStub(self._channel)
        self.access = AccessServiceStub(self._channel)
        self.authorities = CertificateAuthorityServiceStub(self._channel)
        self.policies = PolicyServiceStub(self._channel)
        self.profiles = ProfileServiceStub(self._channel)
        self.certificates = CertificateServiceStub(self._channel)
        self.requests = CertificateRequestServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; calls that still run are cancelled."""
        await self._channel.close()

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Q, A],
        request: Q,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - gRPC's deadlines, which the server is told
    ) -> A:
        """The answer of an RPC; raises ApiError.

        ``timeout`` is in seconds, and holds for all attempts together: what is
        safe to repeat is called again if the server was unavailable. What
        creates something is made so by a ``request_id``, unless it has one.
        """
        request = with_intent(request)
        loop = asyncio.get_running_loop()
        end = loop.time() + (self._timeout if timeout is None else timeout)
        waits = pauses() if may_repeat(request) else iter(())
        while True:
            try:
                return await self._once(method, request, seconds=end - loop.time())
            except ApiError as error:
                wait = next(waits, None) if _may_pass(error) else None
                if wait is None:
                    raise
                wait = max(wait, error.retry_after or 0)
                if loop.time() + wait >= end:
                    raise
            await asyncio.sleep(wait)

    async def all_pages(
        self, method: grpc.aio.UnaryUnaryMultiCallable[Q, A], request: Q, *, most: int | None = None
    ) -> A:
        """The pages of a list as one answer; at most ``most`` rows if it is given.

        The answer's ``next_page_token`` is set if there are more.
        """
        return await joined(partial(self.call, method), request, most=most)  # type: ignore[no-any-return]

    def watch_request(
        self, request_id: str, *, resume_token: str = "", patience: Patience | None = None
    ) -> AsyncGenerator[RequestEvent, None]:
        """Follow a certificate request to its end: each state once, the terminal one last.

        It survives lost connections and servers that stop. Raises ApiError
        where going on would be pointless, or the patience is at its end.
        """
        patience = patience or Patience()
        course = RequestCourse(request_id, resume_token=resume_token, heartbeat=patience.heartbeat)
        return self._follow(course, self.requests.WatchCertificateRequest, patience)

    def watch_requests(
        self,
        project_id: str,
        *,
        states: Iterable[int] = (),
        profile_id: str = "",
        requester_identity_id: str = "",
        resume_token: str = "",
        patience: Patience | None = None,
    ) -> AsyncGenerator[QueueEvent, None]:
        """Follow the requests of a project: those that are there, COMPLETE, and then each change once.

        ``states`` narrows it to a queue; without any it is all of them. It ends
        with an ApiError only. A ``resume_token`` goes on without what is there.
        """
        patience = patience or Patience()
        asked = WatchCertificateRequestsRequest(
            project_id=project_id,
            profile_id=profile_id,
            states=states,  # type: ignore[arg-type]
            requester_identity_id=requester_identity_id,
        )
        course = QueueCourse(asked, resume_token=resume_token, heartbeat=patience.heartbeat)
        return self._follow(course, self.requests.WatchCertificateRequests, patience)

    def watch_certificate(
        self, certificate_id: str, *, resume_token: str = "", patience: Patience | None = None
    ) -> AsyncGenerator[CertificateEvent, None]:
        """Follow the lineage of a certificate: the one to use now, and each that it is replaced by.

        It is told again when it is revoked, put on hold or released. It ends
        with an ApiError only. A ``resume_token`` goes on without what was told.
        """
        patience = patience or Patience()
        course = CertificateCourse(certificate_id, resume_token=resume_token, heartbeat=patience.heartbeat)
        return self._follow(course, self.certificates.WatchCertificate, patience)

    def watch_trust_bundle(
        self, project_id: str, *, resume_token: str = "", patience: Patience | None = None
    ) -> AsyncGenerator[TrustEvent, None]:
        """Follow what to trust in a project: CA certificates and CRLs, whole at each change.

        It ends with an ApiError only. A ``resume_token`` goes on without what was told.
        """
        patience = patience or Patience()
        course = TrustCourse(project_id, resume_token=resume_token, heartbeat=patience.heartbeat)
        return self._follow(course, self.authorities.WatchTrustBundle, patience)

    def _follow(self, course: Course[E], method: Any, patience: Patience) -> AsyncGenerator[E, None]:
        stream = partial(method, metadata=self._metadata)
        return Followed(course, stream, address=self._target.address, patience=patience).events()

    async def _once(self, method: grpc.aio.UnaryUnaryMultiCallable[Q, A], request: Q, *, seconds: float) -> A:
        try:
            return await method(request, timeout=seconds, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise api_error(error, address=self._target.address) from None


def _may_pass(error: ApiError) -> bool:
    """Whether another attempt may fare better; the first may be under way still."""
    return (error.code is grpc.StatusCode.UNAVAILABLE and not error.lasting) or (
        error.reason == "REQUEST_IN_PROGRESS"
    )


def _channel(target: Target) -> grpc.aio.Channel:
    if target.insecure:
        # A proxy would read the token, and what is loopback to it is another machine.
        options = (*_OPTIONS, ("grpc.enable_http_proxy", 0))
        return grpc.aio.insecure_channel(target.uri, options=options)
    shown = (target.key, target.certificate) if target.key else ()
    credentials = grpc.ssl_channel_credentials(target.roots, *shown)
    return grpc.aio.secure_channel(target.uri, credentials, options=_OPTIONS)
