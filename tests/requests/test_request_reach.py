"""Lists of requests for who may see some of the server: nothing in them tells of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from server.ids import new_id
from server.store import Insert, Unit
from server.store.queries import requests as searches
from server.store.queries import walk
from server.store.records import RequestRecord
from tests.requests.offices import CANCELLED, WAITS, Office, Person
from tests.serving import Live

SCAN = 5
NARROW = 8
OTHERS = 40
NAME = "secret.away.example"
LABEL = certificate_pb2.MetadataEntry(key="env", value="secret")

Filters = dict[str, Callable[[RequestRecord], dict[str, Any]]]

LISTED: Filters = {
    "nothing": lambda r: {},
    "waiting": lambda r: {"states": [WAITS]},
    "cancelled": lambda r: {"states": [CANCELLED]},
    "either": lambda r: {"states": [WAITS, CANCELLED]},
    "name": lambda r: {"name": NAME},
    "middle of a name": lambda r: {"name": "*away*"},
    "label": lambda r: {"metadata": [LABEL]},
    "requester": lambda r: {"requester_identity_id": r.requester_id},
    "waiting of a requester": lambda r: {"requester_identity_id": r.requester_id, "states": [WAITS]},
    "profile": lambda r: {"profile_id": r.profile_id},
    "waiting of a profile": lambda r: {"profile_id": r.profile_id, "states": [WAITS]},
    "ca": lambda r: {"ca_id": r.ca_id},
}
SEARCHED: Filters = {
    "nothing": lambda r: {},
    "waiting": lambda r: {"states": [WAITS]},
    "mine to approve": lambda r: {"awaiting_my_approval": True},
    "name": lambda r: {"names": [NAME, "*away*"]},
    "requesters": lambda r: {"requester_identity_ids": [r.requester_id, new_id()]},
    "profiles": lambda r: {"profile_ids": [r.profile_id, new_id()]},
    "cas": lambda r: {"ca_ids": [r.ca_id or "", new_id()]},
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Very many requests that are all alike, of one profile; every other one waits."""

    office: Office
    request: RequestRecord
    """One that waits."""

    async def listed(self, person: Person, **said: Any) -> tuple[list[str], str]:
        """The first page of a list, and where the next one begins."""
        request = messages.ListCertificateRequestsRequest(page_size=1, **said)
        return await self._page(self.office.stub.ListCertificateRequests, request, person)

    async def searched(self, person: Person, **said: Any) -> tuple[list[str], str]:
        """The same of a search in the first project."""
        place = self.office.project_id
        request = messages.SearchCertificateRequestsRequest(page_size=1, project_id=place, **said)
        return await self._page(self.office.stub.SearchCertificateRequests, request, person)

    async def store(self, *requests: RequestRecord) -> None:
        """Have more of them."""
        await self.office.live.app.store.commit(Unit(tuple(map(Insert, requests))))

    async def _page(self, method: Any, request: Any, person: Person) -> tuple[list[str], str]:
        answer = await self.office.live.call(method, request, token=person.token)
        return [each.id for each in answer.certificate_requests], answer.next_page_token


