"""What is not revoked, and what is not released, and how that is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import grpc
import httpx2
import pytest
import pytest_asyncio

from certmanager.v1 import certificate_service_pb2 as messages
from server.config import Settings
from server.ids import new_id
from server.store.unit import Insert, Unit
from tests.revoking.desk import ACTIVE, FOR_LEAVES, REVOKED, Desk, reason_of, revocation, stamp
from tests.serving import running
from tests.standing import IN_SESSION
from tests.timepiece import Timepiece

ABSENT = "0195e1a0-0000-7000-8000-000000000000"
FINAL = tuple(reason for reason in FOR_LEAVES if reason != "CERTIFICATE_HOLD")
BAD = grpc.StatusCode.INVALID_ARGUMENT
STATE = grpc.StatusCode.FAILED_PRECONDITION


@IN_SESSION
@pytest.mark.parametrize("number", [7, 8, 11, 255, 7_000, -1, 2_147_483_647, -2_147_483_648])
async def test_a_number_that_is_no_reason_is_refused(sqlite_desk: Desk, number: Any) -> None:
    """Incident 2: what the contract does not know, and removeFromCRL, fall through no check."""
    id_ = await sqlite_desk.new()
    request = messages.RevokeCertificateRequest(certificate_id=id_, reason=number)
    failure = await sqlite_desk.live.refused(sqlite_desk.live.certificates.RevokeCertificate, request)
    assert (failure.code, list(failure.fields)) == (BAD, ["reason"])
    assert (await sqlite_desk.get(id_)).state == ACTIVE


@IN_SESSION
@pytest.mark.parametrize("reason", ["CA_COMPROMISE", "AA_COMPROMISE"])
async def test_a_leaf_has_no_reason_of_cas_and_attribute_authorities(sqlite_desk: Desk, reason: str) -> None:
    """They tell relying parties to distrust what it never did; the answer lists those that it can have."""
    failure = await sqlite_desk.refused(await sqlite_desk.new(), reason)
    assert (failure.code, failure.fields) == (BAD, {"reason": "REVOCATION_REASON_IMPOSSIBLE"})
    assert failure.metadata["violation0Allowed"].split(", ")[0].split(",")[0] == FOR_LEAVES[0]


@IN_SESSION
@pytest.mark.parametrize(
    ("days", "rule"), [(1, "INVALIDITY_DATE_IN_FUTURE"), (-1, "INVALIDITY_DATE_BEFORE_CERTIFICATE")]
)
async def test_nothing_is_invalid_out_of_its_time(sqlite_desk: Desk, days: int, rule: str) -> None:
    """Neither from tomorrow on, nor since a day before there was a certificate."""
    date = stamp(sqlite_desk.live.clock() + timedelta(days=days))
    failure = await sqlite_desk.refused(await sqlite_desk.new(), invalidity_date=date)
    assert (failure.code, failure.fields) == (BAD, {"invalidity_date": rule})


@IN_SESSION
async def test_its_first_second_is_in_its_time(sqlite_desk: Desk) -> None:
    """A key can be unsafe from the beginning."""
    issued = await sqlite_desk.issued()
    told = await sqlite_desk.revoke(issued.certificate_id, invalidity_date=issued.not_before)
    assert told.revocation.invalidity_date == issued.not_before


@IN_SESSION
@pytest.mark.parametrize(
    ("reason", "rule"), [(255, "ENUM_DEFINED_ONLY"), (2, "REVOCATION_REASON_IMPOSSIBLE")]
)
async def test_all_that_is_wrong_is_told_at_once(sqlite_desk: Desk, reason: Any, rule: str) -> None:
    """Of form, of the reason and of the date."""
    id_, date = await sqlite_desk.new(), stamp(sqlite_desk.live.clock() + timedelta(days=1))
    request = messages.RevokeCertificateRequest(
        certificate_id=id_, reason=reason, invalidity_date=date, request_id="none"
    )
    failure = await sqlite_desk.live.refused(sqlite_desk.live.certificates.RevokeCertificate, request)
    assert failure.fields == {
        "reason": rule,
        "invalidity_date": "INVALIDITY_DATE_IN_FUTURE",
        "request_id": "STRING_UUID",
    }


@IN_SESSION
async def test_a_fraction_of_a_second_is_refused(sqlite_desk: Desk) -> None:
    """No CRL can hold one (RFC 5280, 5.3.2), and nobody gets another time than they asked for."""
    date = stamp(sqlite_desk.live.clock() - timedelta(seconds=1))
    date.nanos = 1
    failure = await sqlite_desk.refused(await sqlite_desk.new(), invalidity_date=date)
    assert failure.fields == {"invalidity_date": "TIME_FRACTION"}


@IN_SESSION
@pytest.mark.parametrize("seconds", [-(2**63), 2**63 - 1, 253_402_300_800])
async def test_a_time_that_no_calendar_has_is_refused(sqlite_desk: Desk, seconds: int) -> None:
    id_ = await sqlite_desk.new()
    request = revocation(id_, "SUPERSEDED")
    request.invalidity_date.seconds = seconds
    failure = await sqlite_desk.live.refused(sqlite_desk.live.certificates.RevokeCertificate, request)
    assert (failure.code, failure.fields) == (BAD, {"invalidity_date": "TIME_OUT_OF_RANGE"})


@IN_SESSION
@pytest.mark.parametrize("said", [{}, {"certificate_id": ""}, {"certificate_id": "x"}, {"serial_key": {}}])
@pytest.mark.parametrize("rpc", ["RevokeCertificate", "ReleaseCertificateHold"])
async def test_it_must_be_said_which_one(sqlite_desk: Desk, rpc: str, said: dict[str, Any]) -> None:
    request = getattr(messages, f"{rpc}Request")(**said)
    failure = await sqlite_desk.live.refused(getattr(sqlite_desk.live.certificates, rpc), request)
    assert (failure.code, failure.reason) == (BAD, "INVALID_FIELD")


@IN_SESSION
@pytest.mark.parametrize("rpc", ["RevokeCertificate", "ReleaseCertificateHold"])
async def test_what_is_not_there_is_not_found(sqlite_desk: Desk, rpc: str) -> None:
    request = getattr(messages, f"{rpc}Request")(certificate_id=ABSENT)
    failure = await sqlite_desk.live.refused(getattr(sqlite_desk.live.certificates, rpc), request)
    assert failure.code is grpc.StatusCode.NOT_FOUND


@IN_SESSION
@pytest.mark.parametrize("reason", FINAL)
async def test_only_a_hold_can_be_lifted(desk: Desk, reason: str) -> None:
    """Whatever else it was revoked for is for good."""
    id_ = await desk.new()
    before = await desk.revoke(id_, reason)
    failure = await desk.not_released(id_)
    assert (failure.code, failure.reason, failure.metadata["state"]) == (STATE, "STATE_CONFLICT", "REVOKED")
    assert await desk.get(id_) == before


@pytest_asyncio.fixture
async def later(settings: Settings) -> AsyncIterator[tuple[Desk, Timepiece]]:
    """A desk on each database, and the clock of its server."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        yield Desk(live), clock


