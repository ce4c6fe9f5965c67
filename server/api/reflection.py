"""Server reflection, so that grpcurl and its kind need no files.

Newer tools ask for v1, older ones for v1alpha; the messages of both are equal on
the wire, and Python's package knows only v1alpha. So one servicer is served
under both names; the list of services names only the one whose descriptor
there is, or a tool that asks for it would fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# Only for what the import does: an Any in an answer, such as the details of
# CertificateRequest.error, can be shown by a tool only if it can ask for its type.
import google.rpc.error_details_pb2  # noqa: F401
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio

from server.api.call import current_call
from server.api.concerns import deadline
from server.api.methods import Service
from server.errors import Exhausted

if TYPE_CHECKING:
    from server.api.concerns.drain import Drain

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflectionLimits:
    """What strangers may hold open, as none of it needs a token."""

    streams: int = 100
    """Streams at a time, of all clients and both versions together."""
    seconds: float = 300.0
    """How long one may last."""


class Reflection:
    """The servicer of ``grpcio-reflection``, within limits, and with an end when the server drains."""

    def __init__(self, names: Iterable[str], drain: Drain, limits: ReflectionLimits) -> None:
        # Its published type stubs do not know that it is an async generator.
        self._servicer: Any = aio.ReflectionServicer(names, _Symbols(descriptor_pool.Default()))
        self._drain = drain
        self._limits = limits
        self._streams = 0

    async def ServerReflectionInfo(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:
        """An answer to each question; ends with SERVER_DRAINING when draining starts."""
        if self._streams >= self._limits.streams:
            raise Exhausted("too many reflection streams are open")
        deadline.shorten(current_call(), self._limits.seconds)
        self._streams += 1
        try:
            questions = _Undrained(request_iterator, self._drain)
            async with aclosing(self._servicer.ServerReflectionInfo(questions, context)) as answers:
                async for answer in answers:
                    yield answer
        finally:
            self._streams -= 1


class _Undrained:
    """The messages of a client until draining starts; not a generator, so that it needs no closing."""

    def __init__(self, messages: Any, drain: Drain) -> None:
        self._messages = aiter(messages)
        self._drain = drain

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        message = asyncio.ensure_future(anext(self._messages))
        drained = asyncio.ensure_future(self._drain.wait())
        try:
            await asyncio.wait((message, drained), return_when=asyncio.FIRST_COMPLETED)
            if not message.done():
                raise self._drain.refusal()
            return await message
        finally:
            message.cancel()
            drained.cancel()


def reflection_services(
    services: Iterable[Service], drain: Drain, *, limits: ReflectionLimits | None = None
) -> tuple[Service, Service]:
    """Reflection about ``services``, in both versions."""
    descriptor: Any = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
    names = [service.full_name for service in services]
    servicer = Reflection([*names, descriptor.full_name], drain, limits or ReflectionLimits())
    return (
        Service(descriptor, servicer, is_open=True),
        Service(descriptor, servicer, name=_V1, is_open=True),
    )
