"""What is wrong with a request is told at once, as a google.rpc.Status with the HTTP status of its code."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import httpx2
import pytest

from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

ISSUE = f"{API}/certificates"
PROFILES = f"{API}/certificate-profiles"
UUID = "550e8400-e29b-41d4-a716-446655440000"
JSON = {"content-type": "application/json"}


def rules(answer: httpx2.Response) -> dict[str, str]:
    """The rule of each violation of form, by field. Fails unless there is exactly one ErrorInfo."""
    status = answer.json()
    details = {each["@type"].rpartition(".")[2]: each for each in status["details"]}
    assert len(details) == len(status["details"])
    assert details["ErrorInfo"]["domain"] == "certmanager.v1"
    broken = details.get("BadRequest", {}).get("fieldViolations", [])
    return {each.get("field", ""): each["reason"] for each in broken}


FAULTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"nope": 1, "attributes": {"no": 1}}, {"nope": "FIELD_UNKNOWN", "attributes.no": "FIELD_UNKNOWN"}),
    ({"profileId": 5, "metadata": {}}, {"profile_id": "TYPE_MISMATCH", "metadata": "TYPE_MISMATCH"}),
    ({"profileId": UUID, "profile_id": UUID}, {"profile_id": "FIELD_TWICE"}),
    ({"csr": "a", "generatedKey": {}}, {"generated_key": "ONEOF_TWICE"}),
    ({"csrDer": "a b"}, {"csr_der": "BASE64_MALFORMED"}),
    ({"wait": "1h"}, {"wait": "DURATION_MALFORMED"}),
    ({"validateOnly": "true"}, {"validate_only": "TYPE_MISMATCH"}),
    ({"profileId": "\ud800"}, {"profile_id": "TEXT_MALFORMED"}),
    (
        {"attributes": {"altNames": [{"type": "DNS"}, {"type": "dsn"}, 7], "notAfter": "soon"}},
        {
            "attributes.alt_names[1].type": "LITERAL_UNKNOWN",
            "attributes.alt_names[2]": "TYPE_MISMATCH",
            "attributes.not_after": "TIME_MALFORMED",
        },
    ),
    (
        {"attributes": {"basicConstraints": {"pathLength": 1 << 31}}},
        {"attributes.basic_constraints.path_length": "NUMBER_OUT_OF_RANGE"},
    ),
    (
        {"attributes": {"basicConstraints": {"pathLength": 0.5}}},
        {"attributes.basic_constraints.path_length": "TYPE_MISMATCH"},
    ),
]


@pytest.mark.parametrize(("body", "expected"), FAULTS)
async def test_all_faults_of_form_are_told_with_their_paths(
    standing_face: Face, body: dict[str, Any], expected: dict[str, str]
) -> None:
    async with standing_face.client(standing_face.live.owner) as client:
        answer = await client.post(ISSUE, content=json.dumps(body), headers=JSON)
    assert answer.status_code == 400
    assert rules(answer) == expected


@pytest.mark.parametrize(
    ("content", "headers", "status", "rule"),
    [
        (b"{", JSON, 400, "JSON_MALFORMED"),
        (b"\xff", JSON, 400, "JSON_MALFORMED"),
        (b"\xef\xbb\xbf{}", JSON, 400, "JSON_MALFORMED"),
        (b'{"wait": NaN}', JSON, 400, "JSON_MALFORMED"),
        (b"[" * 100_000, JSON, 400, "JSON_TOO_DEEP"),
        (b"[]", JSON, 400, "TYPE_MISMATCH"),
        (b'{"csr": "a", "csr": "a"}', JSON, 400, "FIELD_TWICE"),
        (b" " * (1 << 20) + b"{}", JSON, 413, "BODY_TOO_LONG"),
        (b"{}", {}, 415, "CONTENT_TYPE"),
        (b"{}", {"content-type": "text/plain"}, 415, "CONTENT_TYPE"),
        (b"{}", {"content-type": "application/json; charset=utf-16"}, 415, "CONTENT_TYPE"),
        (b"{}", JSON | {"content-encoding": "gzip"}, 415, "CONTENT_TYPE"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    standing_face: Face, content: bytes, headers: dict[str, str], status: int, rule: str
) -> None:
    async with standing_face.client(standing_face.live.owner) as client:
        answer = await client.post(ISSUE, content=content, headers=headers)
    assert answer.status_code == status
    assert list(rules(answer).values()) == [rule]


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", f"{API}/nothing", 404),
        ("POST", "/api/", 404),
        ("PUT", ISSUE, 405),
        ("OPTIONS", ISSUE, 405),
        ("GET", f"{API}/whoami/", 404),
        ("GET", f"{API}//whoami", 404),
        ("GET", f"{API}/WhoAmI", 404),
        ("GET", f"{API}/projects/{UUID}%2F", 400),
        ("GET", f"{API}%2Fwhoami", 404),
        ("GET", f"{API}/projects/{UUID}", 404),
        ("GET", f"{API}/projects/none", 400),
    ],
)
async def test_a_wrong_way_is_a_status_too(standing_face: Face, verb: str, path: str, status: int) -> None:
    async with standing_face.client(standing_face.live.owner) as client:
        answer = await client.request(verb, path)
    rules(answer)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.headers.get("allow") == "GET, HEAD, POST") == (status == 405)


@pytest.mark.parametrize(
    ("shown", "challenge"),
    [
        ([], "Bearer"),
        (["Bearer none"], 'Bearer error="invalid_token"'),
        (["Bearer " + "a" * 6000], 'Bearer error="invalid_token"'),
        (["Bearer a", "Bearer b"], 'Bearer error="invalid_token"'),
        (["Basic YTpi"], 'Bearer error="invalid_token"'),
    ],
)
async def test_without_a_token_that_counts_there_is_a_challenge(
    standing_face: Face, shown: list[str], challenge: str
) -> None:
    async with standing_face.client() as client:
        answer = await client.get(f"{API}/whoami", headers=[("authorization", each) for each in shown])
    rules(answer)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("token", ["", "none", "cm_none"])
@pytest.mark.parametrize("body", [b"{", b'{"nope": 1}', b" " * (1 << 20) + b"{}"])
async def test_who_is_nobody_learns_nothing_of_what_they_sent(
    standing_face: Face, token: str, body: bytes
) -> None:
    """401 comes before all faults of form, as it does over gRPC."""
    async with standing_face.client(token) as client:
        answer = await client.post(ISSUE, content=body, headers=JSON)
    assert answer.status_code == 401
    assert rules(answer) == {}


async def test_a_strangers_body_is_not_waited_for(standing_face: Face) -> None:
    """The answer comes while the body is still to come."""
    url = httpx2.URL(standing_face.url)
    tls = ssl.create_default_context(cafile=str(standing_face.live.directory / "ca.pem"))
    reader, writer = await asyncio.open_connection(url.host, url.port, ssl=tls)
    writer.write(f"POST {ISSUE} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{{".encode())
    async with asyncio.timeout(20):
        assert await reader.readline() == b"HTTP/1.1 401 Unauthorized\r\n"
    writer.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 403), ({"x-csrf-token": "other"}, 403)],
)
async def test_a_cookie_alone_changes_nothing(
    standing_face: Face, headers: dict[str, str], status: int
) -> None:
    async with standing_face.signed_in() as client:
        answer = await client.post(f"{API}/projects", json={"slug": "x"}, headers=headers)
        rules(answer)
        assert answer.status_code == status
        assert (await client.get(f"{API}/whoami")).status_code == 200


async def test_path_query_and_header_must_not_contradict_the_body(standing_face: Face) -> None:
    async with standing_face.client(standing_face.live.owner) as client:
        one = await client.post(f"{API}/certificates/{UUID}/revoke", json={"certificateId": UUID[::-1]})
        two = await client.post(ISSUE, json={"requestId": UUID}, headers={"idempotency-key": UUID[::-1]})
        three = await client.get(f"{API}/projects?pageSize=1&page_size=2&no=1")
    assert rules(one) == {"certificate_id": "FIELD_CONTRADICTED"}
    assert rules(two) == {"request_id": "FIELD_CONTRADICTED"}
    assert rules(three) == {"page_size": "FIELD_TWICE", "no": "FIELD_UNKNOWN"}
