from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as messages
from tests.identities.actors import ABSENT, Stage, binding

ROLES = ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"]


async def bindings(stage: Stage, token: str | None = None, **query: Any) -> list[str]:
    request = messages.ListRoleBindingsRequest(**query)
    answer = await stage.live.call(stage.access.ListRoleBindings, request, token=token)
    return [listed.id for listed in answer.role_bindings]


@pytest.mark.parametrize("role", ROLES)
async def test_a_binding_is_read_as_it_was_made(stage: Stage, role: str) -> None:
    id_ = await stage.identity()
    made = await stage.live.call(stage.access.CreateRoleBinding, binding(id_, role, stage.home))
    told = made.role_binding
    assert (told.identity_id, told.project_id) == (id_, stage.home)
    assert access_pb2.Role.Name(told.role) == f"ROLE_{role}"
    read = await stage.live.call(stage.access.GetRoleBinding, messages.GetRoleBindingRequest(id=told.id))
    assert read.role_binding == told


async def test_a_role_counts_from_its_binding_on_and_ends_with_it(stage: Stage) -> None:
    """For a token that was in use before, and so is cached."""
    actor = await stage.actor()
    request = messages.ListRoleBindingsRequest(project_id=stage.home)
    listing = stage.access.ListRoleBindings
    assert await stage.code(listing, request, token=actor.token) == "PERMISSION_DENIED"
    id_ = await stage.bind(actor.id, "ADMIN", stage.home)
    await stage.live.call(listing, request, token=actor.token)
    await stage.live.call(stage.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=id_))
    assert await stage.code(listing, request, token=actor.token) == "PERMISSION_DENIED"


async def test_a_role_is_held_once_and_can_be_given_again(stage: Stage) -> None:
    id_ = await stage.identity()
    first = await stage.bind(id_, "VIEWER", stage.home)
    failure = await stage.live.refused(stage.access.CreateRoleBinding, binding(id_, "VIEWER", stage.home))
    assert failure.code.name == "ALREADY_EXISTS"
    assert failure.details["ResourceInfo"].resource_name == first
    await stage.live.call(stage.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=first))
    assert await stage.bind(id_, "VIEWER", stage.home) != first


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER"])
async def test_an_admin_gives_and_takes_roles_of_its_project(stage: Stage, role: str) -> None:
    admin, id_ = await stage.actor(("ADMIN", stage.home)), await stage.identity()
    given = await stage.bind(id_, role, stage.home, by=admin.token)
    revoke = messages.RevokeRoleBindingRequest(id=given)
    answer = await stage.live.call(stage.access.RevokeRoleBinding, revoke, token=admin.token)
    assert answer.role_binding.HasField("revoked_at")
    assert answer.role_binding.created_by_identity_id == admin.id


@pytest.mark.parametrize(
    ("role", "place", "code"),
    [
        ("OWNER", "", "PERMISSION_DENIED"),
        ("AUDITOR", "home", "PERMISSION_DENIED"),
        ("ADMIN", "away", "NOT_FOUND"),
        ("VIEWER", "away", "NOT_FOUND"),
        ("VIEWER", "absent", "NOT_FOUND"),
    ],
)
@pytest.mark.parametrize("to", ["itself", "another"])
async def test_23_lemur_nobody_gives_what_it_has_not(
    stage: Stage, role: str, place: str, code: str, to: str
) -> None:
    """Neither to others nor to itself, which would be the shorter way."""
    away = await stage.live.project("away")
    admin = await stage.actor(("ADMIN", stage.home))
    id_ = admin.id if to == "itself" else await stage.identity()
    project_id = {"home": stage.home, "away": away, "absent": ABSENT, "": ""}[place]
    request = binding(id_, role, project_id)
    assert await stage.code(stage.access.CreateRoleBinding, request, token=admin.token) == code
    assert await bindings(stage, identity_id=id_) == await bindings(
        stage, identity_id=id_, include_revoked=True
    )
    assert len(await bindings(stage, identity_id=id_)) == (to == "itself")


@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_23_lemur_no_other_role_gives_any(sqlite_stage: Stage, role: str) -> None:
    stage = sqlite_stage
    actor = await stage.actor((role, stage.home))
    for given in (role, "REQUESTER"):
        request = binding(actor.id, given, stage.home)
        code = await stage.code(stage.access.CreateRoleBinding, request, token=actor.token)
        assert code == "PERMISSION_DENIED"


async def test_an_admin_takes_no_role_that_it_could_not_give(stage: Stage) -> None:
    """The auditor who watches over it stays."""
    admin, auditor = await stage.actor(("ADMIN", stage.home)), await stage.identity()
    id_ = await stage.bind(auditor, "AUDITOR", stage.home)
    request = messages.RevokeRoleBindingRequest(id=id_)
    code = await stage.code(stage.access.RevokeRoleBinding, request, token=admin.token)
    assert code == "PERMISSION_DENIED"
    assert await bindings(stage, identity_id=auditor) == [id_]


