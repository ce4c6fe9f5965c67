"""The authorization matrix over HTTP: the same tables and outcomes, with tokens and with cookies."""

from __future__ import annotations

import pytest

from tests.access.matrix import MATRIX, NOT_MALFORMED, ROLES
from tests.access.outcomes import OUTCOMES
from tests.access.people import RPCS
from tests.facing.access.visitors import Visitors
from tests.facing.access.ways import HTTP_STATUS, WAYS
from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_every_rpc_that_is_no_clients_stream_has_a_way() -> None:
    """What a client streams no HTTP request can be; an annotation that was forgotten fails here."""
    assert WAYS.keys() == {rpc for rpc, method in RPCS.items() if not method.client_streaming} - UNBOUND


UNBOUND: set[str] = set()
"""RPCs that are for gRPC alone."""


@pytest.mark.parametrize("rpc", WAYS)
async def test_a_role_may_ask_what_the_matrix_says(visitors: Visitors, rpc: str) -> None:
    """A request that says nothing tells who may ask: for most RPCs it is malformed, no more."""
    allowed = HTTP_STATUS[NOT_MALFORMED.get(rpc, "INVALID_ARGUMENT")]
    expected = {
        role: allowed if letter in MATRIX[rpc] else HTTP_STATUS["PERMISSION_DENIED"]
        for letter, role in ROLES.items()
    }
    found = {role: await visitors.knock(rpc, role, _way(rpc, role)) for role in ROLES.values()}
    assert found == expected


@pytest.mark.parametrize("what", OUTCOMES)
async def test_what_comes_of_a_request_depends_on_the_object(visitors: Visitors, what: str) -> None:
    """Inside a project one is denied; of another project, and of others' certificates, one learns nothing."""
    found = tuple([await visitors.outcome(what, role, _way(what, role)) for role in ROLES.values()])
    assert found == tuple(HTTP_STATUS[code] for code in OUTCOMES[what])


def _way(what: str, role: str) -> str:
    """With a token or with a cookie, by turns: each RPC is asked with both, and each role asks with both."""
    return ("token", "cookie")[(len(what) + list(ROLES.values()).index(role)) % 2]


@pytest.mark.parametrize("rpc", WAYS)
async def test_no_way_takes_bad_credentials(visitors: Visitors, rpc: str) -> None:
    """No token, an unknown one, a malformed, an expired and a revoked one get one answer."""
    request = WAYS[rpc][0].empty_request()
    answers = []
    for token in ("", *visitors.people.bad_tokens.values()):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answers.append(await visitors.stranger.request(**request, headers=headers))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["message"] for answer in answers} == {answers[0].json()["message"]}
    assert {"www-authenticate" in answer.headers for answer in answers} == {True}


@pytest.mark.parametrize("kind", ["expired", "revoked"])
async def test_a_session_counts_no_more_than_its_token(visitors: Visitors, kind: str) -> None:
    """Its cookie is whole, and has not ended."""
    client, _ = visitors.with_cookie(visitors.people.bad_tokens[kind])
    async with client:
        answer = await client.get(WAYS["AccessService/WhoAmI"][0].path)
    assert answer.status_code == 401


async def test_a_token_counts_more_than_a_cookie(visitors: Visitors, standing_face: Face) -> None:
    """Whoever shows one means that one; a bad one is refused, whatever the cookie."""
    path = WAYS["AccessService/WhoAmI"][0].path
    client, _ = visitors.with_cookie(standing_face.live.owner)
    async with client:
        mine = await client.get(path)
        viewers = {"authorization": f"Bearer {visitors.people.tokens['viewer']}"}
        other = await client.get(path, headers=viewers)
        bad = await client.get(path, headers={"authorization": "Bearer none"})
    assert mine.json()["identity"] != other.json()["identity"]
    assert bad.status_code == 401
