"""Each role against each RPC, and each identity against objects that are and are not its own."""

from __future__ import annotations

from typing import Any

import grpc
import grpc.aio
import pytest

from certmanager.v1 import (
    certificate_service_pb2,
    options_pb2,
    profile_service_pb2,
)
from server.ids import new_id
from server.ra.access.roles import EVERYONE, GRANTS, PERMISSIONS, SERVER_WIDE
from tests.access.calls import CALLS
from tests.access.matrix import MATRIX, NOT_MALFORMED, ROLES, SERVED
from tests.access.outcomes import OUTCOMES
from tests.access.people import RPCS, People, revoke
from tests.access.places import ABSENT
from tests.ordering import order
from tests.serving import Failure, failure_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


def _permission(rpc: str) -> str:
    options: Any = RPCS[rpc].GetOptions()
    return str(options.Extensions[options_pb2.permission])


async def test_every_rpc_has_a_row() -> None:
    """An RPC that nobody thought of who may call it fails here, and so does a row without an RPC."""
    assert MATRIX.keys() == RPCS.keys()


async def test_every_row_is_readable() -> None:
    """A row holds its role's letter or a dot in each column."""
    columns = list(ROLES)
    assert [
        rpc
        for rpc, row in MATRIX.items()
        if len(row) != len(columns)
        or any(c not in (".", column) for c, column in zip(row, columns, strict=True))
    ] == []


async def test_every_served_rpc_has_outcomes() -> None:
    """An RPC that was built, and whose outcomes nobody wrote down, fails here; so does a call never made."""
    assert {CALLS[what.partition(", ")[0]][0] for what in OUTCOMES} == SERVED
    assert {what.partition(", ")[0] for what in OUTCOMES} == CALLS.keys()


async def test_every_permission_is_in_a_role() -> None:
    """A permission that no role grants could never be used but by an owner; that must be meant."""
    named = {_permission(rpc) for rpc in RPCS}
    granted = {name for grants in GRANTS.values() for name in grants}
    assert named - granted == SERVER_WIDE | EVERYONE | {"accessTokens.create"}
    assert named == PERMISSIONS


@pytest.mark.parametrize("rpc", MATRIX)
async def test_a_role_may_call_what_the_matrix_says(people: People, rpc: str) -> None:
    """An empty message tells who may call: for most of the RPCs that there are it is malformed, no more."""
    allowed = NOT_MALFORMED.get(rpc, "INVALID_ARGUMENT")
    expected = {
        role: allowed if letter in MATRIX[rpc] else "PERMISSION_DENIED" for letter, role in ROLES.items()
    }
    knocks = {role: await _knock(people, rpc, people.tokens[role]) for role in ROLES.values()}
    found = {role: "OK" if failure is None else failure.code.name for role, failure in knocks.items()}
    assert found == expected


@pytest.mark.parametrize("rpc", MATRIX)
async def test_no_rpc_takes_bad_credentials(people: People, rpc: str) -> None:
    """No, unknown, malformed, expired and revoked tokens get one answer, at every RPC."""
    answers = [await _refused(people, rpc, token) for token in ("", *people.bad_tokens.values())]
    assert {answer.code for answer in answers} == {grpc.StatusCode.UNAUTHENTICATED}
    assert {(answer.reason, answer.message) for answer in answers} == {
        (answers[0].reason, answers[0].message)
    }


@pytest.mark.parametrize("rpc", [rpc for rpc, row in MATRIX.items() if "." in row])
async def test_a_denial_names_the_permission(people: People, rpc: str) -> None:
    """Whoever is denied can tell whom to ask for what."""
    refused = ROLES[next(letter for letter in ROLES if letter not in MATRIX[rpc])]
    permission = _permission(rpc)
    failure = await _refused(people, rpc, people.tokens[refused])
    assert (failure.reason, failure.metadata["permission"]) == ("PERMISSION_DENIED", permission)


@pytest.mark.parametrize("what", OUTCOMES)
async def test_what_comes_of_a_call_depends_on_the_object(people: People, what: str) -> None:
    """Inside a project one is denied; of another project, and of others' certificates, one learns nothing."""
    found = tuple([await people.outcome(what, role) for role in ROLES.values()])
    assert found == OUTCOMES[what]


