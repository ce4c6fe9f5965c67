"""What is told of a renewal, derived from its row and the time; and that every answer tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.ra.renewing.told import told_renewal
from server.store.records import CertificateRecord
from tests.ordering import order
from tests.renewing.stage import SCHEDULED, Stage
from tests.store.rows import NOW, Rows

SOON = NOW + timedelta(hours=1)
PLAN: dict[str, Any] = {
    "renewed_by_id": None,
    "revoked_at": None,
    "not_after": NOW + timedelta(days=1),
    "auto_renewal_enabled": True,
    "auto_renewal_reason": "",
    "renews_at": SOON,
    "renewal_due_at": SOON,
}
FAILED: dict[str, Any] = {"renewal_attempts": 3, "renewal_failed_at": NOW, "renewal_error": b"x"}


def record(**fields: Any) -> CertificateRecord:
    """A certificate that is to be renewed, but for these fields."""
    return replace(Rows().certificate(), **{**PLAN, **fields})


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({}, "SCHEDULED", None),
        (FAILED, "FAILING", None),
        ({"renewal_request_id": "r"}, "PENDING_APPROVAL", None),
        ({**FAILED, "renewal_request_id": "r"}, "PENDING_APPROVAL", None),
        ({"auto_renewal_enabled": False, "auto_renewal_reason": "SWITCHED_OFF"}, "OFF", "SWITCHED_OFF"),
        ({"auto_renewal_enabled": False, "auto_renewal_reason": ""}, "OFF", "PROFILE_OFF"),
        ({"revoked_at": NOW}, "OFF", "REVOKED"),
        ({"not_after": NOW - timedelta(seconds=1)}, "OFF", "EXPIRED"),
        ({"not_after": NOW}, "SCHEDULED", None),
        ({"renewed_by_id": "s"}, "RENEWED", "RENEWED"),
        ({"renewed_by_id": "s", "revoked_at": NOW}, "RENEWED", "RENEWED"),
        ({"renewed_by_id": "s", "not_after": NOW - timedelta(seconds=1)}, "RENEWED", "RENEWED"),
        ({"revoked_at": NOW, "not_after": NOW - timedelta(seconds=1)}, "OFF", "REVOKED"),
    ],
)
def test_state_and_reason_follow_the_row_and_the_time(
    fields: dict[str, Any], state: str, reason: str | None
) -> None:
    """With a plan if and only if there is no reason against it."""
    told = told_renewal(record(**fields), NOW)
    assert (told.state, told.reason.name if told.reason else None) == (state, reason)
    assert told.renews_at == (None if reason else SOON)


@pytest.mark.parametrize(("fields", "next_"), [({}, SOON), ({"revoked_at": NOW}, None)])
def test_the_failure_is_told_with_the_next_attempt_if_there_is_one(
    fields: dict[str, Any], next_: Any
) -> None:
    failure = told_renewal(record(**FAILED, **fields), NOW).failure
    assert failure is not None
    assert (failure.attempts, failure.failed_at, failure.next_attempt_at) == (3, NOW, next_)


def test_without_a_failure_none_is_told() -> None:
    assert told_renewal(record(), NOW).failure is None


async def test_every_answer_tells_the_plan(stage: Stage) -> None:
    """Issue, Get and List say the same of one certificate."""
    profile = await stage.renewing()
    id_ = await stage.issued(profile)
    live = stage.live
    listed = await live.call(
        live.certificates.ListCertificates, messages.ListCertificatesRequest(profile_id=profile)
    )
    (one,) = listed.certificates
    assert one.auto_renewal == await stage.told(id_)
    assert (one.auto_renewal.enabled, one.auto_renewal.state) == (True, SCHEDULED)
    assert one.auto_renewal.renews_at.ToDatetime(stage.now.tzinfo) == (await stage.row(id_)).renews_at


async def test_lists_find_what_fails(stage: Stage) -> None:
    """As whoever is on call looks for it."""
    profile = await stage.renewing(ca_id=await stage.live.authority())
    id_ = await stage.issued(profile)
    await stage.disable_ca(await stage.ca_of(profile))
    await stage.pass_by(days=61)
    request = messages.ListCertificatesRequest(renewal_states=[certificate_pb2.RENEWAL_STATE_FAILING])
    answer = await stage.live.call(stage.live.certificates.ListCertificates, request)
    assert [one.id for one in answer.certificates] == [id_]


async def test_a_retry_tells_the_renewal_as_it_is_by_then(stage: Stage) -> None:
    """Not as it was when the certificate was stored: it has ended since, and nobody renews it."""
    request = order(
        await stage.renewing(), ttl="1h", common_name="a.example.com", fields={"request_id": new_id()}
    )
    issue = stage.live.certificates.IssueCertificate
    first = (await stage.live.call(issue, request)).certificate
    assert first.auto_renewal.enabled
    stage.clock.forward(hours=2)
    again = (await stage.live.call(issue, request)).certificate
    assert again.certificate_id == first.certificate_id
    assert again.auto_renewal.reason == certificate_pb2.AUTO_RENEWAL_REASON_EXPIRED
