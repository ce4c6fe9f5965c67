"""Signing in with a token and out again, and what the cookie is like."""

from __future__ import annotations

import re

import httpx2
import pytest

from certmanager.v1.access_service_pb2 import (
    RevokeAccessTokenRequest,
    WhoAmIRequest,
)
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.config import Settings
from tests.facing.faces import Face, facing
from tests.standing import IN_SESSION
from tests.timepiece import Timepiece

pytestmark = IN_SESSION

_COOKIE = "__Host-certmanager"


async def _posted(face: Face, token: str, target: str = "/", **headers: str) -> httpx2.Response:
    async with face.client() as client:
        return await client.post("/sign-in", data={"token": token, "next": target}, headers=headers)


async def test_a_token_signs_in(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        assert (await client.get("/projects")).status_code == 200


async def test_the_cookie_is_for_this_host_and_no_script(standing_face: Face) -> None:
    cookie = (await _posted(standing_face, standing_face.live.owner)).headers["set-cookie"]
    assert cookie.startswith(f"{_COOKIE}=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert 0 < int(re.search(r"Max-Age=(\d+)", cookie)[1]) <= 24 * 3600  # type: ignore[index]
    assert "domain" not in cookie.lower()
    assert standing_face.live.owner not in cookie


@pytest.mark.parametrize("token", ["cm_" + "0" * 72, "nonsense", "x" * 5000, "a\r\nb", "ü", "a b"])
async def test_a_wrong_token_gets_the_form_again(standing_face: Face, token: str) -> None:
    answer = await _posted(standing_face, token, "/projects")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "This is no valid access token" in answer.text
    assert 'value="/projects"' in answer.text
    assert "set-cookie" not in answer.headers
    assert token not in answer.text or len(token) < 4


async def test_without_a_token_the_form_asks_for_one(standing_face: Face) -> None:
    answer = await _posted(standing_face, "  ")
    assert answer.status_code == 422
    assert "Enter an access token" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example",
        "javascript:alert(1)", "evil", "", "\\\\evil.example", "/a\\..\\/evil.example", "/\n/evil.example",
    ],
)  # fmt: skip
async def test_goes_on_to_pages_of_ours_only(standing_face: Face, target: str) -> None:
    answer = await _posted(standing_face, standing_face.live.owner, target)
    assert answer.headers["location"] == "/"


async def test_goes_on_to_the_page_that_was_asked_for(standing_face: Face) -> None:
    async with standing_face.client(follow_redirects=True) as client:
        form = await client.get("/projects?name=a&page=")
        assert form.url.path == "/sign-in"
        target = re.search(r'name="next" value="([^"]*)"', form.text)[1].replace("&amp;", "&")  # type: ignore[index]
        answer = await client.post("/sign-in", data={"token": standing_face.live.owner, "next": target})
        assert answer.url.raw_path == b"/projects?name=a&page="


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_another_site_signs_nobody_in(standing_face: Face, headers: dict[str, str]) -> None:
    answer = await _posted(standing_face, standing_face.live.owner, "/", **headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_our_own_origin_counts_where_nothing_else_is_told(standing_face: Face) -> None:
    answer = await _posted(standing_face, standing_face.live.owner, "/", origin=standing_face.url)
    assert answer.status_code == 303


@pytest.mark.parametrize("change", ["cut", "flipped", "other"])
async def test_a_cookie_that_was_changed_signs_nobody_in(standing_face: Face, change: str) -> None:
    whole = (await _posted(standing_face, standing_face.live.owner)).cookies[_COOKIE]
    value = {
        "cut": whole[:-4],
        "flipped": whole[:20] + ("A" if whole[20] != "A" else "B") + whole[21:],
        "other": "x" * 5000,
    }
    async with standing_face.client() as client:
        answer = await client.get("/projects", headers={"cookie": f"{_COOKIE}={value[change]}"})
    assert answer.headers["location"] == "/sign-in?next=%2Fprojects"


async def test_signing_in_replaces_the_session(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        first = client.cookies[_COOKIE]
        await client.post("/sign-in", data={"token": standing_face.live.owner, "next": "/"})
        assert client.cookies[_COOKIE] != first
        assert len(client.cookies.jar) == 1


async def test_signing_out_forgets_the_cookie(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        shown = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/projects")).text)
        assert shown
        answer = await client.post("/sign-out", data={"csrf": shown[1]})
        assert answer.headers["location"] == "/sign-in?why=out"
        assert "You are signed out" in (await client.get(answer.headers["location"])).text
        assert (await client.get("/projects")).status_code == 303


async def test_nobody_is_signed_out_by_a_get(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        assert (await client.get("/sign-out")).status_code == 405
        assert (await client.get("/projects")).status_code == 200


async def test_a_revoked_token_ends_its_sessions(standing_face: Face) -> None:
    live = standing_face.live
    project = await live.project("ending")
    token = await live.token("ending", roles={project: "VIEWER"})
    async with standing_face.signed_in(token) as client:
        access = live.stub(AccessServiceStub)
        me = await live.call(access.WhoAmI, WhoAmIRequest(), token=token)
        await live.call(access.RevokeAccessToken, RevokeAccessTokenRequest(id=me.access_token.id))
        answer = await client.get("/projects")
        assert answer.headers["location"] == "/sign-in?next=%2Fprojects&why=ended"
        assert _COOKIE not in client.cookies
        assert "Your session has ended" in (await client.get(answer.headers["location"])).text


async def test_a_script_is_told_where_to_sign_in(standing_face: Face) -> None:
    """Else it would take the sign-in page for the fragment that it asked for."""
    headers = {"hx-request": "true", "hx-current-url": f"{standing_face.url}/projects?name=x"}
    async with standing_face.client() as client:
        answer = await client.get("/projects/new", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Fprojects%3Fname%3Dx"


async def test_a_link_from_elsewhere_is_followed_once_more_from_here(standing_face: Face) -> None:
    """Browsers send no strict cookie with it, whoever is signed in."""
    async with standing_face.client() as client:
        answer = await client.get("/projects?name=%22%3E", headers={"sec-fetch-site": "cross-site"})
        again = await client.get("/projects?name=%22%3E", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/projects?name=%22%3E">' in answer.text
    assert again.status_code == 303


async def test_a_session_ends_in_time(sqlite_settings: Settings) -> None:
    clock = Timepiece()
    async with facing(sqlite_settings, clock=clock) as face, face.signed_in() as client:
        assert (await client.get("/projects")).status_code == 200
        kept = client.cookies[_COOKIE]
        clock.forward(hours=face.live.settings.session_hours, seconds=1)
        answer = await client.get("/projects", headers={"cookie": f"{_COOKIE}={kept}"})
        assert answer.headers["location"].startswith("/sign-in")
