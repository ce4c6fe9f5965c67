from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1 import project_pb2
from certmanager.v1 import project_service_pb2 as messages
from server.ids import new_id
from tests.identities.actors import ABSENT, Stage


async def create(stage: Stage, slug: str, **fields: str) -> project_pb2.Project:
    request = messages.CreateProjectRequest(slug=slug, **fields)
    made: project_pb2.Project = (await stage.live.call(stage.projects.CreateProject, request)).project
    return made


async def update(stage: Stage, project: project_pb2.Project, *paths: str, token: str | None = None) -> Any:
    request = messages.UpdateProjectRequest(project=project, update_mask=FieldMask(paths=paths))
    answer = await stage.live.call(stage.projects.UpdateProject, request, token=token)
    return answer.project


async def test_a_project_is_read_as_it_was_made(stage: Stage) -> None:
    """By id and by slug, with the etag that an update takes."""
    made = await create(stage, "web", name="Web", description="of the web")
    assert (made.slug, made.name, made.description) == ("web", "Web", "of the web")
    for key in ({"id": made.id}, {"slug": "web"}):
        request = messages.GetProjectRequest(**key)
        assert (await stage.live.call(stage.projects.GetProject, request)).project == made


async def test_a_project_without_a_name_is_called_by_its_slug(sqlite_stage: Stage) -> None:
    assert (await create(sqlite_stage, "web")).name == "web"


async def test_a_taken_slug_names_its_holder(stage: Stage) -> None:
    made = await create(stage, "web")
    request = messages.CreateProjectRequest(slug="web")
    failure = await stage.live.refused(stage.projects.CreateProject, request)
    assert (failure.code.name, failure.reason) == ("ALREADY_EXISTS", "SLUG_TAKEN")
    assert failure.details["ResourceInfo"].resource_name == made.id


async def test_nobody_but_an_owner_makes_a_project(sqlite_stage: Stage) -> None:
    admin = await sqlite_stage.actor(("ADMIN", sqlite_stage.home))
    request = messages.CreateProjectRequest(slug="web")
    code = await sqlite_stage.code(sqlite_stage.projects.CreateProject, request, token=admin.token)
    assert code == "PERMISSION_DENIED"


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_a_list_shows_only_the_callers_projects(stage: Stage, role: str) -> None:
    mine = await create(stage, "mine")
    await create(stage, "not-mine")
    actor = await stage.actor((role, mine.id))
    answer = await stage.live.call(
        stage.projects.ListProjects, messages.ListProjectsRequest(), token=actor.token
    )
    assert [project.slug for project in answer.projects] == ["mine"]


async def test_a_project_of_others_is_told_like_an_absent_one(stage: Stage) -> None:
    other = await create(stage, "other")
    actor = await stage.actor(("ADMIN", stage.home))
    for key in ({"id": other.id}, {"id": ABSENT}, {"slug": "other"}, {"slug": "absent"}):
        request = messages.GetProjectRequest(**key)
        failure = await stage.live.refused(stage.projects.GetProject, request, token=actor.token)
        assert (failure.code.name, failure.reason) == ("NOT_FOUND", "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("web", {"web"}),
        ("web*", {"web", "web-eu"}),
        ("*eu", {"web-eu"}),
        ("*eb*", {"web", "web-eu"}),
        ("w_b", set()),
        ("%", set()),
        ("' or 1=1 --", set()),
        ("*)(uid=*", set()),
    ],
)
async def test_a_list_is_filtered_by_slug(stage: Stage, pattern: str, found: set[str]) -> None:
    """Only ``*`` at an end means anything; no other sign of any query language does."""
    for slug in ("web", "web-eu"):
        await create(stage, slug)
    request = messages.ListProjectsRequest(name=pattern)
    answer = await stage.live.call(stage.projects.ListProjects, request)
    assert {project.slug for project in answer.projects} == found


async def test_pages_are_stable_while_projects_are_added(stage: Stage) -> None:
    """Newest first; what was there at the first page is told once, and what is added later not at all."""
    slugs = [(await create(stage, f"p{n}")).slug for n in range(5)]
    told, token = [], ""
    while True:
        request = messages.ListProjectsRequest(page_size=2, page_token=token, name="p*")
        answer = await stage.live.call(stage.projects.ListProjects, request)
        told += [project.slug for project in answer.projects]
        token = answer.next_page_token
        if not token:
            break
        await create(stage, f"p-{new_id()}"[:63])
    assert told == slugs[::-1]


