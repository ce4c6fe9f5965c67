from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import access_service_pb2 as messages
from server.ra.access.tokens import hash_token
from server.store.records import TokenRecord
from tests.identities.actors import ABSENT, PERSON, SERVICE, Actor, Stage

DAY = 86_400


async def tokens(stage: Stage, token: str | None = None, **query: Any) -> list[str]:
    request = messages.ListAccessTokensRequest(**query)
    answer = await stage.live.call(stage.access.ListAccessTokens, request, token=token)
    return [listed.id for listed in answer.access_tokens]


async def test_the_secret_is_told_once_and_kept_as_its_hash(stage: Stage) -> None:
    """The answer that makes a token holds it; what is stored and told later does not."""
    made = await stage.secret(await stage.identity(), description="ci")
    assert await stage.works(made.secret)
    record = await stage.live.app.store.get(TokenRecord, id=made.access_token.id)
    assert record is not None
    assert (record.hash, record.name) == (hash_token(made.secret), "ci")
    read = await stage.live.call(
        stage.access.GetAccessToken, messages.GetAccessTokenRequest(id=made.access_token.id)
    )
    assert read.access_token == made.access_token
    assert made.secret not in str(read)
    assert made.secret.startswith(read.access_token.prefix)
    assert len(read.access_token.prefix) == len("cm_") + 8


def lasting(made: messages.CreateAccessTokenResponse) -> int:
    return made.access_token.expires_at.seconds - made.access_token.created_at.seconds


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, 90 * DAY),
        ({"lifetime": Duration(seconds=60)}, 60),
        ({"lifetime": Duration(seconds=365 * DAY)}, 365 * DAY),
    ],
)
async def test_a_token_lasts_as_long_as_is_asked(
    sqlite_stage: Stage, fields: dict[str, Any], seconds: int
) -> None:
    """Without a word of it 90 days; a year at most, and a minute at least."""
    assert lasting(await sqlite_stage.secret(await sqlite_stage.identity(), **fields)) == seconds


@pytest.mark.parametrize("seconds", [59, 365 * DAY + 1, -1])
async def test_a_lifetime_out_of_range_is_refused(sqlite_stage: Stage, seconds: int) -> None:
    request = messages.CreateAccessTokenRequest(
        identity_id=await sqlite_stage.identity(), lifetime=Duration(seconds=seconds)
    )
    failure = await sqlite_stage.live.refused(sqlite_stage.access.CreateAccessToken, request)
    assert (failure.code.name, set(failure.fields)) == ("INVALID_ARGUMENT", {"lifetime"})


@pytest.mark.parametrize("offset", [timedelta(minutes=5), timedelta(days=364, hours=23)])
async def test_a_token_ends_when_is_asked(sqlite_stage: Stage, offset: timedelta) -> None:
    end = Timestamp()
    end.FromDatetime((datetime.now(UTC) + offset).replace(microsecond=0))
    made = await sqlite_stage.secret(await sqlite_stage.identity(), expires_at=end)
    assert made.access_token.expires_at == end


@pytest.mark.parametrize("seconds", [-1, 0, 365 * DAY + 60])
async def test_an_end_out_of_range_is_refused(sqlite_stage: Stage, seconds: int) -> None:
    end = Timestamp(seconds=int(datetime.now(UTC).timestamp()) + seconds)
    request = messages.CreateAccessTokenRequest(identity_id=await sqlite_stage.identity(), expires_at=end)
    failure = await sqlite_stage.live.refused(sqlite_stage.access.CreateAccessToken, request)
    assert failure.fields == {"expires_at": "EXPIRY_OUT_OF_RANGE"}


async def test_an_end_that_no_calendar_has_is_refused(sqlite_stage: Stage) -> None:
    request = messages.CreateAccessTokenRequest(
        identity_id=await sqlite_stage.identity(), expires_at=Timestamp(seconds=1 << 60)
    )
    code = await sqlite_stage.code(sqlite_stage.access.CreateAccessToken, request)
    assert code == "INVALID_ARGUMENT"


