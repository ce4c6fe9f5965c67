"""Signing out ends at this browser whatever happens, and at nobody else's wish."""

from __future__ import annotations

import re
from typing import Any

import pytest
from google.rpc.status_pb2 import Status

from server.web.refusals import Refused
from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_one_can_leave_while_the_service_is_away(
    standing_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser in a shared room must not stay signed in because the database restarts."""

    async def away(*_: Any) -> None:
        raise Refused(Status(code=14, message="try again"))

    async with standing_face.signed_in() as client:
        shown = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/projects")).text)
        assert shown
        with monkeypatch.context() as patched:
            patched.setattr("server.web.service.Caller.ask", away)
            answer = await client.post("/sign-out", data={"csrf": shown[1]})
        assert answer.status_code == 303
        assert not client.cookies


async def test_another_site_signs_nobody_out(standing_face: Face) -> None:
    """Its form comes without the cookie; the answer must not have the browser delete it."""
    async with standing_face.client() as client:
        answer = await client.post("/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
