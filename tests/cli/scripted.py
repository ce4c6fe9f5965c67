"""A server that answers as a script says, to see what the client makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status.rpc_status import to_status

from certmanager_client import Client, Target


@dataclass(frozen=True, slots=True)
class Failing:
    """One answer of the script: a status with its details."""

    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE
    message: str = "not now"
    details: Sequence[Message] = ()

    @property
    def status(self) -> Any:
        packed = []
        for detail in self.details:
            packed.append(Packed())
            packed[-1].Pack(detail)
        return to_status(status_pb2.Status(code=self.code.value[0], message=self.message, details=packed))


@dataclass(slots=True)
class Script:
    """What to answer, in order, and what was asked; the last answer is repeated."""

    answers: Sequence[Failing | Message]
    asked: list[bytes] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    delay: float = 0.0

    async def answer(self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        self.seen.append(dict(context.invocation_metadata() or ()))
        self.left.append(context.time_remaining())
        await asyncio.sleep(self.delay)
        if isinstance(answer, Failing):
            await context.abort_with_status(answer.status)
        return answer.SerializeToString()


class _Any(grpc.GenericRpcHandler):
    def __init__(self, script: Script) -> None:
        self._script = script

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._script.answer)


@asynccontextmanager
async def scripted(*answers: Failing | Message, token: str = "cm_x") -> AsyncIterator[tuple[Client, Script]]:
    """A client of a server that answers so."""
    server, script = grpc.aio.server(), Script(answers)
    server.add_generic_rpc_handlers((_Any(script),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with Client(Target(f"127.0.0.1:{port}", token=token, insecure=True)) as client:
            yield client, script
    finally:
        await server.stop(None)


def info(reason: str, **metadata: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain="certmanager.v1", metadata=metadata)
