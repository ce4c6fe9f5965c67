"""The Host that a request names is anybody's word: no address is made of it."""

from __future__ import annotations

from server.ids import new_id
from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

ELSEWHERE = {"host": "elsewhere.example"}


async def test_no_redirect_leads_to_the_host_of_the_request(standing_face: Face) -> None:
    """Not even the one to the form of a project's only profile, which keeps what else was asked for."""
    live = standing_face.live
    project = await live.project(f"hosts-{new_id()[-12:]}")
    profile = await live.profile(project_id=project)
    async with standing_face.signed_in() as client:
        path = f"/projects/{project}/certificate-requests/new"
        answer = await client.get(f"{path}?key=csr", headers=ELSEWHERE)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{path}?key=csr&profile={profile}"
        for other in ("/", "/sign-in"):
            assert "elsewhere" not in (await client.get(other, headers=ELSEWHERE)).headers.get("location", "")


async def test_no_page_of_others_may_hold_an_answer_of_the_api(standing_face: Face) -> None:
    """Neither in a frame, nor as a script or a picture, not even one of the same host on another port."""
    async with standing_face.client(standing_face.live.owner) as client:
        for accept in ("application/json", "text/event-stream"):
            answer = await client.head(f"{API}/whoami", headers={"accept": accept})
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
