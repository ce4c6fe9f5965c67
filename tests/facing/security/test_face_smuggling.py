"""Requests that say two things about themselves, or nonsense: never read without end, never our mistake."""

from __future__ import annotations

import pytest

from tests.facing.faces import API, Face
from tests.facing.security.wire import head, sent
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
ENDLESS = 640
"""Chunks: 40 MiB, far more than any body may have."""


async def test_a_length_that_is_told_does_not_unbind_a_body_in_chunks(standing_face: Face) -> None:
    """The length would be believed, the chunks be read until the memory is full."""
    told = (f"Authorization: Bearer {standing_face.live.owner}", "Content-Type: application/json")
    framing = ("Content-Length: 5", "Transfer-Encoding: chunked")
    request = head(f"POST {API}/projects", *told, *framing)
    answer, count = await sent(standing_face, request, [CHUNK] * ENDLESS)
    assert b" 413 " in answer
    assert count < ENDLESS * len(CHUNK) / 2


BROKEN_URL = "http://["


@pytest.mark.parametrize("name", ["Referer", "HX-Current-URL"])
async def test_an_address_that_is_none_leads_to_the_start(standing_face: Face, name: str) -> None:
    """It is read for whoever is not signed in, and so comes from anybody."""
    async with standing_face.client() as client:
        answer = await client.get("/projects", headers={"hx-request": "true", name: BROKEN_URL})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize("origin", [BROKEN_URL, "null", "https://elsewhere.example", ""])
async def test_an_origin_that_is_not_ours_signs_nobody_in(standing_face: Face, origin: str) -> None:
    form = {"token": standing_face.live.owner}
    async with standing_face.client() as client:
        answer = await client.post("/sign-in", data=form, headers={"origin": origin})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("charset", ["unicode_escape", "punycode", "undefined", "utf-16", "no-such"])
async def test_a_form_is_in_utf_8(standing_face: Face, charset: str) -> None:
    r"""Others decode to texts that no message can hold, as ``\ud800``, or raise what nobody expects."""
    part = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--b--\r\n'
    headers = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    async with standing_face.signed_in() as client:
        for path in ("/sign-in", "/projects"):
            for more in ({}, {"x-csrf-token": "x"}):  # who shows it so must send a form all the same
                answer = await client.post(path, content=part, headers={**headers, **more})
                assert answer.status_code == 415
