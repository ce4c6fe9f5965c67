"""The way of a call from the wire to a servicer and back.

Each method is wrapped once, at start-up, in a plain coroutine that runs the
concerns in this order: record, errors, draining, deadline, authentication,
authorization, validation (see ``served``).

The pipeline is gRPC's handler of every path and not an interceptor around
such a handler: it decides by one dictionary look-up, without the extra
coroutine that each interceptor costs a call, and no path escapes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.empty_pb2 import Empty

from server.api.concerns.access import Authenticator, MakeCaller
from server.api.concerns.deadline import CallLimits
from server.api.concerns.peers import Peer, connected
from server.api.methods import Method, Service, methods_of
from server.api.served import Served

if TYPE_CHECKING:
    from server.api.concerns.drain import Drain
    from server.api.concerns.record import Recorder

# Their absence is told without a token: tools probe for what there is.
_OPEN_PACKAGES = ("/grpc.health.", "/grpc.reflection.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerns:
    """What the pipeline is made of."""

    authenticator: Authenticator
    make_caller: MakeCaller
    drain: Drain
    recorder: Recorder
    limits: CallLimits = field(default_factory=CallLimits)
    shown: Authenticator | None = None
    """Knows whose a certificate is, on a listener where clients show one; None elsewhere."""
    peer: Peer = connected
    """Tells who is at the other end."""


class Pipeline(grpc.GenericRpcHandler):  # type: ignore[misc,unused-ignore]
    """Serves every RPC of the given services, and says so where there is none."""

    def __init__(
        self, services: Iterable[Service], concerns: Concerns, *, permissions: Collection[str]
    ) -> None:
        """Proves that all of it can be served; raises ``StartupError`` if not."""
        self._concerns = concerns
        self._permissions = permissions
        self.services = tuple(services)
        self.methods = tuple(methods_of(self.services, permissions=permissions))
        self._handlers = {method.full_name: self._handler(method) for method in self.methods}

    def for_shown(self, shown: Authenticator) -> Pipeline:
        """The same for a listener where clients show certificates: one stands for its caller, too."""
        concerns = replace(self._concerns, shown=shown)
        return Pipeline(self.services, concerns, permissions=self._permissions)

    def for_face(self, peer: Peer) -> Pipeline:
        """The same for a listener that only our own HTTP face can reach: it tells who asked it."""
        return Pipeline(self.services, replace(self._concerns, peer=peer), permissions=self._permissions)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        """The handler for a path, also for one that nobody knows."""
        path = handler_call_details.method
        return self._handlers.get(path) or self._handler(_unknown(path))

    def _handler(self, method: Method) -> grpc.RpcMethodHandler[Any, Any]:
        # Without serializers gRPC passes octets.
        name = {
            (False, False): "unary_unary_rpc_method_handler",
            (False, True): "unary_stream_rpc_method_handler",
            (True, False): "stream_unary_rpc_method_handler",
            (True, True): "stream_stream_rpc_method_handler",
        }[method.client_streams, method.server_streams]
        serve = Served(method, self._concerns).serve()
        handler: grpc.RpcMethodHandler[Any, Any] = getattr(grpc, name)(serve)
        return handler


def _unknown(path: str) -> Method:
    """What is served on a path that is nobody's; it reads nothing, so any kind of call gets its answer."""
    return Method(
        full_name=path,
        label="unknown",
        request_class=Empty,
        behaviour=None,
        client_streams=True,
        server_streams=True,
        is_open=path.startswith(_OPEN_PACKAGES),
        concerns_self=True,
    )
