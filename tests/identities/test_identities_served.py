from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import access_service_pb2 as messages
from tests.identities.actors import ABSENT, PERSON, SERVICE, Stage, binding


async def test_an_identity_is_read_as_it_was_made(stage: Stage) -> None:
    request = messages.CreateIdentityRequest(name="ada@example.com", kind=PERSON, description="the first")
    made = (await stage.live.call(stage.access.CreateIdentity, request)).identity
    assert (made.name, made.kind, made.description) == ("ada@example.com", PERSON, "the first")
    read = await stage.live.call(stage.access.GetIdentity, messages.GetIdentityRequest(id=made.id))
    assert read.identity == made


async def test_a_taken_name_names_its_holder(stage: Stage) -> None:
    holder = await stage.identity(name="ci")
    request = messages.CreateIdentityRequest(name="ci", kind=SERVICE)
    failure = await stage.live.refused(stage.access.CreateIdentity, request)
    assert failure.code.name == "ALREADY_EXISTS"
    assert failure.details["ResourceInfo"].resource_name == holder


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_identities_are_an_owners_affair(sqlite_stage: Stage, role: str) -> None:
    stage = sqlite_stage
    actor = await stage.actor((role, stage.home))
    calls = [
        (stage.access.CreateIdentity, messages.CreateIdentityRequest(name="x", kind=SERVICE)),
        (stage.access.GetIdentity, messages.GetIdentityRequest(id=actor.id)),
        (stage.access.ListIdentities, messages.ListIdentitiesRequest()),
        (stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=actor.id)),
    ]
    for method, request in calls:
        assert await stage.code(method, request, token=actor.token) == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "ada"}, {"ada"}),
        ({"name": "a*"}, {"ada", "alan"}),
        ({"name": "*n"}, {"alan"}),
        ({"name": "A*"}, set()),
        ({"name": "a_a"}, set()),
        ({"kind": PERSON, "name": "a*"}, {"ada"}),
        ({"kind": SERVICE, "name": "a*"}, {"alan"}),
        ({"name": "a*", "include_revoked": True}, {"ada", "alan", "ann"}),
        ({"name": "ann"}, set()),
    ],
)
async def test_a_list_is_filtered(stage: Stage, query: dict[str, Any], found: set[str]) -> None:
    """Case counts on both databases, and what is revoked is shown on demand only."""
    await stage.identity(PERSON, name="ada")
    await stage.identity(name="alan")
    revoked = await stage.identity(name="ann")
    await stage.live.call(stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=revoked))
    request = messages.ListIdentitiesRequest(**query)
    answer = await stage.live.call(stage.access.ListIdentities, request)
    assert {identity.name for identity in answer.identities} == found


async def test_a_list_of_a_project_shows_who_has_a_role_in_it_now(stage: Stage) -> None:
    here, gone = await stage.identity(), await stage.identity()
    await stage.identity()
    await stage.bind(here, "VIEWER", stage.home)
    await stage.bind(here, "REQUESTER", stage.home)
    binding_id = await stage.bind(gone, "VIEWER", stage.home)
    revoke = messages.RevokeRoleBindingRequest(id=binding_id)
    await stage.live.call(stage.access.RevokeRoleBinding, revoke)
    request = messages.ListIdentitiesRequest(project_id=stage.home)
    answer = await stage.live.call(stage.access.ListIdentities, request)
    assert [identity.id for identity in answer.identities] == [here]


async def test_revoking_an_identity_ends_its_tokens_and_roles(stage: Stage) -> None:
    """The tokens at once, also those in use; the rows of both say when."""
    live = stage.live
    actor = await stage.actor(("ADMIN", stage.home))
    second = await stage.secret(actor.id)
    assert await stage.works(actor.token)
    answer = await live.call(stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=actor.id))
    assert answer.identity.HasField("revoked_at")
    assert not await stage.works(actor.token)
    assert not await stage.works(second.secret)
    tokens = messages.ListAccessTokensRequest(identity_id=actor.id, include_ended=True)
    listed = (await live.call(stage.access.ListAccessTokens, tokens)).access_tokens
    assert [token.revoked_at for token in listed] == [answer.identity.revoked_at] * 2
    roles = messages.ListRoleBindingsRequest(identity_id=actor.id, include_revoked=True)
    bindings = (await live.call(stage.access.ListRoleBindings, roles)).role_bindings
    assert [held.revoked_at for held in bindings] == [answer.identity.revoked_at]


async def test_revoking_again_changes_nothing(stage: Stage) -> None:
    """Not the time, and there is no second audit row."""
    request = messages.RevokeIdentityRequest(id=await stage.identity())
    first = await stage.live.call(stage.access.RevokeIdentity, request)
    assert await stage.live.call(stage.access.RevokeIdentity, request) == first
    assert len(await stage.audited("identities.revoke")) == 1


@pytest.mark.parametrize("gives", ["token", "role"])
async def test_a_revoked_identity_is_given_nothing(stage: Stage, gives: str) -> None:
    id_ = await stage.identity()
    await stage.live.call(stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=id_))
    if gives == "token":
        request = messages.CreateAccessTokenRequest(identity_id=id_)
        failure = await stage.live.refused(stage.access.CreateAccessToken, request)
    else:
        role = binding(id_, "VIEWER", stage.home)
        failure = await stage.live.refused(stage.access.CreateRoleBinding, role)
    assert (failure.code.name, failure.reason) == ("FAILED_PRECONDITION", "STATE_CONFLICT")


async def test_an_absent_identity_is_not_found(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    for method, request in (
        (stage.access.GetIdentity, messages.GetIdentityRequest(id=ABSENT)),
        (stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=ABSENT)),
        (stage.access.CreateAccessToken, messages.CreateAccessTokenRequest(identity_id=ABSENT)),
    ):
        assert await stage.code(method, request) == "NOT_FOUND"


async def test_changes_are_audited(stage: Stage) -> None:
    id_ = await stage.identity()
    await stage.live.call(stage.access.RevokeIdentity, messages.RevokeIdentityRequest(id=id_))
    for action in ("identities.create", "identities.revoke"):
        rows = await stage.audited(action)
        assert [(row.object_kind, row.object_id) for row in rows] == [("IDENTITY", id_)]
