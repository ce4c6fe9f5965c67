"""What went wrong elsewhere with tokens, roles and identities (design page "pki-rules"), tried here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

import server
from certmanager.v1 import access_service_pb2 as messages
from server.ra.access.tokens import Authenticator, hash_token, new_token
from server.store.failures import StoreUnavailable
from server.store.records import TokenRecord
from server.store.unit import Unit, Update
from tests.identities.actors import SERVICE, Stage
from tests.parsing import nodes

INJECTIONS = [
    "*",
    "*.com",
    "a,b",
    "*)(uid=*",
    "' or 1=1 --",
    'x"; DROP TABLE token; --',
    "a\0b",
    "%00",
    "..%2f",
    "../owner",
    "owner ",
    " owner",
    "owner\n",
    "own\u0435r",
    "{{owner}}",
    "",
]


async def test_01_step_ca_cve_2025_44005_a_verifier_that_fails_lets_nobody_in(
    sqlite_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while a token is looked up, the call is not served."""
    actor = await sqlite_stage.actor(("ADMIN", sqlite_stage.home))
    for error in (StoreUnavailable(), RuntimeError(), ValueError()):

        async def fails(_self: object, _digest: bytes, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(Authenticator, "_load", fails)
        assert not await sqlite_stage.works(actor.token)


@pytest.mark.parametrize("name", INJECTIONS)
async def test_09_19_no_identity_is_named_like_a_pattern_or_a_query(sqlite_stage: Stage, name: str) -> None:
    """OpenBao GHSA-59w7-v8rr-pr4p and Dogtag CVE-2023-4727: such names are refused, not escaped."""
    request = messages.CreateIdentityRequest(name=name, kind=SERVICE)
    code = await sqlite_stage.code(sqlite_stage.access.CreateIdentity, request)
    assert code == "INVALID_ARGUMENT"


@pytest.mark.parametrize("text", [text for text in INJECTIONS if text and "*" not in text])
async def test_19_dogtag_a_filter_means_what_it_says(stage: Stage, text: str) -> None:
    """It finds nothing, or is refused; it never widens, and never breaks the query."""
    await stage.identity(name="owner-of-nothing")
    request = messages.ListIdentitiesRequest(name=text)
    call = stage.access.ListIdentities(request, metadata=stage.live.auth(), timeout=60)
    if (await call.code()) is grpc.StatusCode.OK:
        assert not (await call).identities
    else:
        assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("text", ["nobody", "*", "' or 1=1", "a\0b"])
async def test_19_dogtag_ids_are_ids(sqlite_stage: Stage, text: str) -> None:
    """No field that takes an id takes anything else."""
    stage = sqlite_stage
    for method, request in (
        (stage.access.GetIdentity, messages.GetIdentityRequest(id=text)),
        (stage.access.GetAccessToken, messages.GetAccessTokenRequest(id=text)),
        (stage.access.GetRoleBinding, messages.GetRoleBindingRequest(id=text)),
        (stage.access.ListAccessTokens, messages.ListAccessTokensRequest(identity_id=text)),
        (stage.access.ListRoleBindings, messages.ListRoleBindingsRequest(project_id=text)),
        (stage.access.CreateAccessToken, messages.CreateAccessTokenRequest(identity_id=text)),
    ):
        assert await stage.code(method, request) == "INVALID_ARGUMENT"


async def test_12_openbao_ghsa_xp3c_lists_hide_what_get_hides(stage: Stage) -> None:
    """A list is no way around the right to read: what it shows can be read, and nothing more."""
    away = await stage.live.project("away")
    admin = await stage.actor(("ADMIN", stage.home))
    for project_id in (stage.home, away):
        await stage.actor(("REQUESTER", project_id))
    live, access = stage.live, stage.access
    held = await live.call(access.ListRoleBindings, messages.ListRoleBindingsRequest(), token=admin.token)
    everybodys = await live.call(access.ListRoleBindings, messages.ListRoleBindingsRequest())
    shown = {binding.id for binding in held.role_bindings}
    for binding in everybodys.role_bindings:
        request = messages.GetRoleBindingRequest(id=binding.id)
        call = access.GetRoleBinding(request, metadata=live.auth(admin.token), timeout=60)
        assert ((await call.code()) is grpc.StatusCode.OK) == (binding.id in shown)


async def test_12_openbao_ghsa_34fc_tokens_are_never_compared_character_by_character() -> None:
    """They are found by their SHA-256: no code of ours compares a token's text with a stored one."""
    source = Path(server.__file__).parent / "ra" / "access" / "tokens.py"
    compared = [ast.unparse(node) for node in nodes(source.read_text()) if isinstance(node, ast.Compare)]
    assert [text for text in compared if "bearer" in text or "hash" in text.replace("hash_token", "")] == []


@pytest.mark.parametrize("at", [0, 2, 3, 40, 66, 67, 74])
async def test_24_lemur_a_changed_token_is_no_token(stage: Stage, at: int) -> None:
    """One character in the prefix, the secret or the checksum."""
    token = (await stage.actor()).token
    other = "0" if token[at] != "0" else "1"
    assert not await stage.works(token[:at] + other + token[at + 1 :])


FORGED: dict[str, Callable[[str], str]] = {
    "prefix": lambda _: "cm_",
    "unknown": lambda _: new_token(),
    "upper": str.upper,
    "short": lambda token: token[:-1],
    "long": lambda token: f"{token}0",
    "twice": lambda token: token * 2,
    "unsigned JWT": lambda _: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.",
    "zeros": lambda _: "cm_" + "0" * 72,
}


@pytest.mark.parametrize("how", FORGED)
async def test_24_lemur_what_is_not_one_of_ours_is_refused(sqlite_stage: Stage, how: str) -> None:
    """Though the true one is known, and works."""
    owner = sqlite_stage.live.owner
    assert await sqlite_stage.works(owner)
    assert not await sqlite_stage.works(FORGED[how](owner))


async def test_24_lemur_no_token_is_accepted_by_its_hash(stage: Stage) -> None:
    """Who reads the database cannot call with what is in there."""
    actor = await stage.actor()
    assert not await stage.works(f"cm_{hash_token(actor.token).hex()}")


async def test_10_openbao_no_answer_and_no_audit_row_tells_a_secret(stage: Stage) -> None:
    """But the one that made it."""
    actor = await stage.actor(("ADMIN", stage.home))
    live, access = stage.live, stage.access
    answers = [
        await live.call(access.GetAccessToken, messages.GetAccessTokenRequest(id=actor.token_id)),
        await live.call(access.ListAccessTokens, messages.ListAccessTokensRequest()),
        await live.call(access.WhoAmI, messages.WhoAmIRequest(), token=actor.token),
        await live.call(access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=actor.token_id)),
    ]
    rows = await stage.audited("accessTokens.create")
    digest = hash_token(actor.token).hex()
    assert [text for text in map(str, (*answers, *rows)) if actor.token in text or digest in text] == []


async def test_29_django_ca_a_caller_changes_nobodys_token_but_its_own(stage: Stage) -> None:
    """Two identities of the same role: neither reads, revokes or makes the other's."""
    one, two = await stage.actor(("REQUESTER", stage.home)), await stage.actor(("REQUESTER", stage.home))
    access = stage.access
    for method, request in (
        (access.GetAccessToken, messages.GetAccessTokenRequest(id=two.token_id)),
        (access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=two.token_id)),
        (access.CreateAccessToken, messages.CreateAccessTokenRequest(identity_id=two.id)),
    ):
        assert await stage.code(method, request, token=one.token) == "PERMISSION_DENIED"
    assert await stage.works(two.token)


async def test_a_token_ends_with_its_time_also_when_it_is_known(stage: Stage) -> None:
    """A token that was moved past its end behind the cache's back is read anew when its rights change."""
    actor = await stage.actor()
    assert await stage.works(actor.token)
    late = Update(TokenRecord, {"id": actor.token_id}, {"expires_at": stage.live.clock()})
    await stage.live.app.store.commit(Unit((late,)))
    await stage.bind(actor.id, "VIEWER", stage.home)
    assert not await stage.works(actor.token)
