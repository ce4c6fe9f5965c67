"""What people may write freely stands in pages as text."""

from __future__ import annotations

import httpx2
import pytest

from certmanager.v1.certificate_pb2 import MetadataEntry
from certmanager.v1.project_service_pb2 import CreateProjectRequest
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.ids import new_id
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, issued
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

EVIL = "\"'><script src=/x></script><img hx-on:load=x hx-get=/x>"


def _is_harmless(answer: httpx2.Response) -> bool:
    assert answer.status_code in {200, 404, 422}, answer.status_code
    assert "&lt;script src=/x&gt;" in answer.text, "it does not stand there at all"
    return "<script src=/x" not in answer.text and "<img" not in answer.text


async def test_names_of_projects(standing_face: Face) -> None:
    live = standing_face.live
    asked = CreateProjectRequest(slug=f"evil-{new_id()[-12:]}", name=EVIL, description=EVIL)
    made = await live.call(ProjectServiceStub(live.channel).CreateProject, asked)
    async with browsing(standing_face, project_id=made.project.id) as browser:
        assert _is_harmless(await browser.get(""))
        assert _is_harmless(await browser.client.get("/projects", params={"page": ""}))


async def test_metadata_of_certificates(standing_face: Face) -> None:
    metadata = [MetadataEntry(key="note", value=EVIL)]
    known = await issued(standing_face, "evil.example.com", metadata=metadata)
    async with browsing(standing_face) as browser:
        assert _is_harmless(await browser.get(f"/certificates/{known.id}"))


@pytest.mark.parametrize(
    ("room", "key"),
    [
        ("/certificates", "q"),
        ("/certificates", "metadata"),
        ("/certificates", "expires"),
        ("/certificate-requests", "name"),
    ],
)
async def test_what_a_query_says(standing_face: Face, room: str, key: str) -> None:
    """It is shown in the filters again, and in what is wrong with them."""
    async with browsing(standing_face) as browser:
        answer = await browser.get(room, **{key: EVIL})
        if answer.status_code == 400:
            assert "<script src=/x" not in answer.text
            return
        assert _is_harmless(answer)


async def test_where_to_go_on(standing_face: Face) -> None:
    """Neither in the form of the sign-in page nor in the page that goes on by itself."""
    async with standing_face.client() as client:
        assert _is_harmless(await client.get("/sign-in", params={"next": f"/{EVIL}"}))
        foreign = {"sec-fetch-site": "cross-site"}
        answer = await client.get("/projects", params={"name": EVIL}, headers=foreign)
        assert "<script src=/x" not in answer.text
