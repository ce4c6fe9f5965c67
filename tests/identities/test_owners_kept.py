from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as messages
from server.ra.access.tokens import hash_token
from server.store.records import ObjectKind, TokenRecord
from server.store.unit import Change, Unit, Update
from tests.identities.actors import PERSON, Stage


async def first_owner(stage: Stage) -> tuple[str, str, str]:
    """The ids of the first owner, its token, and its role."""
    me = await stage.live.call(stage.access.WhoAmI, messages.WhoAmIRequest())
    return me.identity.id, me.access_token.id, me.role_bindings[0].id


async def ways_out(stage: Stage) -> dict[str, tuple[Any, Any]]:
    """All the ways in which the first owner can lose its hold."""
    identity_id, token_id, binding_id = await first_owner(stage)
    access = stage.access
    return {
        "token": (access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=token_id)),
        "identity": (access.RevokeIdentity, messages.RevokeIdentityRequest(id=identity_id)),
        "role": (access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=binding_id)),
    }


WAYS = ["token", "identity", "role"]


async def test_the_first_owner_holds_the_role_and_a_token_without_an_end(stage: Stage) -> None:
    me = await stage.live.call(stage.access.WhoAmI, messages.WhoAmIRequest())
    assert [held.role for held in me.role_bindings] == [access_pb2.ROLE_OWNER]
    assert not me.access_token.HasField("expires_at")
    assert me.access_token.prefix == stage.live.owner[:11]


@pytest.mark.parametrize("way", WAYS)
async def test_the_only_owner_stays(stage: Stage, way: str) -> None:
    method, request = (await ways_out(stage))[way]
    failure = await stage.live.refused(method, request)
    assert (failure.code.name, failure.reason) == ("FAILED_PRECONDITION", "STATE_CONFLICT")
    assert await stage.works(stage.live.owner)


@pytest.mark.parametrize("way", WAYS)
async def test_another_owner_without_a_working_token_is_none(stage: Stage, way: str) -> None:
    """One who has none, whose token is revoked, whose token is over, and who was an owner once."""
    method, request = (await ways_out(stage))[way]
    await stage.bind(await stage.identity(PERSON), "OWNER")
    revoked = await stage.actor(("OWNER", ""))
    revoke = messages.RevokeAccessTokenRequest(id=revoked.token_id)
    await stage.live.call(stage.access.RevokeAccessToken, revoke)
    late = await stage.live.token("late", lifetime=timedelta(seconds=-1))
    record = await stage.live.app.store.get(TokenRecord, hash=hash_token(late))
    assert record is not None
    await stage.bind(record.identity_id, "OWNER")
    once = await stage.actor()
    role = messages.RevokeRoleBindingRequest(id=await stage.bind(once.id, "OWNER"))
    await stage.live.call(stage.access.RevokeRoleBinding, role)
    assert await stage.code(method, request) == "FAILED_PRECONDITION"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("days", "counts"), [(6, False), (8, True)])
async def test_a_token_that_ends_within_a_week_does_not_count(
    sqlite_stage: Stage, way: str, days: int, *, counts: bool
) -> None:
    """A server whose last owner's token ends tomorrow is one without an owner the day after."""
    stage = sqlite_stage
    method, request = (await ways_out(stage))[way]
    id_ = await stage.identity(PERSON)
    await stage.bind(id_, "OWNER")
    made = await stage.secret(id_, lifetime=Duration(seconds=days * 86_400))
    call = method(request, metadata=stage.live.auth(made.secret), timeout=60)
    assert (await call.code()).name == ("OK" if counts else "FAILED_PRECONDITION")


@pytest.mark.parametrize("way", ["token", "identity"])
async def test_who_becomes_an_owner_meanwhile_is_counted(stage: Stage, way: str) -> None:
    """No owner when its revocation began, the only one when it was stored: then it stays."""
    target = await stage.actor(("VIEWER", stage.home))
    first, _, _ = await first_owner(stage)
    ways: dict[str, tuple[Any, Any]] = {
        "token": (stage.access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=target.token_id)),
        "identity": (stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=target.id)),
    }
    store = stage.live.app.store
    commit, due = store.commit, [True]

    async def overtaken(unit: Unit) -> int:
        while due:
            due.pop()
            await stage.bind(target.id, "OWNER")
            gone = messages.RevokeIdentityRequest(id=first)
            await stage.live.call(stage.access.RevokeIdentity, gone, token=target.token)
        return await commit(unit)

    store.commit = overtaken  # type: ignore[method-assign]
    method, request = ways[way]
    assert await stage.code(method, request) == "FAILED_PRECONDITION"
    assert await stage.works(target.token)


@pytest.mark.parametrize("way", WAYS)
async def test_the_first_owner_can_go_when_there_is_another(stage: Stage, way: str) -> None:
    method, request = (await ways_out(stage))[way]
    other = await stage.actor(("OWNER", ""), kind=PERSON)
    await stage.live.call(method, request, token=other.token)
    listing = messages.ListIdentitiesRequest()
    assert await stage.works(stage.live.owner) == (way == "role")
    expected = "PERMISSION_DENIED" if way == "role" else "UNAUTHENTICATED"
    assert await stage.code(stage.access.ListIdentities, listing) == expected


async def test_a_second_token_of_the_only_owner_frees_not_the_first(stage: Stage) -> None:
    """The token without an end goes when there is another owner, and no sooner."""
    identity_id, token_id, _ = await first_owner(stage)
    second = await stage.secret(identity_id)
    request = messages.RevokeAccessTokenRequest(id=token_id)
    code = await stage.code(stage.access.RevokeAccessToken, request, token=second.secret)
    assert code == "FAILED_PRECONDITION"


async def test_an_owners_further_token_can_go(stage: Stage) -> None:
    identity_id, _, _ = await first_owner(stage)
    second = await stage.secret(identity_id)
    request = messages.RevokeAccessTokenRequest(id=second.access_token.id)
    await stage.live.call(stage.access.RevokeAccessToken, request)
    assert not await stage.works(second.secret)


async def test_two_owners_who_revoke_each_other_leave_one(stage: Stage) -> None:
    """Both find the other still there; the store lets one of them through."""
    first, _, _ = await first_owner(stage)
    other = await stage.actor(("OWNER", ""), kind=PERSON)
    pairs = ((stage.live.owner, other.id), (other.token, first))
    await asyncio.gather(
        *(
            stage.live.call(stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=id_), token=token)
            for token, id_ in pairs
        ),
        return_exceptions=True,
    )
    assert await stage.works(stage.live.owner) != await stage.works(other.token)


async def test_the_last_working_token_is_guarded_at_the_commit(stage: Stage) -> None:
    """An owner's role that goes in the moment after it was counted on does not count."""
    other = await stage.actor(("OWNER", ""), kind=PERSON)
    method, request = (await ways_out(stage))["identity"]
    gone = Update(TokenRecord, {"id": other.token_id}, {"revoked_at": stage.live.clock()})
    store = stage.live.app.store
    commit, units = store.commit, [Unit((gone,), (Change(ObjectKind.IDENTITY, other.id),))]

    async def overtaken(unit: Unit) -> int:
        while units:
            await commit(units.pop())
        return await commit(unit)

    store.commit = overtaken  # type: ignore[method-assign]
    assert await stage.code(method, request) == "FAILED_PRECONDITION"
    assert await stage.works(stage.live.owner)