async def test_an_identity_manages_its_own_tokens(stage: Stage) -> None:
    """Whoever it is, and without any role: it makes, reads, lists and revokes them."""
    actor = await stage.actor(kind=PERSON)
    made = await stage.secret(actor.id, by=actor.token)
    id_ = made.access_token.id
    live = stage.live
    await live.call(stage.access.GetAccessToken, messages.GetAccessTokenRequest(id=id_), token=actor.token)
    assert await tokens(stage, actor.token) == [id_, actor.token_id]
    revoke = messages.RevokeAccessTokenRequest(id=id_)
    await live.call(stage.access.RevokeAccessToken, revoke, token=actor.token)
    assert not await stage.works(made.secret)
    assert await tokens(stage, actor.token) == [actor.token_id]


async def reach(stage: Stage, caller: Actor, target: Actor) -> dict[str, str]:
    """How each RPC on a token ends, if the caller tries it on the target's."""
    access = stage.access
    calls = {
        "create": (access.CreateAccessToken, messages.CreateAccessTokenRequest(identity_id=target.id)),
        "get": (access.GetAccessToken, messages.GetAccessTokenRequest(id=target.token_id)),
        "list": (access.ListAccessTokens, messages.ListAccessTokensRequest(identity_id=target.id)),
        "revoke": (access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=target.token_id)),
    }
    outcomes = {}
    for name, (method, request) in calls.items():
        call = method(request, metadata=stage.live.auth(caller.token), timeout=60)
        outcomes[name] = (await call.code()).name
    return outcomes


OK = dict.fromkeys(("get", "list", "revoke"), "OK") | {"create": "PERMISSION_DENIED"}
DENIED = dict.fromkeys(OK, "PERMISSION_DENIED")
HIDDEN = dict.fromkeys(OK, "NOT_FOUND")


@pytest.mark.parametrize(
    ("theirs", "kind", "expected"),
    [
        (["home REQUESTER"], SERVICE, OK),
        (["home REQUESTER", "home OPERATOR"], SERVICE, OK),
        (["home ADMIN"], SERVICE, OK),
        (["home VIEWER"], PERSON, OK),
        (["home AUDITOR"], SERVICE, DENIED),
        (["home REQUESTER", "away VIEWER"], SERVICE, HIDDEN),
        (["home AUDITOR", "away VIEWER"], SERVICE, HIDDEN),
        (["away VIEWER"], SERVICE, HIDDEN),
        (["home REQUESTER", " OWNER"], SERVICE, HIDDEN),
        ([" OWNER"], PERSON, HIDDEN),
        ([], SERVICE, HIDDEN),
    ],
    ids=str,
)
async def test_an_admin_reaches_tokens_that_stand_for_what_it_could_give(
    stage: Stage, theirs: list[str], kind: int, expected: dict[str, str]
) -> None:
    """Every role of the identity counts: a token stands for all of them. To make one takes more."""
    places = {"home": stage.home, "away": await stage.live.project("away"), "": ""}
    roles = [(role, places[place]) for place, role in (text.split(" ") for text in theirs)]
    admin, target = await stage.actor(("ADMIN", stage.home)), await stage.actor(*roles, kind=kind)
    assert await reach(stage, admin, target) == expected


@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_no_other_role_reaches_tokens(sqlite_stage: Stage, role: str) -> None:
    """Inside the project they are denied; elsewhere they learn nothing."""
    stage, away = sqlite_stage, await sqlite_stage.live.project("away")
    actor = await stage.actor((role, stage.home))
    assert await reach(stage, actor, await stage.actor(("REQUESTER", stage.home))) == DENIED
    assert await reach(stage, actor, await stage.actor(("REQUESTER", away))) == HIDDEN


async def test_an_admin_of_both_projects_reaches_who_has_roles_in_both(sqlite_stage: Stage) -> None:
    stage, away = sqlite_stage, await sqlite_stage.live.project("away")
    admin = await stage.actor(("ADMIN", stage.home), ("ADMIN", away))
    target = await stage.actor(("REQUESTER", stage.home), ("REQUESTER", away))
    assert await reach(stage, admin, target) == OK


