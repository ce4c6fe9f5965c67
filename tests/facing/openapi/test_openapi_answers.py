"""Whatever an RPC may answer, the JSON that is written of it is what the OpenAPI document tells."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import ErrorInfo

from server.config import Settings
from server.web.openapi.document import document
from server.web.rest.bindings import bindings
from server.web.rest.writing import encoded
from tests.facing.faces import facing

DOCUMENT = document(bindings(), version="1")
ANSWERS: dict[str, Descriptor] = {each.gives.name: each.gives for each in bindings()}
_DEEPEST = 5
_TIMES = ("google.protobuf.Timestamp", "google.protobuf.Duration")
_NUMBERS = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_written_is_what_is_told(name: str) -> None:
    """From messages with nothing set to those with all that there is."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    random = Random(name)
    for share in (0.0, 1.0, *(random.random() for _ in range(20))):
        written = json.loads(encoded(_made(ANSWERS[name], random, share)))
        assert [error.message for error in validator.iter_errors(written)] == []


def _made(kind: Descriptor, random: Random, share: float, depth: int = 0) -> Any:
    """A message in which that share of the fields is set."""
    message: Any = GetMessageClass(kind)()
    if kind.full_name in _TIMES:
        message.FromNanoseconds(random.randrange(4_000_000_000) * 1_000_000_001)
        return message
    for field in kind.fields:
        if random.random() < share and depth < _DEEPEST:
            _set(message, field, random, share, depth + 1)
    return message


def _set(message: Any, field: FieldDescriptor, random: Random, share: float, depth: int) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        getattr(message, field.name)["key"] = "value"
        return
    value = _value(field, random, share, depth)
    if field.is_repeated:
        getattr(message, field.name).extend([value, value])
    elif field.message_type is not None:
        getattr(message, field.name).CopyFrom(value)
    else:
        setattr(message, field.name, value)


def _value(field: FieldDescriptor, random: Random, share: float, depth: int) -> Any:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Any":
            packed = AnyMessage()
            packed.Pack(ErrorInfo(reason="INTERNAL"))
            return packed
        return _made(field.message_type, random, share, depth)
    if field.enum_type is not None:
        return random.choice([each.number for each in field.enum_type.values if each.number])
    if field.type == FieldDescriptor.TYPE_STRING:
        return random.choice(["", "a", "é\n\u2028"])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return random.randbytes(random.randrange(5))
    return random.randrange(-9, 1 << 31) if field.type in _NUMBERS else random.randrange(2)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
async def test_nothing_is_told_where_reflection_is_off(sqlite_settings: Settings, path: str) -> None:
    async with (
        facing(sqlite_settings.model_copy(update={"reflection": False})) as face,
        face.client() as client,
    ):
        assert (await client.get(path)).status_code == 404
