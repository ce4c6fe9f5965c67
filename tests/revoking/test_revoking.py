"""RevokeCertificate: what it changes, what it leaves as it is, and what it tells."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.ra.access.tokens import hash_token
from server.store.records import CertificateRecord, CRLRecord, TokenRecord
from server.store.unit import Unit, Update
from tests.ordering import order
from tests.revoking.desk import ACTIVE, FOR_LEAVES, REVOKED, Desk, reason_of, revocation, stamp
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


@pytest.mark.parametrize("reason", FOR_LEAVES)
async def test_the_answer_tells_when_why_and_by_whom(desk: Desk, reason: str) -> None:
    """And so does every look at it afterwards."""
    id_, token = await desk.new(), await desk.role("OPERATOR")
    before = desk.live.clock()
    told = await desk.revoke(id_, reason, token=token)
    held = await desk.live.app.store.get(TokenRecord, hash=hash_token(token))
    assert held is not None
    assert (told.state, told.revocation.reason) == (REVOKED, reason_of(reason))
    assert before <= told.revocation.revoked_at.ToDatetime(before.tzinfo) <= desk.live.clock()
    assert told.revocation.revoked_by_identity_id == held.identity_id
    assert await desk.get(id_) == told


async def test_without_a_reason_none_is_given(desk: Desk) -> None:
    """A client that says nothing revokes all the same (RFC 5280, 5.3.1: unspecified)."""
    id_ = await desk.new()
    request = messages.RevokeCertificateRequest(certificate_id=id_)
    answer = await desk.live.call(desk.live.certificates.RevokeCertificate, request)
    assert (answer.certificate.state, answer.certificate.revocation.reason) == (REVOKED, 0)


@pytest.mark.parametrize("spelt", [str.lower, str.upper, lambda serial: f"0x{serial}"])
async def test_a_serial_number_names_it_in_any_spelling(desk: Desk, spelt: object) -> None:
    """With the CA that signed it."""
    issued = await desk.issued()
    key = messages.SerialKey(ca_id=issued.ca_id, serial_number=spelt(issued.serial_number))  # type: ignore[operator]
    request = messages.RevokeCertificateRequest(serial_key=key, reason=reason_of("SUPERSEDED"))
    answer = await desk.live.call(desk.live.certificates.RevokeCertificate, request)
    assert (answer.certificate.id, answer.certificate.state) == (issued.certificate_id, REVOKED)


@pytest.mark.parametrize("again", FOR_LEAVES)
async def test_what_is_revoked_stays_as_it_is(desk: Desk, again: str) -> None:
    """Neither time nor reason, nor the revision, and nothing is put down or told anew."""
    id_ = await desk.new()
    first = await desk.revoke(id_, "SUPERSEDED")
    rows = len(await desk.audited(id_)), len(await desk.changes(id_))
    assert await desk.revoke(id_, again) == first
    assert (len(await desk.audited(id_)), len(await desk.changes(id_))) == rows


async def test_the_date_of_invalidity_is_told(desk: Desk) -> None:
    """To the second."""
    id_, since = await desk.new(), stamp(desk.live.clock())
    told = await desk.revoke(id_, "KEY_COMPROMISE", invalidity_date=since)
    assert told.revocation.invalidity_date == since
    assert (await desk.get(id_)).revocation.invalidity_date == since


async def test_the_feed_is_told(desk: Desk) -> None:
    """From which state to which, for the watchers and for other processes."""
    id_ = await desk.new()
    await desk.revoke(id_, "CERTIFICATE_HOLD")
    await desk.release(id_)
    await desk.revoke(id_, "CERTIFICATE_HOLD")
    await desk.revoke(id_, "SUPERSEDED")
    steps = [(change.old_state, change.new_state) for change in await desk.changes(id_)]
    assert steps == [
        (None, "ACTIVE"),
        ("ACTIVE", "REVOKED"),
        ("REVOKED", "ACTIVE"),
        ("ACTIVE", "REVOKED"),
        ("REVOKED", "REVOKED"),
    ]
    assert (await desk.changes(id_))[-1].revision == (await desk.row(id_)).revision


async def test_the_audit_trail_tells_it(desk: Desk) -> None:
    """Serial number, reason and date of invalidity, each step of it."""
    issued, since = await desk.issued(), desk.live.clock()
    id_ = issued.certificate_id
    await desk.revoke(id_, "CERTIFICATE_HOLD")
    await desk.revoke(id_, "CESSATION_OF_OPERATION", invalidity_date=stamp(since))
    of = {"serial": issued.serial_number, "ca_id": issued.ca_id, "state": "REVOKED"}
    told = [row.details for row in await desk.audited(id_) if row.action == "certificates.revoke"]
    at = since.replace(microsecond=0).isoformat()
    assert told == [
        {**of, "reason": "CERTIFICATE_HOLD"},
        {**of, "reason": "CESSATION_OF_OPERATION", "invalidity_date": at},
    ]


async def test_its_crl_is_due_at_once(sqlite_desk: Desk) -> None:
    """At the time of the revocation; those of other CAs are left alone."""
    desk = sqlite_desk
    id_ = await desk.new()
    mine = (await desk.row(id_)).crl_id
    others = {crl.id: crl.due_at for crl in await desk.live.app.store.list(CRLRecord) if crl.id != mine}
    told = await desk.revoke(id_)
    made = await desk.live.app.store.get(CRLRecord, id=mine)
    assert made is not None
    at = told.revocation.revoked_at.ToDatetime(made.due_at.tzinfo)
    # Due since then, or it is out already.
    assert made.due_at == at or (
        made.this_update is not None and made.this_update >= at.replace(microsecond=0)
    )
    now = {crl.id: crl.due_at for crl in await desk.live.app.store.list(CRLRecord) if crl.id != mine}
    assert {id_ for id_, due in now.items() if due == at} == set()
    assert now.keys() == others.keys()


@pytest.mark.parametrize(("state", "is_there"), [("ACTIVE", False), ("REVOKED", True)])
async def test_lists_tell_it(desk: Desk, state: str, *, is_there: bool) -> None:
    """By the filter on states."""
    profile_id = await desk.profile()
    id_ = await desk.new(profile_id=profile_id)
    await desk.revoke(id_)
    wanted: Any = certificate_pb2.CertificateState.Value(f"CERTIFICATE_STATE_{state}")
    request = messages.ListCertificatesRequest(profile_id=profile_id, states=[wanted])
    answer = await desk.live.call(desk.live.certificates.ListCertificates, request)
    assert [one.id for one in answer.certificates] == ([id_] if is_there else [])


async def test_a_retry_gets_what_the_first_call_got(desk: Desk) -> None:
    """Under its request_id, and puts nothing down a second time."""
    id_ = await desk.new()
    request = revocation(id_, "SUPERSEDED", request_id=new_id())
    answers = [await desk.live.call(desk.live.certificates.RevokeCertificate, request) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len([row for row in await desk.audited(id_) if row.action == "certificates.revoke"]) == 1


@pytest.mark.parametrize("is_revoked", [False, True])
async def test_an_intent_has_one_request_id(desk: Desk, *, is_revoked: bool) -> None:
    """Used for another one it is refused, also after a call that had nothing to change."""
    id_, other, request_id = await desk.new(), await desk.new(), new_id()
    if is_revoked:
        await desk.revoke(id_)
    await desk.revoke(id_, request_id=request_id)
    assert (await desk.refused(other, request_id=request_id)).reason == "REQUEST_ID_REUSED"


async def test_the_renewed_one_may_be_revoked(desk: Desk) -> None:
    """That it has a successor is no reason to trust it; the link to it stays."""
    id_, successor = await desk.new(), await desk.new()
    link = Update(CertificateRecord, {"id": id_}, {"renewed_by_id": successor})
    await desk.live.app.store.commit(Unit((link,)))
    told = await desk.revoke(id_, "SUPERSEDED")
    assert (told.state, told.renewed_by_certificate_id) == (REVOKED, successor)
    assert (await desk.get(successor)).state == ACTIVE


async def test_on_hold_it_leaves_the_queue_of_renewals_and_comes_back(desk: Desk) -> None:
    """At the place that it had."""
    request = order(await desk.profile(), common_name="a.example.com", fields={"auto_renew": True})
    issued = await desk.live.call(desk.live.certificates.IssueCertificate, request)
    id_ = issued.certificate.certificate_id
    due = (await desk.row(id_)).renewal_due_at
    assert due is not None
    await desk.revoke(id_, "CERTIFICATE_HOLD")
    assert (await desk.row(id_)).renewal_due_at is None
    await desk.release(id_)
    assert (await desk.row(id_)).renewal_due_at == due
