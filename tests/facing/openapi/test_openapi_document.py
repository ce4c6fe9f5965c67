"""The OpenAPI document tells of every route, in the contract's words, and is what it claims to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from server.web.openapi.comments import comment
from server.web.openapi.document import document, shown_path
from server.web.rest.bindings import bindings, services
from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

DOCUMENT = document(bindings(), version="1")
OPERATIONS = [each for path in DOCUMENT["paths"].values() for each in path.values()]
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


async def test_every_annotated_way_is_told() -> None:
    told = {(verb.upper(), path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs}
    assert told == {(each.verb, shown_path(each)) for each in bindings()}
    assert len(told) == len(bindings())


async def test_no_two_operations_have_one_name() -> None:
    names = [each["operationId"] for each in OPERATIONS]
    assert len(names) == len(set(names))


async def test_it_is_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()


@pytest.mark.parametrize("name", SCHEMAS)
async def test_each_schema_is_json_schema(name: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[name])


async def test_each_reference_leads_somewhere() -> None:
    assert {name.rpartition("/")[2] for name in _references(DOCUMENT)} <= {*SCHEMAS, "Refused"}


async def test_each_operation_has_the_contract_s_words() -> None:
    assert all(each["description"] for each in OPERATIONS)


async def test_each_field_has_the_contract_s_words() -> None:
    silent = [
        field.full_name
        for service in services()
        for method in service.methods
        for field in (*method.input_type.fields, *method.output_type.fields)
        if not comment(field.full_name)
    ]
    assert silent == []


async def test_spellings_of_answers_are_the_page_s() -> None:
    assert SCHEMAS["CertificateProfile"]["properties"]["enrollmentType"]["enum"] == ["API"]


async def test_spellings_of_requests_are_all_that_are_taken() -> None:
    taken = SCHEMAS["AltNameInput"]["properties"]["type"]["enum"]
    assert {"DNS", "dns_name", "ALT_NAME_TYPE_DNS"} <= set(taken)


async def test_rules_of_the_contract_are_told() -> None:
    ttl = SCHEMAS["CertificateAttributesInput"]["properties"]["ttl"]
    assert ttl["pattern"] == "^[1-9][0-9]{0,8}[smhdwy]$"


async def test_the_pending_certificate_may_be_null() -> None:
    certificate = SCHEMAS["IssueCertificateResponse"]["properties"]["certificate"]
    assert {"type": "null"} in certificate["anyOf"]


async def test_it_is_served_to_everybody(standing_face: Face) -> None:
    async with standing_face.client() as client:
        answer = await client.get("/openapi.json")
    assert answer.json()["paths"] == json.loads(json.dumps(DOCUMENT["paths"]))


async def test_it_is_not_sent_twice(standing_face: Face) -> None:
    async with standing_face.client() as client:
        etag = (await client.get("/openapi.json")).headers["etag"]
        again = await client.get("/openapi.json", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_page_shows_each_operation(standing_face: Face) -> None:
    async with standing_face.client() as client:
        page = (await client.get("/docs")).text
    assert [each["operationId"] for each in OPERATIONS if f'id="{each["operationId"]}"' not in page] == []


async def test_the_page_loads_nothing_from_elsewhere(standing_face: Face) -> None:
    async with standing_face.client() as client:
        answer = await client.get("/docs")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not [word for word in ('src="http', 'href="http', "url(http") if word in answer.text]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
