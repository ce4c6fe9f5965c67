"""The list of projects, and creating one."""

from __future__ import annotations

import re

from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_whoever_has_one_project_is_taken_there(standing_face: Face) -> None:
    live = standing_face.live
    project = await live.project("the-only")
    async with standing_face.signed_in(await live.token("only", roles={project: "OPERATOR"})) as client:
        assert (await client.get("/")).headers["location"] == f"/projects/{project}"
        html = (await client.get("/projects")).text
    assert f'href="/projects/{project}"' in html
    assert "<li>Operator</li>" in html


async def test_a_project_is_created_once(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = (await client.get("/projects/new")).text
        hidden = dict(re.findall(r'name="(csrf|request_id)" value="([^"]+)"', form))
        given = {**hidden, "slug": "made-here", "name": "Made <here>", "description": ""}
        first, again = [await client.post("/projects", data=given) for _ in range(2)]
        assert first.status_code == 303
        assert first.headers["location"] == again.headers["location"]
        assert "Made &lt;here&gt;" in (await client.get(first.headers["location"])).text


async def test_what_is_wrong_stands_beside_its_field(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = (await client.get("/projects/new")).text
        hidden = dict(re.findall(r'name="(csrf|request_id)" value="([^"]+)"', form))
        given = {**hidden, "slug": "Not Good", "name": "kept", "description": "x" * 1025}
        answer = await client.post("/projects", data=given)
    assert answer.status_code == 422
    assert 'href="#field-slug"' in answer.text
    assert 'id="field-slug-error"' in answer.text
    assert 'id="field-description-error"' in answer.text
    assert 'value="kept"' in answer.text


async def test_a_name_that_is_taken_is_told(standing_face: Face) -> None:
    await standing_face.live.project("taken-already")
    async with standing_face.signed_in() as client:
        form = (await client.get("/projects/new")).text
        hidden = dict(re.findall(r'name="(csrf|request_id)" value="([^"]+)"', form))
        answer = await client.post("/projects", data={**hidden, "slug": "taken-already"})
    assert answer.status_code == 422
    assert "taken-already" in answer.text