async def test_a_page_token_of_another_query_is_refused(sqlite_stage: Stage) -> None:
    for n in range(3):
        await create(sqlite_stage, f"p{n}")
    listing = sqlite_stage.projects.ListProjects
    first = await sqlite_stage.live.call(listing, messages.ListProjectsRequest(page_size=1))
    other = messages.ListProjectsRequest(page_size=1, page_token=first.next_page_token, name="p*")
    assert (await sqlite_stage.live.refused(listing, other)).reason == "PAGE_TOKEN_INVALID"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ((), ("New", "old words")),
        (("name",), ("New", "old words")),
        (("description",), ("Old", "")),
        (("name", "description"), ("New", "")),
        (("*",), ("New", "")),
    ],
)
async def test_an_update_changes_what_its_mask_names(
    stage: Stage, paths: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Without a mask, what is set; what the mask names and the request leaves unset is cleared."""
    made = await create(stage, "web", name="Old", description="old words")
    changed = await update(stage, project_pb2.Project(id=made.id, name="New"), *paths)
    assert (changed.name, changed.description) == expected
    assert changed.etag != made.etag
    read = await stage.live.call(stage.projects.GetProject, messages.GetProjectRequest(id=made.id))
    assert read.project == changed


async def test_a_cleared_name_is_the_slug_again(sqlite_stage: Stage) -> None:
    made = await create(sqlite_stage, "web", name="Web")
    assert (await update(sqlite_stage, project_pb2.Project(id=made.id), "name")).name == "web"


@pytest.mark.parametrize(
    ("fields", "paths"),
    [({"slug": "new"}, ()), ({"slug": "new"}, ("slug",)), ({}, ("id",)), ({}, ("etag",)), ({}, ("colour",))],
)
async def test_what_never_changes_is_refused(
    sqlite_stage: Stage, fields: dict[str, Any], paths: tuple[str, ...]
) -> None:
    made = await create(sqlite_stage, "web")
    wanted = project_pb2.Project(id=made.id, **fields)
    request = messages.UpdateProjectRequest(project=wanted, update_mask=FieldMask(paths=paths))
    failure = await sqlite_stage.live.refused(sqlite_stage.projects.UpdateProject, request)
    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert set(failure.fields) == ({"update_mask"} if paths else {"project.slug"})


async def test_a_stale_etag_is_refused_with_the_present_one(stage: Stage) -> None:
    made = await create(stage, "web")
    now = await update(stage, project_pb2.Project(id=made.id, name="New", etag=made.etag))
    late = project_pb2.Project(id=made.id, name="Late", etag=made.etag)
    failure = await stage.live.refused(
        stage.projects.UpdateProject, messages.UpdateProjectRequest(project=late)
    )
    assert (failure.code.name, failure.reason) == ("ABORTED", "VERSION_MISMATCH")
    assert failure.metadata["etag"] == now.etag


@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_only_an_admin_changes_a_project(sqlite_stage: Stage, role: str) -> None:
    stage = sqlite_stage
    actor = await stage.actor((role, stage.home))
    request = messages.UpdateProjectRequest(project=project_pb2.Project(id=stage.home, name="Mine"))
    assert await stage.code(stage.projects.UpdateProject, request, token=actor.token) == "PERMISSION_DENIED"


async def test_an_admin_changes_its_project_and_no_other(stage: Stage) -> None:
    other = await create(stage, "other")
    admin = await stage.actor(("ADMIN", stage.home))
    changed = await update(stage, project_pb2.Project(id=stage.home, name="Mine"), token=admin.token)
    assert changed.name == "Mine"
    request = messages.UpdateProjectRequest(project=project_pb2.Project(id=other.id, name="Mine"))
    assert await stage.code(stage.projects.UpdateProject, request, token=admin.token) == "NOT_FOUND"


async def test_changes_are_audited_and_nothing_else_is(stage: Stage) -> None:
    """One row for the creation and one for the change, in the project; none for an update of nothing."""
    made = await create(stage, "web")
    await update(stage, project_pb2.Project(id=made.id, name="web"))
    await update(stage, project_pb2.Project(id=made.id, name="New"))
    rows = [*await stage.audited("projects.create"), *await stage.audited("projects.update")]
    assert [(row.project_id, row.object_id) for row in rows] == [(made.id, made.id)] * 2


@pytest.mark.parametrize("field", ["name", "description"])
async def test_a_nul_is_refused_by_name(stage: Stage, field: str) -> None:
    """PostgreSQL has no place for it, and SQLite would differ."""
    request = messages.CreateProjectRequest(slug="web", **{field: "a\0b"})
    failure = await stage.live.refused(stage.projects.CreateProject, request)
    assert failure.fields == {field: "NUL_CHARACTER"}
