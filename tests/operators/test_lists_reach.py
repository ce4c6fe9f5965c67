"""Lists of who may see some of the server: nothing in them tells of the rest, not even where a page ends."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import project_service_pb2 as projects
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.ids import new_id
from server.store import CertificateRecord, Insert, Unit
from server.store.queries import certificates as searches
from server.store.queries import walk
from server.store.records import AuditRecord, IdentityRecord, ProjectRecord
from tests.operators.listing import issued, open_profile
from tests.serving import Live

SCAN = 5
NARROW = 8
OTHERS = 40
NAME = "secret.away.example"


@dataclass(frozen=True, slots=True)
class Away:
    """A project that the caller has no role in, with many certificates that are all alike."""

    certificate: CertificateRecord
    viewer: str
    """A viewer's token, of a project that has nothing."""
    requester: str
    """A requester's, of the first project."""


@pytest.fixture
async def away(live: Live, monkeypatch: pytest.MonkeyPatch) -> Away:
    """With bounds so small that every walk across those certificates would be cut short."""
    monkeypatch.setattr(walk, "SCAN", SCAN)
    monkeypatch.setattr(searches, "NARROW", NARROW)
    project = await live.project("away")
    ca = await live.authority(project_id=project, parent=None)
    made = await issued(live, await open_profile(live, project_id=project, ca_id=ca), NAME)
    record = await live.app.store.get(CertificateRecord, id=made.certificate_id)
    assert record is not None
    record = replace(record, revoked_at=live.clock())
    await live.app.store.commit(Unit(tuple(Insert(_another(record)) for _ in range(OTHERS))))
    here = live.ids["project_id"]
    viewer = await live.token("viewer", roles={await live.project("here"): "VIEWER"})
    return Away(record, viewer, await live.token("requester", roles={here: "REQUESTER"}))


def _another(record: CertificateRecord) -> CertificateRecord:
    id_ = new_id()
    return replace(
        record, id=id_, serial=id_.replace("-", ""), fingerprint=new_id(), renewed_from_id=record.id
    )


FILTERS: dict[str, Callable[[CertificateRecord], dict[str, Any]]] = {
    "nothing": lambda c: {},
    "name": lambda c: {"name": NAME},
    "begin of a name": lambda c: {"name": "secret*"},
    "end of a name": lambda c: {"name": "*.away.example"},
    "middle of a name": lambda c: {"name": "*away*"},
    "label": lambda c: {"metadata": [{"key": "env", "value": "secret"}]},
    "requester": lambda c: {"requester_identity_id": c.requester_id},
    "profile": lambda c: {"profile_id": c.profile_id},
    "ca": lambda c: {"ca_id": c.ca_id},
    "lineage": lambda c: {"lineage_id": c.lineage_id},
    "revoked": lambda c: {"states": ["CERTIFICATE_STATE_REVOKED"]},
}


@pytest.mark.parametrize("role", ["viewer", "requester"])
@pytest.mark.parametrize("name", FILTERS)
async def test_certificates_of_others_leave_no_trace(live: Live, away: Away, name: str, role: str) -> None:
    """However many match elsewhere: one page, empty, and no next one."""
    request = certificates.ListCertificatesRequest(page_size=1, **FILTERS[name](away.certificate))
    answer = await live.call(live.certificates.ListCertificates, request, token=getattr(away, role))
    assert (list(answer.certificates), answer.next_page_token) == ([], "")


@pytest.mark.parametrize("name", [name for name in FILTERS if name not in ("name", "end of a name")])
async def test_a_requesters_own_are_found_among_everybodys(live: Live, away: Away, name: str) -> None:
    """In pages that others' certificates, of the same project too, neither shorten nor end."""
    profile = await open_profile(live)
    for _ in range(OTHERS):
        await issued(live, profile, "secret.example.com")
    mine = await issued(live, profile, "secret.example.com", token=away.requester)
    record = await live.app.store.get(CertificateRecord, id=mine.certificate_id)
    assert record is not None
    request = certificates.ListCertificatesRequest(page_size=1, **FILTERS[name](record))
    answer = await live.call(live.certificates.ListCertificates, request, token=away.requester)
    found = [] if name in ("middle of a name", "revoked") else [mine.certificate_id]
    assert [each.id for each in answer.certificates] == found
    assert answer.next_page_token == ""


async def test_many_realms_are_walked_one_by_one(live: Live, away: Away) -> None:
    """More projects than one query takes: still nothing but theirs, all of it, the newest first."""
    roles = {await live.project(f"p{n}"): "VIEWER" for n in range(2 * walk.ARMS + 1)}
    made = [_another(replace(away.certificate, project_id=id_)) for id_ in roles]
    await live.app.store.commit(Unit(tuple(map(Insert, made))))
    token = await live.token("watcher", roles=roles)
    request = certificates.ListCertificatesRequest(page_size=10, name=NAME)
    found, _ = await _scanned(live, live.certificates.ListCertificates, request, "certificates", token=token)
    assert found == sorted((record.id for record in made), reverse=True)