async def test_lists_without_an_identity_are_of_oneself_or_an_owners_of_all(stage: Stage) -> None:
    admin = await stage.actor(("ADMIN", stage.home))
    other = await stage.actor(("REQUESTER", stage.home))
    assert await tokens(stage, admin.token) == [admin.token_id]
    everybodys = await tokens(stage)
    assert everybodys[:2] == [other.token_id, admin.token_id]
    assert len(everybodys) == 3


async def test_ended_tokens_are_listed_on_demand(stage: Stage) -> None:
    """Those that were revoked, and those whose time is over."""
    id_ = await stage.identity()
    lasting = (await stage.secret(id_)).access_token.id
    revoked = (await stage.secret(id_)).access_token.id
    await stage.live.call(stage.access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=revoked))
    assert await tokens(stage, identity_id=id_) == [lasting]
    assert await tokens(stage, identity_id=id_, include_ended=True) == [revoked, lasting]


async def test_an_expired_token_is_not_listed_as_in_force(sqlite_stage: Stage) -> None:
    live = sqlite_stage.live
    secret = await live.token("late", lifetime=timedelta(seconds=-1))
    record = await live.app.store.get(TokenRecord, hash=hash_token(secret))
    assert record is not None
    assert await tokens(sqlite_stage, identity_id=record.identity_id) == []
    found = await tokens(sqlite_stage, identity_id=record.identity_id, include_ended=True)
    assert found == [record.id]


async def test_tokens_are_listed_in_pages(stage: Stage) -> None:
    id_ = await stage.identity()
    made = [(await stage.secret(id_)).access_token.id for _ in range(3)]
    request = messages.ListAccessTokensRequest(identity_id=id_, page_size=2)
    first = await stage.live.call(stage.access.ListAccessTokens, request)
    request.page_token = first.next_page_token
    last = await stage.live.call(stage.access.ListAccessTokens, request)
    told = [token.id for token in (*first.access_tokens, *last.access_tokens)]
    assert (told, last.next_page_token) == (made[::-1], "")


async def test_a_revoked_token_ends_at_once_and_stays_so(stage: Stage) -> None:
    """Revoking it again changes nothing, and leaves no second audit row."""
    actor = await stage.actor()
    assert await stage.works(actor.token)
    request = messages.RevokeAccessTokenRequest(id=actor.token_id)
    first = await stage.live.call(stage.access.RevokeAccessToken, request)
    assert not await stage.works(actor.token)
    assert await stage.live.call(stage.access.RevokeAccessToken, request) == first
    assert len(await stage.audited("accessTokens.revoke")) == 1


async def test_an_absent_token_is_not_found(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    for method, request in (
        (stage.access.GetAccessToken, messages.GetAccessTokenRequest(id=ABSENT)),
        (stage.access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=ABSENT)),
    ):
        assert await stage.code(method, request) == "NOT_FOUND"


async def test_changes_are_audited_without_the_secret(stage: Stage) -> None:
    """By identity and token, and for an admin in the project through which it came."""
    admin = await stage.actor(("ADMIN", stage.home))
    service = await stage.actor(("REQUESTER", stage.home))
    made = await stage.secret(service.id, by=service.token)
    row = (await stage.audited("accessTokens.create"))[-1]
    assert (row.identity_id, row.token_id) == (service.id, service.token_id)
    assert row.details["access_token_id"] == made.access_token.id
    request = messages.RevokeAccessTokenRequest(id=made.access_token.id)
    await stage.live.call(stage.access.RevokeAccessToken, request, token=admin.token)
    row = (await stage.audited("accessTokens.revoke"))[-1]
    assert (row.identity_id, row.token_id) == (admin.id, admin.token_id)
    assert (row.project_id, row.object_id) == (stage.home, service.id)
    assert made.secret not in str(row)


async def test_no_file_holds_a_secret(sqlite_stage: Stage) -> None:
    """Not the database, not its log: only the answer did."""
    made = await sqlite_stage.secret(await sqlite_stage.identity())
    assert holding(sqlite_stage.live.settings.data_dir, made.secret) == []
    assert holding(sqlite_stage.live.settings.data_dir, made.access_token.prefix) != []


def holding(home: Path, text: str) -> list[str]:
    return [path.name for path in home.rglob("*") if text.encode() in path.read_bytes()]
