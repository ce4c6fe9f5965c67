"""An object under the path of another project is not there, by any route, with all rights that there are."""

from __future__ import annotations

import re
from typing import Final

import pytest
from starlette.routing import Route

from server.ids import new_id
from server.web.ui.site import ui_routes
from tests.facing.faces import Face
from tests.facing.ui.rooms import issued
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_ID: Final = re.compile(r"\{(?:id|request_id):uuid\}")
_CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')
_ROUTES: Final = [
    (route.path, min((route.methods or set()) - {"HEAD"}))
    for route in ui_routes()
    if isinstance(route, Route) and _ID.search(route.path)
]


async def test_there_are_routes_of_every_room() -> None:
    rooms = {path.split("/")[3] for path, _ in _ROUTES}
    assert rooms == {
        "certificates",
        "certificate-authorities",
        "certificate-policies",
        "certificate-profiles",
        "certificate-requests",
    }


@pytest.mark.parametrize(("path", "verb"), _ROUTES)
async def test_no_route_shows_or_changes_what_is_of_another_project(
    standing_face: Face, path: str, verb: str
) -> None:
    live = standing_face.live
    known = await issued(standing_face, "strangers.example.com")
    ids = {
        "certificates": known.id,
        "certificate-authorities": live.ids["ca_id"],
        "certificate-policies": known.certificate_policy_id,
        "certificate-profiles": live.ids["profile_id"],
        "certificate-requests": known.certificate_request_id,
    }
    there = await live.project(f"strangers-{new_id()[-12:]}")
    filled = _ID.sub(ids[path.split("/")[3]], path).replace("{form}", "ca.pem")
    async with standing_face.signed_in() as client:
        shown = _CSRF.search((await client.get("/projects")).text)
        assert shown
        for project, expected in ((there, True), (live.ids["project_id"], False)):
            if verb == "POST" and not expected:
                continue  # it would be done
            at = filled.replace("{project_id:uuid}", project)
            headers = {"x-csrf-token": shown[1]}
            async with client.stream(verb, at, headers=headers) as answer:
                is_download_of_another_kind = "/certificates/" in at and at.endswith("ca.pem")
                assert (answer.status_code == 404) is (expected or is_download_of_another_kind)