async def test_events_of_others_leave_no_trace(live: Live, away: Away) -> None:
    """Asked for by object, which has many rows elsewhere; and by many projects that have none such."""
    store = live.app.store
    (row,) = await store.list(AuditRecord, object_id=away.certificate.id, action="certificates.issue")
    await store.commit(Unit(tuple(Insert(replace(row, id=new_id())) for _ in range(OTHERS))))
    projects_ = [live.ids["project_id"], *[await live.project(f"p{n}") for n in range(walk.ARMS + 1)]]
    token = await live.token("auditor", roles=dict.fromkeys(projects_, "AUDITOR"))
    request = access.ListAuditEventsRequest(resource_id=away.certificate.id)
    answer = await live.call(live.stub(AccessServiceStub).ListAuditEvents, request, token=token)
    assert (list(answer.audit_events), answer.next_page_token) == ([], "")
    request = access.ListAuditEventsRequest(action="certificates.issue")
    method = live.stub(AccessServiceStub).ListAuditEvents
    assert (await _scanned(live, method, request, "audit_events", token=token))[0] == []


async def test_projects_of_others_leave_no_trace(live: Live, away: Away) -> None:
    for n in range(OTHERS):
        await live.project(f"other-{n}")
    request = projects.ListProjectsRequest(name="other-*", page_size=1)
    answer = await live.call(live.stub(ProjectServiceStub).ListProjects, request, token=away.viewer)
    assert (list(answer.projects), answer.next_page_token) == ([], "")


async def test_a_page_token_tells_nothing(live: Live, away: Away) -> None:
    """Neither the id that it stands for, in any spelling, nor by its length what kind of place that is."""
    owners = certificates.ListCertificatesRequest(page_size=1)
    answer = await live.call(live.certificates.ListCertificates, owners)
    token, last = answer.next_page_token, answer.certificates[0].id
    octets = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    pieces = (last, last[:13], last[-12:], last.replace("-", ""))
    spelled = [p.encode() for p in pieces] + [bytes.fromhex(last.replace("-", ""))]
    assert not [piece for piece in spelled if piece in octets]
    events = access.ListAuditEventsRequest(page_size=1)
    event = await live.call(live.stub(AccessServiceStub).ListAuditEvents, events)
    assert len(event.next_page_token) == len(token)


@pytest.mark.parametrize("place", [0, 20, -1])
async def test_a_page_token_that_was_changed_is_refused(live: Live, away: Away, place: int) -> None:
    request = certificates.ListCertificatesRequest(page_size=1)
    token = (await live.call(live.certificates.ListCertificates, request)).next_page_token
    octets = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    octets[place] ^= 1
    request.page_token = base64.urlsafe_b64encode(bytes(octets)).decode().rstrip("=")
    failure = await live.refused(live.certificates.ListCertificates, request)
    assert (failure.code.name, failure.reason) == ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")


async def test_a_page_token_of_the_same_query_goes_on(live: Live, away: Away) -> None:
    """And is nothing to another query."""
    request = certificates.ListCertificatesRequest(page_size=1)
    request.page_token = (await live.call(live.certificates.ListCertificates, request)).next_page_token
    assert len((await live.call(live.certificates.ListCertificates, request)).certificates) == 1
    request.name = NAME
    failure = await live.refused(live.certificates.ListCertificates, request)
    assert failure.reason == "PAGE_TOKEN_INVALID"


async def _scanned(
    live: Live, method: Any, request: Any, items: str, *, token: str | None = None
) -> tuple[list[str], int]:
    """The ids of all pages, and how many pages there were."""
    found, pages = list[str](), 0
    while pages == 0 or request.page_token:
        answer = await live.call(method, request, token=token)
        found += [each.id for each in getattr(answer, items)]
        request.page_token, pages = answer.next_page_token, pages + 1
    return found, pages


async def test_names_are_looked_for_in_few_rows_a_page(live: Live, away: Away) -> None:
    """Identities and projects: a name that few have takes many short pages, and a whole name takes one."""
    now = live.clock()
    people = [
        IdentityRecord(id=new_id(), name=f"robot-{n}", kind="SERVICE", created_at=now) for n in range(OTHERS)
    ]
    places = [
        ProjectRecord(id=new_id(), slug=f"place-{n}", name="", created_at=now, updated_at=now)
        for n in range(OTHERS)
    ]
    await live.app.store.commit(Unit(tuple(map(Insert, [*people, *places]))))
    listed = (
        (
            live.stub(AccessServiceStub).ListIdentities,
            access.ListIdentitiesRequest,
            "identities",
            "robot",
            people,
        ),
        (
            live.stub(ProjectServiceStub).ListProjects,
            projects.ListProjectsRequest,
            "projects",
            "place",
            places,
        ),
    )
    for method, message, items, name, made in listed:
        found, pages = await _scanned(live, method, message(name=f"{name}-0*"), items)
        assert found == [made[0].id]
        assert pages > OTHERS // SCAN
        found, pages = await _scanned(live, method, message(name=f"{name}-0"), items)
        assert (found, pages) == ([made[0].id], 1)
