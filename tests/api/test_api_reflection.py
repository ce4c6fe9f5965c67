"""Reflection, as the tools ask for it."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse

from server.api.reflection import ReflectionLimits
from tests.api.echoing import Rig
from tests.serving import failure_of

VERSIONS = ["grpc.reflection.v1", "grpc.reflection.v1alpha"]


def method(rig: Rig, version: str) -> Any:
    return rig.channel.stream_stream(
        f"/{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )


async def ask(rig: Rig, version: str, **question: str) -> Any:
    questions = iter([ServerReflectionRequest(**question)])  # type: ignore[arg-type]
    (answer,) = [each async for each in method(rig, version)(questions)]
    return answer


async def idle(rig: Rig, version: str = VERSIONS[0], **options: Any) -> Any:
    """A stream that was served once, and whose client then keeps silent."""
    stream = method(rig, version)(**options)
    await stream.write(ServerReflectionRequest(list_services=""))
    await stream.read()
    return stream


async def ended(stream: Any) -> Any:
    """How the server ends the stream."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async with asyncio.timeout(10):
            await stream.read()
    return failure_of(caught.value)


@pytest.mark.parametrize("version", VERSIONS)
async def test_services_are_listed_without_a_token(rig: Rig, version: str) -> None:
    """Both versions answer; the list holds only names whose descriptor there is."""
    answer = await ask(rig, version, list_services="")
    assert [each.name for each in answer.list_services_response.service] == [
        "certmanager.test.EchoService",
        "grpc.reflection.v1alpha.ServerReflection",
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "symbol",
    ["certmanager.test.EchoService", "google.rpc.ErrorInfo", "certmanager.v1.CertificateRequest"],
)
async def test_symbols_are_described(rig: Rig, version: str, symbol: str) -> None:
    """Also the types that appear in an Any only, or tools could not show an error."""
    answer = await ask(rig, version, file_containing_symbol=symbol)
    files: list[Any] = [
        FileDescriptorProto.FromString(each) for each in answer.file_descriptor_response.file_descriptor_proto
    ]
    named = {f"{file.package}.{each.name}" for file in files for each in (*file.message_type, *file.service)}
    assert symbol in named


@pytest.mark.parametrize("version", VERSIONS)
async def test_idle_stream_ends_when_draining_starts(rig: Rig, version: str) -> None:
    """Or a stranger without a token could hold up every shutdown."""
    stream = await idle(rig, version)
    rig.drain.start()
    failure = await ended(stream)
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")


async def test_idle_stream_holds_no_shutdown_up(rig: Rig) -> None:
    await idle(rig)
    rig.drain.start()
    async with asyncio.timeout(10):
        await rig.server.stop(60)


@pytest.mark.parametrize("brought", [None, 60])
async def test_stream_ends_when_it_is_too_old(brought: float | None) -> None:
    """Whether it brought a deadline of its own or not."""
    async with Rig(reflection=ReflectionLimits(seconds=0.2)) as rig:
        failure = await ended(await idle(rig, timeout=brought))
    assert failure.code is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_earlier_deadline_of_the_client_holds(rig: Rig) -> None:
    stream = await idle(rig, timeout=0.5)
    async with asyncio.timeout(10):
        assert await stream.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_more_streams_than_the_limit_are_refused() -> None:
    """Both versions count together."""
    async with Rig(reflection=ReflectionLimits(streams=2)) as rig:
        held = [await idle(rig, version) for version in VERSIONS]
        failure = await ended(method(rig, VERSIONS[0])())
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert [stream.done() for stream in held] == [False, False]


@pytest.mark.parametrize("leave", ["cancel", "done_writing"])
async def test_ended_streams_make_room(leave: str) -> None:
    """However their clients leave; the server learns of it in its own time."""
    async with Rig(reflection=ReflectionLimits(streams=1)) as rig:
        stream = await idle(rig)
        left = getattr(stream, leave)()
        if leave == "done_writing":
            await left
        async with asyncio.timeout(10):
            while await method(rig, VERSIONS[0])(iter([])).code() is not grpc.StatusCode.OK:
                pass
