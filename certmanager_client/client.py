"""A connection to a server: typed stubs, and one way to call them."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from certmanager_client.errors import ApiError, api_error
from certmanager_client.methods import may_repeat
from certmanager_client.retries import pauses

if TYPE_CHECKING:
    from certmanager_client.target import Target

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

SECONDS = 30.0
"""The deadline of a call that names none."""
LARGEST_PAGE = 500

_OPTIONS = (
    # A page of 500 certificates with their chains has several MiB, a CRL of 100,000 entries five.
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", -1),  # the server says what is too long for it
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
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
        safe to repeat is called again if the server was unavailable.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + (self._timeout if timeout is None else timeout)
        waits = pauses() if may_repeat(request) else iter(())
        while True:
            try:
                return await self._once(method, request, seconds=end - loop.time())
            except ApiError as error:
                wait = next(waits, None) if error.code is grpc.StatusCode.UNAVAILABLE else None
                if wait is None or error.lasting:
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
        asked = _copied(request)
        answer: Any = None
        found, more = 0, True
        while more and (most is None or found < most):
            asked.page_size = LARGEST_PAGE if most is None else min(LARGEST_PAGE, most - found)
            page: Any = await self.call(method, asked)
            found += _length(page)
            answer = _joined(answer, page)
            asked.page_token = page.next_page_token
            more = bool(page.next_page_token)
        return answer  # type: ignore[no-any-return]

    async def _once(self, method: grpc.aio.UnaryUnaryMultiCallable[Q, A], request: Q, *, seconds: float) -> A:
        try:
            return await method(request, timeout=seconds, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise api_error(error, address=self._target.address) from None


def _channel(target: Target) -> grpc.aio.Channel:
    if target.insecure:
        return grpc.aio.insecure_channel(target.address, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(target.roots)
    return grpc.aio.secure_channel(target.address, credentials, options=_OPTIONS)


def _copied(request: Any) -> Any:
    copy = type(request)()
    copy.CopyFrom(request)
    return copy


def _length(page: Message) -> int:
    return sum(len(getattr(page, field.name)) for field in page.DESCRIPTOR.fields if field.is_repeated)


def _joined(answer: Any, page: Any) -> Any:
    if answer is None:
        return page
    answer.MergeFrom(page)
    answer.next_page_token = page.next_page_token
    return answer
