"""Two servers on one database, and what changes while a request is decided about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc.aio
import pytest

from certmanager.v1 import certificate_request_service_pb2 as messages
from server.config import Settings
from server.store.records import CertificateRecord, DecisionRecord, HeldSecretRecord
from tests.operators.setting_up import meanwhile
from tests.ordering import DAY, lasting
from tests.requests.asking import asking
from tests.requests.offices import FAILED, ISSUED, OPERATOR, WAITS, Office, step
from tests.requests.shortening import shorten
from tests.serving import Live, running

EACH = 16


@pytest.fixture
async def offices(settings: Settings) -> AsyncIterator[tuple[Office, Office]]:
    """Two servers on each database."""
    async with running(settings) as here, running(settings) as there:
        yield Office(here), Office(there)


async def test_a_crowd_at_two_servers_issues_once(offices: tuple[Office, Office]) -> None:
    """Whoever comes second is told so, on whichever server."""
    here, there = offices
    id_ = await here.waiting(await here.profile())
    people = [await here.person("OPERATOR") for _ in range(EACH)]
    request = messages.ApproveCertificateRequestRequest(certificate_request_id=id_)
    codes = await asyncio.gather(
        *(_code(office, request, person.token) for person in people for office in offices)
    )
    assert set(codes) == {"OK", "FAILED_PRECONDITION"}
    assert codes.count("OK") <= 2  # one approver, at both servers
    store = there.live.app.store
    assert len(await store.list(CertificateRecord, request_id=id_)) == 1
    assert len(await store.list(DecisionRecord, request_id=id_)) == 1


async def test_steps_are_taken_at_either_server(offices: tuple[Office, Office]) -> None:
    """No approval is lost, whoever counts it."""
    here, there = offices
    id_ = await here.waiting(await here.profile(step(OPERATOR, required=6)))
    people = [await here.person("OPERATOR") for _ in range(6)]
    await asyncio.gather(*(offices[n % 2].approve(id_, person) for n, person in enumerate(people)))
    assert (await here.state(id_)).state == ISSUED
    assert len((await there.state(id_)).approvals[0].decisions) == 6


async def test_a_wait_hears_of_an_approval_elsewhere(offices: tuple[Office, Office]) -> None:
    """The answer comes from the server that was asked, as soon as the other one has issued."""
    here, there = offices
    operator = await here.person("OPERATOR")
    answer, id_ = await asking(here, await here.profile())
    await there.approve(id_, operator)
    assert (await answer).certificate_request.state == ISSUED


async def test_the_policy_may_change_while_the_ca_signs(
    sqlite_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was signed by the former policy is thrown away, and the request judged anew."""
    office = Office(sqlite_live)
    operator = await office.person("OPERATOR")
    profile_id = await office.profile(policy=lasting(max_lifetime=90 * DAY))
    id_ = await office.waiting(profile_id, ttl="60d")
    meanwhile(office.live, monkeypatch, lambda: shorten(office, profile_id), kind="REQUEST")
    assert (await office.approve(id_, operator)).state == FAILED
    store = office.live.app.store
    assert await store.list(CertificateRecord, request_id=id_) == []
    assert await store.get(HeldSecretRecord, object_id=id_) is None


async def test_an_approval_is_given_though_its_client_goes_away(sqlite_live: Live) -> None:
    """What was begun is done: a call that is cancelled has decided, or has not, but nothing between."""
    office = Office(sqlite_live)
    operator = await office.person("OPERATOR")
    ids = [await office.waiting(await office.profile()) for _ in range(10)]
    for n, id_ in enumerate(ids):
        request = messages.ApproveCertificateRequestRequest(certificate_request_id=id_)
        call = office.stub.ApproveCertificateRequest(request, metadata=office.live.auth(operator.token))
        await asyncio.sleep(n / 1000)
        call.cancel()
    for id_ in ids:
        told = await office.state(id_)
        assert told.state in (WAITS, ISSUED)
        kept = await office.live.app.store.list(DecisionRecord, request_id=id_)
        assert len(kept) == (told.state == ISSUED)


async def _code(office: Office, request: messages.ApproveCertificateRequestRequest, token: str) -> str:
    try:
        await office.stub.ApproveCertificateRequest(request, metadata=office.live.auth(token), timeout=60)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"
