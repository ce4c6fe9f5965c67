"""The server keeps to its own OpenAPI document, whatever it is sent (schemathesis)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.web.openapi.document import document, shown_path
from server.web.rest.bindings import bindings
from tests.facing.openapi.conftest import Fuzzed
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
UNARY = [each for each in bindings() if not each.streams]
SCHEMA = schemathesis.openapi.from_dict(document(UNARY, version="1"))
KEPT = {"RevokeAccessToken", "RevokeIdentity", "RevokeRoleBinding"}
"""What could take the caller's own rights away is asked with made-up ids only."""


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """The value with ids of things that are there, so that not all is NOT_FOUND."""
    if isinstance(value, dict):
        return {name: known.get(name, _filled(each, known)) for name, each in value.items()}
    return value


@pytest.mark.parametrize("label", [f"{each.verb} {shown_path(each)}" for each in UNARY])
async def test_no_answer_is_outside_the_document(fuzzed: Fuzzed, label: str) -> None:
    """Neither a failure of the server, nor a status, a type or a form of answer that is not told."""
    verb, path = label.split(" ")
    operation = SCHEMA[path][verb]
    known = {} if operation.definition.raw["operationId"] in KEPT else fuzzed.known
    headers = {"authorization": f"Bearer {fuzzed.face.live.owner}"}
    trust = str(fuzzed.face.live.directory / "ca.pem")

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(), real=strategies.booleans())
    def kept(case: Any, real: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        if real:
            case.path_parameters = _filled(case.path_parameters, known)
            case.query = _filled(case.query, known)
            case.body = _filled(case.body, known)
        response = case.call(base_url=fuzzed.face.url, headers=headers, verify=trust)
        case.validate_response(response, checks=CHECKS)

    await asyncio.to_thread(kept)
