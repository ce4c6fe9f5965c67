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
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio

from server.api.methods import Service

_V1 = "grpc.reflection.v1.ServerReflection"


class _Symbols:
    """A pool that also finds RPCs by their names: protobuf's own knows them, but not as symbols of a file."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def FindFileContainingSymbol(self, symbol: str) -> Any:
        """The file that declares the symbol; raises KeyError if there is none."""
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            return self._pool.FindMethodByName(symbol).containing_service.file


def reflection_services(services: Iterable[Service]) -> tuple[Service, Service]:
    """Reflection about ``services``, in both versions."""
    descriptor: Any = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
    names = [service.full_name for service in services]
    servicer = aio.ReflectionServicer([*names, descriptor.full_name], _Symbols(descriptor_pool.Default()))
    return (
        Service(descriptor, servicer, is_open=True),
        Service(descriptor, servicer, name=_V1, is_open=True),
    )
