"""What is served: every RPC of the given services, described from the contract.

The contract is the authority: which permission an RPC needs stands on the RPC
itself, and a server with one that lacks it, or names an unknown one, refuses
to start rather than serve it unguarded.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message_factory import GetMessageClass

from certmanager.v1 import options_pb2
from server.api.concerns.attempts import can_be_repeated
from server.api.startup import StartupError
from server.api.validation import prepare

if TYPE_CHECKING:
    from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
    from google.protobuf.message import Message

Behaviour = Callable[[Any, Any], Any]
F = TypeVar("F", bound=Callable[..., Any])

_SELF = "self."
_MARK = "collects_violations"


@dataclass(frozen=True, slots=True)
class Service:
    """A service to be served, and who serves it."""

    descriptor: ServiceDescriptor
    servicer: object
    name: str = ""
    """The name to serve it under, if not the descriptor's."""
    is_open: bool = False
    """Needs no token and passes the drain: health, which tells of it, and reflection, which ends itself."""

    @property
    def full_name(self) -> str:
        """The name that clients call it by."""
        return self.name or self.descriptor.full_name


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC as it is served."""

    full_name: str
    """The path of its HTTP/2 request, as ``/certmanager.v1.PolicyService/GetCertificatePolicy``."""
    request_class: type[Message]
    behaviour: Behaviour | None
    """The servicer's method; ``None`` if this server does not implement the RPC."""
    permission: str = ""
    client_streams: bool = False
    server_streams: bool = False
    is_open: bool = False
    collects: bool = False
    """Whether the servicer wants the violations of form instead of a refusal."""
    concerns_self: bool = False
    """Whether it is about the caller alone (permission ``self.…``): every identity may."""
    can_be_repeated: bool = False
    """Whether its request can say, by ``request_id``, that it is a retry."""
    label: str = ""
    """The name in metrics and logs."""


def collects_violations(function: F) -> F:
    """Marks a servicer method that reports broken rules of form together with those of policy.

    Such a method is called although the request breaks rules, and finds them in
    ``current_call().form_violations``; where the client streams, each item
    comes as a ``Checked`` with its own.
    """
    setattr(function, _MARK, True)
    return function


def methods_of(services: Iterable[Service], *, permissions: Collection[str]) -> Iterator[Method]:
    """Describes every RPC of ``services``; raises ``StartupError`` for one that cannot be served."""
    for service in services:
        for descriptor in service.descriptor.methods:
            yield _method(service, descriptor, permissions)


def _method(service: Service, descriptor: MethodDescriptor, permissions: Collection[str]) -> Method:
    label = f"{service.full_name}/{descriptor.name}"
    permission = "" if service.is_open else _permission(descriptor, label, permissions)
    behaviour = _behaviour(service.servicer, descriptor, label)
    request_class = GetMessageClass(descriptor.input_type)
    if not service.is_open:
        prepare(request_class)
    return Method(
        full_name=f"/{label}",
        label=label,
        request_class=request_class,
        behaviour=behaviour,
        permission=permission,
        client_streams=descriptor.client_streaming,
        server_streams=descriptor.server_streaming,
        is_open=service.is_open,
        collects=getattr(behaviour, _MARK, False),
        concerns_self=permission.startswith(_SELF),
        can_be_repeated=not descriptor.client_streaming and can_be_repeated(descriptor.input_type),
    )


def _permission(descriptor: MethodDescriptor, label: str, permissions: Collection[str]) -> str:
    permission: str = descriptor.GetOptions().Extensions[options_pb2.permission]  # type: ignore[index,unused-ignore]
    if not permission:
        raise StartupError(f"the contract names no permission for {label}")
    if permission not in permissions:
        raise StartupError(f"{label} needs the unknown permission '{permission}'")
    return permission


def _behaviour(servicer: object, descriptor: MethodDescriptor, label: str) -> Behaviour | None:
    behaviour: Behaviour | None = getattr(servicer, descriptor.name, None)
    if behaviour is None or _is_generated(behaviour):
        return None
    streams = descriptor.server_streaming
    fits = inspect.isasyncgenfunction if streams else inspect.iscoroutinefunction
    if not fits(behaviour):
        # gRPC would run a plain function in a thread, where it may never end.
        kind = "an async generator" if streams else "a coroutine function"
        raise StartupError(f"the servicer's method for {label} is not {kind}")
    return behaviour


def _is_generated(behaviour: Behaviour) -> bool:
    return getattr(behaviour, "__module__", "").endswith("_pb2_grpc")
