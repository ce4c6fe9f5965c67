"""Many who decide about one request at the same time: it comes to one end."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc.aio

from certmanager.v1 import certificate_request_service_pb2 as messages
from server.store.records import CertificateRecord, DecisionRecord
from tests.requests.offices import CANCELLED, ISSUED, OPERATOR, REJECTED, Office, Person, step
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

CROWD = 64


async def test_a_crowd_of_approvals_issues_once(office: Office) -> None:
    """Sixty-four approvers at once: one issues, the others are told that it is done."""
    id_ = await office.waiting(await office.profile())
    people = [await office.person("OPERATOR") for _ in range(CROWD)]
    request = messages.ApproveCertificateRequestRequest(certificate_request_id=id_)
    codes = await asyncio.gather(*(_code(office, request, person) for person in people))
    assert sorted(codes) == ["FAILED_PRECONDITION"] * (CROWD - 1) + ["OK"]
    store = office.live.app.store
    assert len(await store.list(CertificateRecord, request_id=id_)) == 1
    assert len(await store.list(DecisionRecord, request_id=id_)) == 1


async def test_one_person_in_a_crowd_of_calls(office: Office) -> None:
    """All equal approvals of one person get the same answer, and one certificate is issued."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    answers = await asyncio.gather(*(office.approve(id_, operator) for _ in range(CROWD)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await office.live.app.store.list(CertificateRecord, request_id=id_)) == 1


async def test_as_many_approvals_as_needed_at_once(office: Office) -> None:
    """Ten approvers at once give ten approvals: none is lost, and the last one issues."""
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=10)))
    people = [await office.person("OPERATOR") for _ in range(10)]
    await asyncio.gather(*(office.approve(id_, person) for person in people))
    done = await office.state(id_)
    assert (done.state, len(done.approvals[0].decisions)) == (ISSUED, 10)


async def test_deciders_at_odds_come_to_one_end(office: Office) -> None:
    """Approvals, rejections and withdrawals at once: one wins, and the state is its."""
    id_ = await office.waiting(await office.profile())
    calls: list[Any] = []
    for verb in ("Approve", "Reject", "Cancel") * 8:
        request = getattr(messages, f"{verb}CertificateRequestRequest")(certificate_request_id=id_)
        calls.append(_code(office, request, await office.person("OPERATOR"), verb))
    codes = await asyncio.gather(*calls)
    done = await office.state(id_)
    assert done.state in (ISSUED, REJECTED, CANCELLED)
    wins = {ISSUED: 1, REJECTED: 1, CANCELLED: 8}[
        done.state
    ]  # who cancels what is cancelled is told that it is
    assert codes.count("OK") == wins
    assert len(await office.changes(id_)) == 2


async def _code(office: Office, request: Any, person: Person, verb: str = "Approve") -> str:
    method = getattr(office.stub, f"{verb}CertificateRequest")
    try:
        await method(request, metadata=office.live.auth(person.token), timeout=60)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"