async def test_bindings_of_other_projects_and_owners_are_hidden(stage: Stage) -> None:
    away = await stage.live.project("away")
    admin, id_ = await stage.actor(("ADMIN", stage.home)), await stage.identity()
    hidden = [await stage.bind(id_, "VIEWER", away), await stage.bind(id_, "OWNER"), ABSENT]
    for each in hidden:
        for method, asked in (
            (stage.access.GetRoleBinding, messages.GetRoleBindingRequest(id=each)),
            (stage.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=each)),
        ):
            assert await stage.code(method, asked, token=admin.token) == "NOT_FOUND"
    listing = stage.access.ListRoleBindings
    request = messages.ListRoleBindingsRequest(project_id=away)
    assert await stage.code(listing, request, token=admin.token) == "NOT_FOUND"


@pytest.mark.parametrize("role", ["ADMIN", "AUDITOR"])
async def test_a_list_shows_the_bindings_of_the_callers_projects(stage: Stage, role: str) -> None:
    """And to an owner all there are, the owner's own among them."""
    away = await stage.live.project("away")
    id_ = await stage.identity()
    here, there = await stage.bind(id_, "VIEWER", stage.home), await stage.bind(id_, "VIEWER", away)
    actor = await stage.actor((role, stage.home))
    own = (await bindings(stage, identity_id=actor.id))[0]
    assert await bindings(stage, actor.token) == [own, here]
    everybodys = await bindings(stage)
    assert everybodys[:3] == [own, there, here]
    assert len(everybodys) == 4


async def test_a_list_is_filtered(stage: Stage) -> None:
    first, second = await stage.identity(), await stage.identity()
    viewer = await stage.bind(first, "VIEWER", stage.home)
    operator = await stage.bind(first, "OPERATOR", stage.home)
    other = await stage.bind(second, "VIEWER", stage.home)
    gone = await stage.bind(second, "OPERATOR", stage.home)
    await stage.live.call(stage.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=gone))
    assert await bindings(stage, identity_id=first) == [operator, viewer]
    assert await bindings(stage, project_id=stage.home) == [other, operator, viewer]
    assert await bindings(stage, role=access_pb2.ROLE_VIEWER) == [other, viewer]
    found = await bindings(stage, role=access_pb2.ROLE_OPERATOR, include_revoked=True)
    assert found == [gone, operator]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"identity_id": ABSENT}, "identity_id"),
        ({"project_id": ABSENT}, "project_id"),
        ({"profile_id": ABSENT}, "profile_id"),
    ],
)
async def test_what_is_absent_is_named(stage: Stage, fields: dict[str, str], field: str) -> None:
    """To an owner, too, and with nothing left behind."""
    request = binding(await stage.identity(), "VIEWER", stage.home)
    for name, value in fields.items():
        setattr(request, name, value)
    failure = await stage.live.refused(stage.access.CreateRoleBinding, request)
    assert (failure.code.name, set(failure.fields)) == ("NOT_FOUND", {field})


@pytest.mark.parametrize(
    "strange",
    [
        {"role": 0, "project_id": ABSENT},
        {"role": 7, "project_id": ABSENT},
        {"role": 255, "project_id": ABSENT},
        {"role": 1, "project_id": ABSENT},
        {"role": 5, "project_id": ""},
        {"role": 1, "profile_id": ABSENT},
    ],
    ids=str,
)
async def test_02_step_ca_an_unknown_or_misplaced_role_is_refused(
    sqlite_stage: Stage, strange: dict[str, Any]
) -> None:
    """Unknown numbers, an owner with a project or a profile, and any other role without one."""
    id_ = await sqlite_stage.identity()
    request = messages.CreateRoleBindingRequest(identity_id=id_, **strange)
    code = await sqlite_stage.code(sqlite_stage.access.CreateRoleBinding, request)
    assert code == "INVALID_ARGUMENT"


async def test_changes_are_audited_in_their_project(stage: Stage) -> None:
    admin, id_ = await stage.actor(("ADMIN", stage.home)), await stage.identity()
    given = await stage.bind(id_, "VIEWER", stage.home, by=admin.token)
    revoke = messages.RevokeRoleBindingRequest(id=given)
    for _ in range(2):
        await stage.live.call(stage.access.RevokeRoleBinding, revoke, token=admin.token)
    for action in ("roleBindings.create", "roleBindings.revoke"):
        rows = [row for row in await stage.audited(action) if row.object_id == id_]
        assert [(row.project_id, row.identity_id) for row in rows] == [(stage.home, admin.id)]
        assert rows[0].details == {"role": "VIEWER", "role_binding_id": given}