async def test_an_expired_certificate_is_refused(later: tuple[Desk, Timepiece]) -> None:
    """Everybody refuses it for its date already; the answer says so."""
    desk, clock = later
    id_ = await desk.new(ttl="1h")
    clock.forward(minutes=61)
    failure = await desk.refused(id_)
    assert (failure.code, failure.reason, failure.metadata["state"]) == (STATE, "STATE_CONFLICT", "EXPIRED")
    assert "has expired" in failure.message


async def test_what_was_revoked_before_it_expired_stays_so(later: tuple[Desk, Timepiece]) -> None:
    """To revoke it again is no error even then, and a hold can be neither lifted nor made final."""
    desk, clock = later
    revoked, held = await desk.new(ttl="1h"), await desk.new(ttl="1h")
    first = await desk.revoke(revoked, "SUPERSEDED")
    await desk.revoke(held, "CERTIFICATE_HOLD")
    clock.forward(minutes=61)
    again = await desk.revoke(revoked, "KEY_COMPROMISE")
    assert (again.state, again.revocation) == (REVOKED, first.revocation)
    assert (await desk.refused(held, "KEY_COMPROMISE")).metadata["state"] == "EXPIRED"
    assert (await desk.not_released(held)).metadata["state"] == "EXPIRED"


@IN_SESSION
async def test_a_reason_and_a_serial_number_say_nothing_of_others(desk: Desk) -> None:
    """Incidents 3 and 21: the same serial number under another CA is another certificate."""
    issued = await desk.issued()
    row = await desk.row(issued.certificate_id)
    other_ca = await desk.live.authority()
    twin = replace(row, id=new_id(), ca_id=other_ca, crl_id=None, fingerprint=new_id(), lineage_id=new_id())
    await desk.live.app.store.commit(Unit((Insert(twin),)))
    key = messages.SerialKey(ca_id=row.ca_id, serial_number=row.serial)
    request = messages.RevokeCertificateRequest(serial_key=key, reason=reason_of("KEY_COMPROMISE"))
    await desk.live.call(desk.live.certificates.RevokeCertificate, request)
    assert (await desk.row(row.id)).revoked_at is not None
    assert (await desk.row(twin.id)).revoked_at is None


async def test_a_metric_counts_them_by_reason(sqlite_settings: Settings) -> None:
    """What was stored: no call that changed nothing or was refused, and not the end of a hold."""
    watched = sqlite_settings.model_copy(update={"metrics_address": "127.0.0.1:0"})
    async with running(watched) as live, httpx2.AsyncClient(base_url=live.app.endpoints["metrics"]) as http:
        desk = Desk(live)
        id_ = await desk.new()
        await desk.revoke(id_, "CERTIFICATE_HOLD")
        await desk.release(id_)
        for reason in ("CERTIFICATE_HOLD", "SUPERSEDED", "SUPERSEDED"):
            await desk.revoke(id_, reason)
        await desk.not_released(id_)
        lines = (await http.get("/metrics")).text.splitlines()
    name = "certmanager_certificates_revoked_total"
    assert {line for line in lines if line.startswith(name)} == {
        f'{name}{{reason="CERTIFICATE_HOLD"}} 2.0',
        f'{name}{{reason="SUPERSEDED"}} 1.0',
    }
