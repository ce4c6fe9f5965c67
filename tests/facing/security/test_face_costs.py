"""Nobody has the server work for long who may not, nor anybody by an absurd request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

JSON = {"content-type": "application/json"}
LONG = json.dumps({"attributes": {"altNames": [{}] * 20_000}}).encode()


@pytest.mark.parametrize("token", ["", "none", "cm_" + "x" * 40])
async def test_what_a_stranger_sends_at_length_is_not_read(
    standing_face: Face, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mebibyte of empty objects takes more than a second, in which nobody else is served."""
    read: list[Any] = []
    async with standing_face.client(token) as client:
        with monkeypatch.context() as patched:
            patched.setattr("server.web.rest.bodies.document", read.append)
            answer = await client.post(f"{API}/certificates", content=LONG, headers=JSON)
    assert (answer.status_code, read) == (401, [])


async def test_a_list_without_measure_is_not_read(standing_face: Face) -> None:
    """It is told of once, not item by item; what is little too long the contract's own rule tells."""
    async with standing_face.client(standing_face.live.owner) as client:
        answer = await client.post(f"{API}/certificates", content=LONG, headers=JSON)
    assert answer.status_code == 400
    (found,) = (each for each in answer.json()["details"] if "fieldViolations" in each)
    broken = [(each["field"], each["reason"]) for each in found["fieldViolations"]]
    assert broken == [("attributes.alt_names", "LIST_TOO_LONG")]
