from __future__ import annotations

import pytest

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as messages
from server.ra.access.roles import EVERYONE, GRANTS, OVER_ONESELF, PERMISSIONS, Role
from tests.identities.actors import ABSENT, PERSON, Stage


async def whoami(stage: Stage, token: str | None = None, project_id: str = "") -> messages.WhoAmIResponse:
    request = messages.WhoAmIRequest(project_id=project_id)
    answer: messages.WhoAmIResponse = await stage.live.call(stage.access.WhoAmI, request, token=token)
    return answer


async def test_a_caller_learns_who_it_is(stage: Stage) -> None:
    """The identity, the token of the call with its end, and the roles by project."""
    away = await stage.live.project("away")
    actor = await stage.actor(("ADMIN", stage.home), ("VIEWER", away), kind=PERSON)
    me = await whoami(stage, actor.token)
    assert (me.identity.id, me.identity.kind) == (actor.id, PERSON)
    assert me.access_token.id == actor.token_id
    assert me.access_token.HasField("expires_at")
    held = {(role.project_id, access_pb2.Role.Name(role.role)) for role in me.role_bindings}
    assert held == {(stage.home, "ROLE_ADMIN"), (away, "ROLE_VIEWER")}


async def test_roles_that_are_gone_are_not_told(stage: Stage) -> None:
    actor = await stage.actor()
    id_ = await stage.bind(actor.id, "VIEWER", stage.home)
    await stage.live.call(stage.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=id_))
    assert not (await whoami(stage, actor.token)).role_bindings


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_permissions_are_those_of_the_project_that_is_named(sqlite_stage: Stage, role: str) -> None:
    """Sorted; without a project, those that need none."""
    stage = sqlite_stage
    actor = await stage.actor((role, stage.home))
    everywhere = EVERYONE | OVER_ONESELF
    assert list((await whoami(stage, actor.token)).permissions) == sorted(everywhere)
    here = (await whoami(stage, actor.token, stage.home)).permissions
    assert list(here) == sorted(everywhere | GRANTS[Role[role]].keys())


async def test_an_owner_may_do_everything(sqlite_stage: Stage) -> None:
    for project_id in ("", sqlite_stage.home):
        assert list((await whoami(sqlite_stage, None, project_id)).permissions) == sorted(PERMISSIONS)


async def test_a_project_that_is_not_to_be_seen_is_not_found(stage: Stage) -> None:
    """An absent one is told alike, to an owner too."""
    away, actor = await stage.live.project("away"), await stage.actor(("ADMIN", stage.home))
    for project_id, token in ((away, actor.token), (ABSENT, actor.token), (ABSENT, None)):
        request = messages.WhoAmIRequest(project_id=project_id)
        assert await stage.code(stage.access.WhoAmI, request, token=token) == "NOT_FOUND"
