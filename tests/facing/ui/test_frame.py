"""What holds for every page: its headers, and that nobody comes by without being signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from starlette.routing import BaseRoute, Mount, Route

from server.web.ui import site
from server.web.ui.static_files import versioned
from tests.facing.faces import Face
from tests.standing import IN_SESSION

_OPEN = {"/sign-in"}
_ID = "00000000-0000-4000-8000-000000000000"
_STRICT = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
}  # fmt: skip


def _pages() -> Iterator[tuple[str, str]]:
    """Verb and path of every page."""
    routes: list[BaseRoute] = site.ui_routes()
    for route in routes:
        if isinstance(route, Route):
            path = re.sub(r"{[^}:]*:uuid}", _ID, route.path)
            path = re.sub(r"{[^}]*}", "x", path)
            for verb in sorted((route.methods or set()) - {"HEAD"}):
                yield verb, path
        else:
            assert isinstance(route, Mount)
            assert route.path == "/static"


PAGES = list(_pages())
CLOSED = [(verb, path) for verb, path in PAGES if path not in _OPEN]
CHANGES = [(verb, path) for verb, path in CLOSED if verb != "GET"]


def test_pages_change_things_by_post_only() -> None:
    assert {verb for verb, _ in PAGES} == {"GET", "POST"}
    assert len(CHANGES) > 5


class TestServed:
    """Over HTTP."""

    pytestmark = IN_SESSION

    @pytest.mark.parametrize(("verb", "path"), CLOSED)
    async def test_no_page_without_a_session(self, standing_face: Face, verb: str, path: str) -> None:
        async with standing_face.client() as client:
            answer = await client.request(verb, path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
        assert _policy(answer.headers["content-security-policy"]) >= _STRICT

    @pytest.mark.parametrize("csrf", ["", "foreign"])
    @pytest.mark.parametrize(("verb", "path"), CHANGES)
    async def test_nothing_changes_for_another_session(
        self, standing_face: Face, verb: str, path: str, csrf: str
    ) -> None:
        async with standing_face.signed_in() as client:
            answer = await client.request(verb, path, data={"csrf": csrf})
            assert answer.status_code == 403
            assert "not of this session" in answer.text
            assert _policy(answer.headers["content-security-policy"]) >= _STRICT

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
        ],
    )
    async def test_nothing_changes_for_another_site(
        self, standing_face: Face, headers: dict[str, str]
    ) -> None:
        """Even if it knew the token of the session."""
        async with standing_face.signed_in() as client:
            csrf = _csrf((await client.get("/projects")).text)
            answer = await client.post("/sign-out", data={"csrf": csrf}, headers=headers)
            assert answer.status_code == 403

    async def test_a_script_may_show_the_token_in_a_header(self, standing_face: Face) -> None:
        async with standing_face.signed_in() as client:
            csrf = _csrf((await client.get("/projects")).text)
            answer = await client.post("/sign-out", headers={"x-csrf-token": csrf})
            assert answer.status_code == 303

    @pytest.mark.parametrize("path", ["/sign-in", "/projects", "/projects/new", "/nowhere", "/"])
    async def test_every_page_has_the_headers(self, standing_face: Face, path: str) -> None:
        async with standing_face.signed_in() as client:
            headers = (await client.get(path)).headers
        assert _policy(headers["content-security-policy"]) >= _STRICT
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"

    async def test_the_header_says_who_is_signed_in_and_marks_the_room(self, standing_face: Face) -> None:
        live = standing_face.live
        project = await live.project("marked")
        async with standing_face.signed_in(await live.token("marked", roles={project: "VIEWER"})) as client:
            html = (await client.get(f"/projects/{project}/certificate-policies")).text
        here = re.findall(r'href="([^"]*)" aria-current="page"', html)
        assert here == [f"/projects/{project}/certificate-policies"]
        assert "Signed in until" in html
        assert "Service" in html

    async def test_a_large_form_is_refused(self, standing_face: Face) -> None:
        async with standing_face.signed_in() as client:
            answer = await client.post("/projects", data={"description": "x" * 300_000})
            assert answer.status_code == 413

    async def test_a_form_of_too_many_fields_is_refused(self, standing_face: Face) -> None:
        async with standing_face.signed_in() as client:
            answer = await client.post("/projects", data={f"f{n}": "" for n in range(1001)})
            assert answer.status_code == 400

    async def test_what_is_no_form_is_refused(self, standing_face: Face) -> None:
        async with standing_face.signed_in() as client:
            answer = await client.post("/projects", json={"slug": "x"})
            assert answer.status_code == 415

    async def test_static_files_are_kept_by_their_content(self, standing_face: Face) -> None:
        async with standing_face.client() as client:
            kept = await client.get(versioned("site.css"))
            other = await client.get("/static/site.css?v=0")
        assert kept.headers["content-type"].startswith("text/css")
        assert "immutable" in kept.headers["cache-control"]
        assert other.headers["cache-control"] == "no-cache"
        assert kept.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        "path",
        ["/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py", "/static/", "/static/js"],
    )
    async def test_nothing_but_static_files_is_served(self, standing_face: Face, path: str) -> None:
        async with standing_face.client() as client:
            assert (await client.get(path)).status_code == 404

    async def test_a_project_that_is_not_shown_is_no_page(self, standing_face: Face) -> None:
        live = standing_face.live
        mine, theirs = await live.project("shown"), await live.project("not-shown")
        async with standing_face.signed_in(await live.token("shown", roles={mine: "VIEWER"})) as client:
            assert (await client.get(f"/projects/{theirs}")).status_code == 404
            assert (await client.get(f"/projects/{uuid4()}")).status_code == 404
            assert (await client.get("/projects/nonsense")).status_code == 404


def _policy(text: str) -> set[str]:
    return {part.strip() for part in text.split(";")}


def _csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found
    return found[1]
