"""Reflection, as the tools ask for it."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse

from tests.api.echoing import Rig

VERSIONS = ["grpc.reflection.v1", "grpc.reflection.v1alpha"]


async def ask(rig: Rig, version: str, **question: str) -> Any:
    call = rig.channel.stream_stream(
        f"/{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    (answer,) = [each async for each in call(iter([ServerReflectionRequest(**question)]))]  # type: ignore[arg-type]
    return answer


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