async def test_a_requester_sees_its_own_certificate(people: People) -> None:
    """By id and by serial, also where those of others are hidden from it."""
    live, token = people.live, people.tokens["requester"]
    issue = order(live.ids["profile_id"], common_name="mine.example.com")
    mine = (await live.call(live.certificates.IssueCertificate, issue, token=token)).certificate
    serial = certificate_service_pb2.SerialKey(ca_id=mine.ca_id, serial_number=mine.serial_number)
    for key in ({"certificate_id": mine.certificate_id}, {"serial_key": serial}):
        request = certificate_service_pb2.GetCertificateRequest(**key)
        answer = await live.call(live.certificates.GetCertificate, request, token=token)
        assert answer.certificate.id == mine.certificate_id


@pytest.mark.parametrize("role", ["admin", "requester", "viewer"])
async def test_hidden_and_absent_are_told_alike(people: People, role: str) -> None:
    """But for the id that was asked for, there is no difference to learn from."""
    live = people.live
    hidden = people.away.certificate_id
    answers = []
    for id_ in (hidden, ABSENT):
        request = certificate_service_pb2.GetCertificateRequest(certificate_id=id_)
        failure = await live.refused(live.certificates.GetCertificate, request, token=people.tokens[role])
        answers.append(_without(failure, id_))
    assert answers[0] == answers[1]


async def test_roles_are_held_a_project(people: People) -> None:
    """A viewer here who is a requester there may ask for certificates there only, and is told so here."""
    live = people.live
    roles = {live.ids["project_id"]: "VIEWER", people.away.project_id: "REQUESTER"}
    token = await live.token(f"both-sides-{new_id()}", roles=roles)
    here = order(live.ids["profile_id"], common_name="a.example.com")
    denied = await live.refused(live.certificates.IssueCertificate, here, token=token)
    assert denied.code is grpc.StatusCode.PERMISSION_DENIED
    there = order(people.away.profile_id, common_name="a.example.com")
    assert (await live.call(live.certificates.IssueCertificate, there, token=token)).certificate.certificate


async def test_a_profile_may_not_reach_into_another_project(people: People) -> None:
    """Not even an owner's: a CA and a policy are of the profile's project, or do not exist."""
    live = people.live
    changes = ({"ca_id": people.away.ca_id}, {"certificate_policy_id": people.away.policy_id})
    for change in changes:
        (field,), request = change, people.new_profile(**_any(change))
        failure = await live.refused(live.profiles.CreateCertificateProfile, request)
        assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
        assert [violation.field for violation in failure.details["BadRequest"].field_violations] == [field]


async def test_a_revoked_token_ends_at_once(people: People) -> None:
    """A token that was used a moment ago, and so is cached, is refused from its revocation on."""
    live = people.live
    token = await live.token(f"short-lived-{new_id()}", roles={live.ids["project_id"]: "VIEWER"})
    request = profile_service_pb2.GetCertificateProfileRequest(id=live.ids["profile_id"])
    await live.call(live.profiles.GetCertificateProfile, request, token=token)
    await revoke(live, token)
    failure = await live.refused(live.profiles.GetCertificateProfile, request, token=token)
    assert failure.code is grpc.StatusCode.UNAUTHENTICATED


async def _refused(people: People, rpc: str, token: str) -> Failure:
    """How a call with an empty message fails that must."""
    failure = await _knock(people, rpc, token)
    assert failure is not None, f"{rpc} was granted"
    return failure


async def _knock(people: People, rpc: str, token: str) -> Failure | None:
    """How a call with an empty message fails, if it does."""
    method = RPCS[rpc]
    up, down = method.client_streaming, method.server_streaming
    kind = f"{'stream' if up else 'unary'}_{'stream' if down else 'unary'}"
    call = getattr(people.live.channel, kind)(f"/certmanager.v1.{rpc}")
    metadata = people.live.auth(token) if token else ()
    try:
        # To write to a stream that the server has ended already fails in the client: so nothing is written.
        answer = call(metadata=metadata, timeout=60) if up else call(b"", metadata=metadata, timeout=60)
        if down:
            async for _ in answer:
                pass
        else:
            await answer
    except grpc.aio.AioRpcError as error:
        return failure_of(error)
    return None


def _any(change: dict[str, str]) -> dict[str, Any]:
    return dict(change)


def _without(failure: Failure, id_: str) -> tuple[Any, ...]:
    resource = failure.details["ResourceInfo"]
    return (
        failure.code,
        failure.reason,
        failure.message.replace(id_, ""),
        failure.details.keys(),
        resource.resource_type,
        resource.description.replace(id_, ""),
    )
