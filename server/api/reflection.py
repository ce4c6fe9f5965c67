"""Server reflection, so that grpcurl and its kind need no files.

Newer tools ask for v1, older ones for v1alpha; the messages of both are equal on
the wire, and Python's package knows only v1alpha. So one servicer is served
under both names; the list of services names only the one whose descriptor
there is, or a tool that asks for it would fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# Only for what the import does: an Any in an answer, such as the details of
# CertificateRequest.error, can be shown by a tool only if it can ask for its type.
import google.rpc.error_details_pb2  # noqa: F401
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio

from server.api.methods import Service

_V1 = "grpc.reflection.v1.ServerReflection"


def reflection_services(services: Iterable[Service]) -> tuple[Service, Service]:
    """Reflection about ``services``, in both versions."""
    descriptor: Any = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
    names = [service.full_name for service in services]
    servicer = aio.ReflectionServicer([*names, descriptor.full_name])
    return (
        Service(descriptor, servicer, is_open=True),
        Service(descriptor, servicer, name=_V1, is_open=True),
    )
