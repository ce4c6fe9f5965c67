"""What a newcomer pastes from the documents works, and answers what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf import descriptor_pool, json_format
from google.protobuf.message_factory import GetMessageClass

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
)
from tests.serving import Failure, Live, failure_of

DOCS = Path(__file__).parents[2] / "docs"
SERVED = (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
)

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CALL = re.compile(
    r"^(?:(?P<name>\w+)=\$\()?call (?P<method>\w+/\w+) <<EOF"
    r"(?: \| jq -r (?P<path>[.\w]+))?\n(?P<body>.*?)^EOF$",
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize("page", ["policies.md", "authorities.md", "operations.md"])
async def test_the_page_runs_from_top_to_bottom(live: Live, page: str) -> None:
    """Each call succeeds, or is refused in the very way that the block after it tells."""
    known = {"PROJECT": live.ids["project_id"], "CA": live.ids["ca_id"]}
    text_of_page = (DOCS / page).read_text(encoding="utf-8")
    blocks, calls = _BLOCK.findall(text_of_page), 0
    for (kind, text), (told, expected) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        for match in _CALL.finditer(text) if kind == "sh" else ():
            calls += 1
            answer = await _call(live, match["method"], _filled(match["body"], known))
            if told == "text":
                assert _told(answer) == expected.split()
                continue
            assert isinstance(answer, dict), f"{match['method']} was refused: {answer}"
            _assert_within(json.loads(expected) if told == "json" else {}, answer)
            if match["name"]:
                known[match["name"]] = _picked(answer, match["path"])
    assert calls == _calls_of(text_of_page) > 0


def _calls_of(page: str) -> int:
    """How often a page says ``call``, whatever shape the test understands."""
    return len(re.findall(r"\bcall \w+Service/", page))


async def _call(live: Live, method: str, body: str) -> Any:
    """The answer as JSON, or the failure."""
    service, _, name = method.partition("/")
    pool = descriptor_pool.Default()
    rpc = pool.FindServiceByName(f"certmanager.v1.{service}").methods_by_name[name]
    said = json.loads(body)
    mask = said.pop("updateMask", {"paths": []})  # grpcurl's own way to write one
    request: Any = json_format.ParseDict(said, GetMessageClass(rpc.input_type)())
    if mask["paths"]:
        request.update_mask.paths.extend(mask["paths"])
    stub: Any = live.channel.unary_unary(
        f"/certmanager.v1.{method}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(rpc.output_type).FromString,
    )
    try:
        return json_format.MessageToDict(await stub(request, metadata=live.auth(), timeout=60))
    except grpc.aio.AioRpcError as error:
        return failure_of(error)


def _told(answer: Any) -> list[str]:
    assert isinstance(answer, Failure), "it was not refused"
    fields = [] if answer.reason == "RESOURCE_IN_USE" else sorted(answer.fields.items())
    return [answer.code.name, answer.reason, *(word for field in fields for word in field)]


def _filled(body: str, known: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: known[match[1]], body)


def _picked(answer: Any, path: str) -> str:
    for name in path.strip(".").split("."):
        answer = answer[name]
    return str(answer)


def _assert_within(part: Any, whole: Any) -> None:
    """The page leaves out what does not matter, and lists have all their members."""
    if isinstance(part, dict):
        for name, value in part.items():
            _assert_within(value, whole[name])
    elif isinstance(part, list):
        assert len(part) == len(whole), whole
        for one, other in zip(part, whole, strict=True):
            _assert_within(one, other)
    else:
        assert part == whole
