"""A server that answers each method as a script says, streams among them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty

from certmanager_client import Target
from tests.cli.scripted import Failing

HANG = Empty()
"""In a stream: nothing more comes, and it does not end."""
Script = Sequence[Any]
"""Of messages and Failing; for a stream, of sequences of them."""


@dataclass(slots=True)
class Service:
    """What to answer, by method; a method's last answer is repeated. And what was asked of each.

    An answer of a method whose name begins with Watch is a whole stream: its
    messages, and the status that ends it; OK if there is none.
    """

    scripts: Mapping[str, Script]
    address: str = ""
    asked: dict[str, list[bytes]] = field(default_factory=dict)
    """The requests as they came, by method."""

    @property
    def target(self) -> Target:
        return Target(self.address, token="cm_x", insecure=True)

    def handler(self, method: str) -> Any:
        asked = self.asked.setdefault(method, [])

        def answer(request: bytes) -> Any:
            asked.append(request)
            script = self.scripts[method]
            return script[min(len(asked), len(script)) - 1]

        async def unary(request: bytes, context: Any) -> bytes:
            return await _said(answer(request), context)

        async def stream(request: bytes, context: Any) -> AsyncIterator[bytes]:
            await context.send_initial_metadata(())
            for said in answer(request):
                yield await _said(said, context)

        if method.startswith("Watch"):
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(unary)


async def _said(said: Any, context: Any) -> bytes:
    if said is HANG:
        await asyncio.Event().wait()
    if isinstance(said, Failing):
        await context.abort_with_status(said.status)
    octets: bytes = said.SerializeToString()
    return octets


class _Methods(grpc.GenericRpcHandler):
    def __init__(self, service: Service) -> None:
        self._service = service

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method.rpartition("/")[2]
        return self._service.handler(method) if method in self._service.scripts else None


@asynccontextmanager
async def served(**scripts: Script) -> AsyncIterator[Service]:
    """A server that answers so: ``served(GetProject=[answer, answer])``."""
    server, service = grpc.aio.server(), Service(scripts)
    server.add_generic_rpc_handlers((_Methods(service),))
    service.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield service
    finally:
        await server.stop(None)
