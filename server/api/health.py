"""``grpc.health.v1``: whether the server takes calls, as a whole and for each service.

The servicer of ``grpcio-health-checking`` is not used: its Watch never ends by
itself, which keeps a draining server waiting for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from server.api.methods import Service
from server.errors import NotFound

if TYPE_CHECKING:
    from server.api.concerns.drain import Drain

_OVERALL = ""

Context = grpc.aio.ServicerContext[Any, Any]


class Health(health_pb2_grpc.HealthServicer):
    """SERVING until draining starts, then NOT_SERVING, for every service at once."""

    def __init__(self, services: Iterable[Service], drain: Drain) -> None:
        self._names = frozenset({_OVERALL, *(service.full_name for service in services)})
        self._drain = drain

    async def Check(
        self,
        request: HealthCheckRequest,
        context: Context,  # noqa: ARG002 - as generated
    ) -> HealthCheckResponse:
        """The state now; NOT_FOUND for a service that this server does not have."""
        if request.service not in self._names:
            raise NotFound("there is no such service here")
        return self._state(request.service)

    async def List(self, request: Any, context: Context) -> Any:  # noqa: ARG002 - as generated
        """The state of everything."""
        statuses = {name: self._state(name) for name in self._names}
        # The published type stubs are older than this RPC.
        return health_pb2.HealthListResponse(statuses=statuses)  # type: ignore[attr-defined]

    async def Watch(
        self,
        request: HealthCheckRequest,
        context: Context,  # noqa: ARG002 - as generated
    ) -> AsyncIterator[HealthCheckResponse]:
        """The state now and when it changes; ends with SERVER_DRAINING after NOT_SERVING was sent.

        Per the protocol an unknown service is reported, not refused: it may yet come.
        """
        if not self._drain.started:
            yield self._state(request.service)
            await self._drain.wait()
        yield self._state(request.service)
        raise self._drain.refusal()

    def _state(self, service: str) -> HealthCheckResponse:
        if service not in self._names:
            return HealthCheckResponse(status=HealthCheckResponse.SERVICE_UNKNOWN)
        if self._drain.started:
            return HealthCheckResponse(status=HealthCheckResponse.NOT_SERVING)
        return HealthCheckResponse(status=HealthCheckResponse.SERVING)


def health_service(services: Iterable[Service], drain: Drain) -> Service:
    """The health service for ``services``."""
    descriptor: Any = health_pb2.DESCRIPTOR.services_by_name["Health"]
    return Service(descriptor, Health(services, drain), is_open=True)
