"""Who makes access tokens: nobody through a role, for a token outlives the role that it was made through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1 import project_service_pb2 as projects
from server.ids import new_id
from server.ra.access import access_tokens
from server.store.records import TokenRecord
from server.store.unit import Insert, Unit
from tests.identities.actors import ABSENT, Stage, binding


async def test_an_admin_plants_no_token_in_a_service_of_another_project(stage: Stage) -> None:
    """Bound in A for a moment, the service gets a role in B later: A's admin is not there with it.

    What the admin can do through the moment is bind and unbind; the identity has no token of its making.
    """
    away = await stage.live.project("away")
    admin, service = await stage.actor(("ADMIN", stage.home)), await stage.identity()
    bound = await stage.bind(service, "VIEWER", stage.home, by=admin.token)
    create = messages.CreateAccessTokenRequest(identity_id=service)
    failure = await stage.live.refused(stage.access.CreateAccessToken, create, token=admin.token)
    assert (failure.code.name, failure.metadata["permission"]) == ("PERMISSION_DENIED", "accessTokens.create")
    revoke = messages.RevokeRoleBindingRequest(id=bound)
    await stage.live.call(stage.access.RevokeRoleBinding, revoke, token=admin.token)
    await stage.bind(service, "ADMIN", away)
    assert await stage.live.app.store.list(TokenRecord, identity_id=service) == []
    get = projects.GetProjectRequest(id=away)
    assert await stage.code(stage.projects.GetProject, get, token=admin.token) == "NOT_FOUND"


async def test_a_service_gives_itself_a_token_and_nobody_else_one(stage: Stage) -> None:
    """An admin among them: it is an identity like any other here."""
    admin, service = await stage.actor(("ADMIN", stage.home)), await stage.actor(("REQUESTER", stage.home))
    made = await stage.secret(service.id, by=service.token)
    assert await stage.works(made.secret)
    assert await stage.works((await stage.secret(admin.id, by=admin.token)).secret)
    request = messages.CreateAccessTokenRequest(identity_id=admin.id)
    code = await stage.code(stage.access.CreateAccessToken, request, token=service.token)
    assert code == "PERMISSION_DENIED"


async def test_everybody_is_told_to_make_tokens_for_oneself(sqlite_stage: Stage) -> None:
    """WhoAmI names the permission that every identity has over itself, in a project and without one."""
    viewer = await sqlite_stage.actor(("VIEWER", sqlite_stage.home))
    for project_id in ("", sqlite_stage.home):
        request = messages.WhoAmIRequest(project_id=project_id)
        me = await sqlite_stage.live.call(sqlite_stage.access.WhoAmI, request, token=viewer.token)
        assert "accessTokens.create" in me.permissions


async def _full(stage: Stage, identity_id: str, count: int, **fields: Any) -> None:
    """Give an identity so many tokens that nobody holds."""
    now = stage.live.clock()
    fields = {"expires_at": now + timedelta(days=1), **fields}
    made = (
        TokenRecord(
            id=new_id(), identity_id=identity_id, name="", hash=new_id().encode(), created_at=now, **fields
        )
        for _ in range(count)
    )
    await stage.live.app.store.commit(Unit(tuple(map(Insert, made))))


async def test_an_identity_has_a_thousand_tokens_at_most(stage: Stage) -> None:
    """Then it is told which limit is reached; one that goes makes room again."""
    id_ = await stage.identity()
    await _full(stage, id_, access_tokens.MOST - 1)
    last = await stage.secret(id_)
    request = messages.CreateAccessTokenRequest(identity_id=id_)
    failure = await stage.live.refused(stage.access.CreateAccessToken, request)
    assert (failure.code.name, failure.reason) == ("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    (quota,) = failure.details["QuotaFailure"].violations
    assert (quota.subject, failure.metadata["limit"]) == (id_, "1000")
    revoke = messages.RevokeAccessTokenRequest(id=last.access_token.id)
    await stage.live.call(stage.access.RevokeAccessToken, revoke)
    assert await stage.works((await stage.secret(id_)).secret)


async def test_tokens_that_ended_do_not_count(sqlite_stage: Stage) -> None:
    stage, id_ = sqlite_stage, await sqlite_stage.identity()
    past = stage.live.clock() - timedelta(days=1)
    await _full(stage, id_, access_tokens.MOST, expires_at=past)
    await _full(stage, id_, access_tokens.MOST, revoked_at=past)
    assert await stage.works((await stage.secret(id_)).secret)


async def test_the_limit_holds_at_the_commit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who counts before another's token is stored is stopped by the store, and counts again."""
    monkeypatch.setattr(access_tokens, "MOST", 3)
    id_ = await stage.identity()
    await _full(stage, id_, 2)
    store = stage.live.app.store
    commit, due = store.commit, [1]

    async def overtaken(unit: Unit) -> int:
        while due:
            await _full(stage, id_, due.pop())
        return await commit(unit)

    store.commit = overtaken  # type: ignore[method-assign]
    request = messages.CreateAccessTokenRequest(identity_id=id_)
    assert await stage.code(stage.access.CreateAccessToken, request) == "RESOURCE_EXHAUSTED"
    assert await store.count(TokenRecord, limit=10, identity_id=id_) == 3


async def test_identities_of_an_absent_project_are_not_found(stage: Stage) -> None:
    """Not an empty list, which would say that nobody has a role there."""
    request = messages.ListIdentitiesRequest(project_id=ABSENT)
    failure = await stage.live.refused(stage.access.ListIdentities, request)
    assert (failure.code.name, failure.fields) == ("NOT_FOUND", {"project_id": "RESOURCE_NOT_FOUND"})


async def test_identities_of_a_project_are_listed(stage: Stage) -> None:
    """Those with a role there, by their names too."""
    away = await stage.live.project("away")
    ids = [await stage.identity(name=f"robot-{n}") for n in range(3)]
    for id_ in ids[:2]:
        await stage.live.call(stage.access.CreateRoleBinding, binding(id_, "VIEWER", away))
    for name, expected in (("", [ids[1], ids[0]]), ("robot-*", [ids[1], ids[0]]), ("robot-1", [ids[1]])):
        request = messages.ListIdentitiesRequest(project_id=away, name=name)
        answer = await stage.live.call(stage.access.ListIdentities, request)
        assert [each.id for each in answer.identities] == expected