async def crowd(office: Office, profile_id: str) -> Crowd:
    id_ = await office.waiting(profile_id, common_name=NAME, fields={"metadata": [LABEL]})
    record = await office.live.app.store.get(RequestRecord, id=id_)
    assert record is not None
    made = Crowd(office, record)
    ended = replace(record, state="CANCELLED")
    await made.store(*(replace(each, id=new_id()) for _ in range(OTHERS // 2) for each in (record, ended)))
    return made


@pytest.fixture
def office(live: Live, monkeypatch: pytest.MonkeyPatch) -> Office:
    """With bounds so small that every walk across a crowd would be cut short."""
    monkeypatch.setattr(walk, "SCAN", SCAN)
    monkeypatch.setattr(searches, "NARROW", NARROW)
    return Office(live)


@pytest.fixture
async def away(office: Office) -> Crowd:
    """In a project of its own."""
    project = await office.live.project("away")
    ca = await office.live.authority(project_id=project, parent=None)
    return await crowd(office, await office.profile(project_id=project, ca_id=ca))


@pytest.fixture
async def near(office: Office) -> Crowd:
    """In the first project."""
    return await crowd(office, await office.profile())


@pytest.mark.parametrize("role", ["VIEWER", "OPERATOR", "REQUESTER"])
async def test_requests_of_other_projects_leave_no_trace(office: Office, away: Crowd, role: str) -> None:
    """However many match elsewhere: one page, empty, and no next one."""
    person = await office.person(role)
    for name, filters in LISTED.items():
        assert await away.listed(person, **filters(away.request)) == ([], ""), name
    for name, filters in SEARCHED.items():
        assert await away.searched(person, **filters(away.request)) == ([], ""), name


@pytest.mark.parametrize("role", ["REQUESTER", "narrowed"])
async def test_others_requests_of_the_project_leave_no_trace(office: Office, near: Crowd, role: str) -> None:
    """Nor do those that the caller may not see for they are somebody else's, or of another profile."""
    person, mine = await _one_more(office, near, role)
    for name, filters in LISTED.items():
        assert await near.listed(person, **filters(near.request)) == ([], ""), name
    for name, filters in SEARCHED.items():
        assert await near.searched(person, **filters(near.request)) == ([], ""), name
    await near.store(mine)
    for name, filters in LISTED.items():
        found = [] if name == "cancelled" else [mine.id]
        assert await near.listed(person, **filters(mine)) == (found, ""), name
    for name, filters in SEARCHED.items():
        found = [] if name == "mine to approve" and role == "REQUESTER" else [mine.id]
        assert await near.searched(person, **filters(mine)) == (found, ""), name


async def _one_more(office: Office, near: Crowd, role: str) -> tuple[Person, RequestRecord]:
    """Somebody who sees little, and a request like the others, not stored yet, that they will see."""
    record = replace(near.request, id=new_id())
    if role == "REQUESTER":
        person = await office.person(role)
        return person, replace(record, requester_id=person.id)
    profile_id = await office.profile()
    return await office.person("OPERATOR", profile_id=profile_id), replace(record, profile_id=profile_id)


async def test_a_profile_of_another_project_adds_nothing_to_a_search(office: Office, away: Crowd) -> None:
    """What there is of the caller's own is found, and no page is short for the rest."""
    person, profile_id = await office.person("VIEWER"), await office.profile()
    mine = replace(away.request, id=new_id(), profile_id=profile_id, project_id=office.project_id)
    await away.store(mine)
    for states in ([], [WAITS], [CANCELLED], [WAITS, CANCELLED]):
        said = {"profile_ids": [profile_id, away.request.profile_id], "states": states}
        found = [] if states == [CANCELLED] else [mine.id]
        assert await away.searched(person, **said) == (found, ""), states


@pytest.mark.parametrize("states", [[], [WAITS], [WAITS, CANCELLED]])
async def test_many_projects_are_walked_one_by_one(office: Office, away: Crowd, states: list[Any]) -> None:
    """More than one query takes: still nothing but theirs, all of it, the newest first."""
    roles = {await office.live.project(f"p{n}"): "VIEWER" for n in range(2 * walk.ARMS + 1)}
    made = [replace(away.request, id=new_id(), project_id=id_) for id_ in roles]
    await away.store(*made)
    person = Person("", "", await office.live.token("watcher", roles=roles))
    expected = sorted((record.id for record in made), reverse=True)
    assert await office.listed(by=person, states=states, name=NAME, page_size=10) == expected


@pytest.mark.parametrize("states", [[], [WAITS]])
async def test_pages_of_many_projects_are_full(office: Office, away: Crowd, states: list[Any]) -> None:
    """What lies between theirs shortens no page, and the last one is the last."""
    roles = {await office.live.project(f"p{n}"): "VIEWER" for n in range(walk.ARMS + 1)}
    made = [replace(away.request, id=new_id(), project_id=id_) for id_ in roles for _ in range(2)]
    await away.store(*(each for one in made for each in (one, replace(away.request, id=new_id()))))
    person = Person("", "", await office.live.token("watcher", roles=roles))
    request = messages.ListCertificateRequestsRequest(page_size=len(roles), states=states)
    sizes: list[int] = []
    while not sizes or request.page_token:
        answer = await office.live.call(office.stub.ListCertificateRequests, request, token=person.token)
        sizes.append(len(answer.certificate_requests))
        request.page_token = answer.next_page_token
    assert sizes == [len(roles)] * 2
