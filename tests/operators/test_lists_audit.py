"""ListAuditEvents over the wire: who may watch, what is told, and what it can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.ids import new_id
from server.store.verify import verify
from tests.operators.listing import issued, open_profile
from tests.serving import Live


async def _events(live: Live, *, token: str | None = None, **filters: Any) -> list[Any]:
    """The events of all pages."""
    found: list[Any] = []
    request = messages.ListAuditEventsRequest(**filters)
    while True:
        answer = await live.call(live.stub(AccessServiceStub).ListAuditEvents, request, token=token)
        found += answer.audit_events
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def test_event_tells_who_did_what(live: Live) -> None:
    """An issuance with a key leaves two events, and the newest hash is the head of the chain."""
    certificate = await issued(live, await open_profile(live), "a.example.com")
    delivered, issuance, *_ = await _events(live)
    assert (delivered.action, issuance.action) == ("privateKeys.deliver", "certificates.issue")
    assert (issuance.resource_type, issuance.resource_id) == ("Certificate", certificate.certificate_id)
    assert issuance.project_id == live.ids["project_id"]
    assert issuance.actor_identity_id == certificate.requester_identity_id
    assert issuance.access_token_id
    assert issuance.correlation_id
    assert issuance.source_address.rpartition(":")[0] in ("127.0.0.1", "[::1]")
    assert {detail.key: detail.value for detail in issuance.details}["serial"] == certificate.serial_number
    head = (await verify(live.settings.database)).head
    assert (delivered.sequence, delivered.hash) == (head.sequence, head.hash)


async def test_places_have_no_gap(live: Live) -> None:
    profile = await open_profile(live)
    for n in range(3):
        await issued(live, profile, f"h{n}.example.com")
    sequences = [event.sequence for event in await _events(live, page_size=2)]
    assert sequences == list(range(len(sequences), 0, -1))


FILTERS: dict[str, Callable[[Live, Any, list[Any]], tuple[dict[str, Any], Callable[[Any], bool]]]] = {
    "action": lambda live, certificate, all_: (
        {"action": "certificates.issue"},
        lambda e: e.action == "certificates.issue",
    ),
    "type": lambda live, certificate, all_: (
        {"resource_type": "CertificateRequest"},
        lambda e: e.resource_type == "CertificateRequest",
    ),
    "thing": lambda live, certificate, all_: (
        {"resource_id": certificate.certificate_id.upper()},
        lambda e: e.resource_id == certificate.certificate_id,
    ),
    "actor": lambda live, certificate, all_: (
        {"actor_identity_id": certificate.requester_identity_id},
        lambda e: e.actor_identity_id == certificate.requester_identity_id,
    ),
    "project": lambda live, certificate, all_: (
        {"project_id": live.ids["project_id"]},
        lambda e: e.project_id == live.ids["project_id"],
    ),
    "from": lambda live, certificate, all_: (
        {"occurred_after": all_[1].occurred_at},
        lambda e: e.occurred_at.ToDatetime() >= all_[1].occurred_at.ToDatetime(),
    ),
    "until": lambda live, certificate, all_: (
        {"occurred_before": all_[1].occurred_at},
        lambda e: e.occurred_at.ToDatetime() < all_[1].occurred_at.ToDatetime(),
    ),
    "nothing": lambda live, certificate, all_: ({"resource_id": new_id()}, lambda e: False),
    "unknown type": lambda live, certificate, all_: ({"resource_type": "Comet"}, lambda e: False),
}


async def test_filters(live: Live) -> None:
    profile = await open_profile(live)
    person = await live.token("person", roles={live.ids["project_id"]: "REQUESTER"})
    certificate = await issued(live, profile, "a.example.com", token=person)
    await issued(live, profile, "b.example.com")
    everything = await _events(live)
    for name, make in FILTERS.items():
        filters, is_wanted = make(live, certificate, everything)
        assert await _events(live, **filters) == [e for e in everything if is_wanted(e)], name


async def test_only_auditors_and_owners_watch(live: Live) -> None:
    """An admin is watched, and does not watch."""
    for role in ("ADMIN", "OPERATOR", "REQUESTER", "VIEWER"):
        token = await live.token(role, roles={live.ids["project_id"]: role})
        method = live.stub(AccessServiceStub).ListAuditEvents
        failure = await live.refused(method, messages.ListAuditEventsRequest(), token=token)
        assert failure.code is grpc.StatusCode.PERMISSION_DENIED, role


async def test_auditor_sees_their_projects_only(live: Live) -> None:
    """What happened elsewhere, and what belongs to no project, is not told."""
    first, second = live.ids["project_id"], await live.project("second")
    ca_id = await live.authority(project_id=second, parent=None)
    await issued(live, await open_profile(live, project_id=second, ca_id=ca_id), "b.example.com")
    await issued(live, await open_profile(live), "a.example.com")
    auditor = await live.token("auditor", roles={second: "AUDITOR", first: "VIEWER"})
    assert {event.project_id for event in await _events(live, token=auditor)} == {second}
    assert {event.project_id for event in await _events(live)} >= {first, second}


@pytest.mark.parametrize(("known", "code"), [(True, "PERMISSION_DENIED"), (False, "NOT_FOUND")])
async def test_other_project_is_refused(live: Live, known: bool, code: str) -> None:  # noqa: FBT001 - a case
    roles = {await live.project("second"): "AUDITOR"}
    if known:
        roles[live.ids["project_id"]] = "VIEWER"
    auditor = await live.token("auditor", roles=roles)
    request = messages.ListAuditEventsRequest(project_id=live.ids["project_id"])
    failure = await live.refused(live.stub(AccessServiceStub).ListAuditEvents, request, token=auditor)
    assert failure.code is grpc.StatusCode[code]


async def test_token_of_another_query_is_refused(live: Live) -> None:
    await issued(live, await open_profile(live), "a.example.com")
    method = live.stub(AccessServiceStub).ListAuditEvents
    token = (await live.call(method, messages.ListAuditEventsRequest(page_size=1))).next_page_token
    other = messages.ListAuditEventsRequest(page_token=token, action="certificates.issue")
    failure = await live.refused(method, other)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


async def test_window_that_ends_before_it_begins_is_refused(sqlite_live: Live) -> None:
    stamp = Timestamp()
    stamp.FromDatetime(sqlite_live.clock() - timedelta(days=1))
    request = messages.ListAuditEventsRequest(occurred_after=stamp, occurred_before=stamp)
    failure = await sqlite_live.refused(sqlite_live.stub(AccessServiceStub).ListAuditEvents, request)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
