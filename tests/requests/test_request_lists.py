"""Lists and searches of requests: filters, pages, and what nobody sees without the right."""

from __future__ import annotations

import grpc
import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from server.ids import new_id
from tests.ordering import DNS, csr_pem, open_policy
from tests.requests.offices import ADMIN, CANCELLED, ISSUED, OPERATOR, WAITS, Office, Person, step
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


def _label(key: str, value: str) -> certificate_pb2.MetadataEntry:
    return certificate_pb2.MetadataEntry(key=key, value=value)


async def test_newest_first_in_pages(office: Office) -> None:
    """Whatever the size of a page, all are told once."""
    profile_id = await office.profile()
    ids = [await office.waiting(profile_id) for _ in range(5)]
    assert await office.listed(profile_id=profile_id, page_size=2) == ids[::-1]


async def test_a_page_stays_while_requests_come(office: Office) -> None:
    """A request that arrives between two pages moves nothing."""
    profile_id = await office.profile()
    ids = [await office.waiting(profile_id) for _ in range(3)]
    request = messages.ListCertificateRequestsRequest(profile_id=profile_id, page_size=2)
    first = await office.live.call(office.stub.ListCertificateRequests, request)
    await office.waiting(profile_id)
    request.page_token = first.next_page_token
    second = await office.live.call(office.stub.ListCertificateRequests, request)
    assert [one.id for one in (*first.certificate_requests, *second.certificate_requests)] == ids[::-1]


async def test_a_page_token_is_its_querys(sqlite_office: Office) -> None:
    """One of another filter is refused."""
    office, profile_id = sqlite_office, await sqlite_office.profile()
    for _ in range(2):
        await office.waiting(profile_id)
    request = messages.ListCertificateRequestsRequest(profile_id=profile_id, page_size=1)
    token = (await office.live.call(office.stub.ListCertificateRequests, request)).next_page_token
    other = messages.ListCertificateRequestsRequest(page_size=1, page_token=token)
    failure = await office.live.refused(office.stub.ListCertificateRequests, other)
    assert failure.reason == "PAGE_TOKEN_INVALID"


async def test_requests_that_needed_no_approval_are_listed(office: Office) -> None:
    """A request is kept of every issuance, with who made it and what for."""
    asker = await office.person("REQUESTER")
    profile_id = await office.live.profile(policy=open_policy())
    answer = await office.ask(profile_id, by=asker)
    (told,) = await office.found(profile_id=profile_id)
    assert (told.id, told.state, told.requester_name) == (answer.certificate_request_id, ISSUED, asker.name)
    assert told == answer.certificate_request
    assert told.ended_at.ToDatetime() >= told.created_at.ToDatetime()


async def test_by_state(office: Office) -> None:
    """Of several states, those in any."""
    profile_id, operator = await office.profile(), await office.person("OPERATOR")
    waits, issued, cancelled = [await office.waiting(profile_id) for _ in range(3)]
    await office.approve(issued, operator)
    await office.cancel(cancelled)
    assert await office.listed(profile_id=profile_id, states=[WAITS]) == [waits]
    assert await office.listed(profile_id=profile_id, states=[WAITS, CANCELLED]) == [cancelled, waits]
    assert await office.listed(profile_id=profile_id) == [cancelled, issued, waits]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop.example.com", True),
        ("SHOP.example.com", True),
        ("www.example.net", True),
        ("shop*", True),
        ("*.example.net", True),
        ("*ample*", True),
        ("*", True),
        ("hop.example.com", False),
        ("shop", False),
        ("example.com*", False),
        ("*shop", False),
    ],
)
async def test_by_name(office: Office, name: str, *, found: bool) -> None:
    """The common name or an alternative name, while it waits as well as later."""
    profile_id = await office.profile()
    names = [(DNS, "www.example.net")]
    id_ = await office.waiting(profile_id, common_name="shop.example.com", names=names)
    assert await office.listed(profile_id=profile_id, name=name) == [id_] * found


async def test_by_requester(office: Office) -> None:
    """Whoever asked, of those that are to be seen."""
    profile_id = await office.profile()
    first, second = await office.person("REQUESTER"), await office.person("REQUESTER")
    id_ = await office.waiting(profile_id, by=first)
    await office.waiting(profile_id, by=second)
    assert await office.listed(requester_identity_id=first.id.upper()) == [id_]


async def test_by_ca(office: Office) -> None:
    """By that which is to sign, before it has."""
    ca_id = await office.live.authority()
    id_ = await office.waiting(await office.profile(ca_id=ca_id))
    assert await office.listed(ca_id=ca_id) == [id_]


async def test_by_labels(office: Office) -> None:
    """By all of them, and each as a whole."""
    profile_id = await office.profile()
    labels = [_label("team", "shop"), _label("env", "test")]
    id_ = await office.waiting(profile_id, fields={"metadata": labels})
    await office.waiting(profile_id, fields={"metadata": labels[:1]})
    assert await office.listed(profile_id=profile_id, metadata=labels) == [id_]
    assert await office.listed(profile_id=profile_id, metadata=[_label("team", "sho")]) == []


async def test_by_time_of_arrival(office: Office) -> None:
    """From one instant on, and before another."""
    profile_id = await office.profile()
    first, second = [(await office.ask(profile_id)).certificate_request for _ in range(2)]
    assert await office.listed(profile_id=profile_id, created_after=second.created_at) == [second.id]
    assert await office.listed(profile_id=profile_id, created_before=second.created_at) == [first.id]


async def test_a_search_takes_alternatives(office: Office) -> None:
    """Of one filter any value, of all filters each."""
    profiles = [await office.profile() for _ in range(3)]
    ids = [
        await office.waiting(profile_id, common_name=f"{name}.example.com")
        for profile_id, name in zip(profiles, "abc", strict=True)
    ]
    assert await office.searched(profile_ids=profiles) == ids[::-1]
    names = ["a.*", "c.example.com"]
    assert await office.searched(profile_ids=profiles, names=names) == [ids[2], ids[0]]
    assert await office.searched(profile_ids=profiles[:2], names=names) == [ids[0]]


async def test_a_search_by_source_of_the_key(office: Office) -> None:
    """The client's, or the server's."""
    profile_id = await office.profile()
    ours, theirs = await office.waiting(profile_id), await office.waiting(profile_id, csr=csr_pem())
    by_csr = certificate_pb2.KEY_SOURCE_CSR
    assert await office.searched(profile_ids=[profile_id], key_source=by_csr) == [theirs]
    ours_too = certificate_pb2.KEY_SOURCE_SERVER_GENERATED
    assert await office.searched(profile_ids=[profile_id], key_source=ours_too) == [ours]


async def test_what_awaits_my_approval(office: Office) -> None:
    """Of the steps that wait, those that name me: not my own, not what I have approved, not others' steps."""
    operator, other = await office.person("OPERATOR"), await office.person("OPERATOR")
    profile_id = await office.profile(step(OPERATOR, required=2), step(ADMIN))
    mine = await office.waiting(profile_id, by=operator)
    fresh, begun, approved, beyond, ended = [await office.waiting(profile_id) for _ in range(5)]
    await office.approve(begun, other)
    await office.approve(approved, operator)
    for person in (operator, other):
        await office.approve(beyond, person)
    await office.reject(ended, other)
    assert await _awaits(office, operator, profile_id) == [begun, fresh]
    assert await _awaits(office, other, profile_id) == [approved, fresh, mine]
    assert await _awaits(office, await office.person("ADMIN"), profile_id) == [beyond]
    assert await _awaits(office, await office.person("VIEWER"), profile_id) == []


async def test_what_awaits_my_approval_comes_in_pages(office: Office) -> None:
    """Though most of what waits is not mine to approve."""
    operator, admin_only = await office.person("OPERATOR"), await office.profile(step(ADMIN))
    profile_id, ids = await office.profile(), []
    for _ in range(5):
        ids.append(await office.waiting(profile_id))
        await office.waiting(admin_only)
    said = {"awaiting_my_approval": True, "profile_ids": [profile_id, admin_only], "page_size": 2}
    assert await office.searched(by=operator, **said) == ids[::-1]


async def test_a_requester_sees_its_own_alone(office: Office) -> None:
    """In lists, and by id others' do not exist."""
    asker, other = await office.person("REQUESTER"), await office.person("REQUESTER")
    profile_id = await office.profile()
    own, foreign = await office.waiting(profile_id, by=asker), await office.waiting(profile_id, by=other)
    assert await office.listed(by=asker, profile_id=profile_id) == [own]
    assert await office.searched(by=asker, profile_ids=[profile_id]) == [own]
    assert (await office.refused("Get", foreign, asker)).code is grpc.StatusCode.NOT_FOUND
    assert (await office.refused("Cancel", foreign, asker)).code is grpc.StatusCode.NOT_FOUND
    assert (await office.get(own, by=asker)).certificate_request.id == own


async def test_a_role_for_a_profile_sees_its_requests(office: Office) -> None:
    """And those of no other profile."""
    profile_id, other = await office.profile(), await office.profile()
    narrow = await office.person("VIEWER", profile_id=profile_id)
    seen, hidden = await office.waiting(profile_id), await office.waiting(other)
    assert await office.listed(by=narrow) == [seen]
    assert (await office.refused("Get", hidden, narrow)).code is grpc.StatusCode.NOT_FOUND


async def test_a_foreign_projects_requests_are_not_there(office: Office) -> None:
    """Neither by id nor in a list, nor can its project be asked for."""
    elsewhere = await office.live.project(f"elsewhere-{new_id()}")
    stranger = await office.person("ADMIN", project_id=elsewhere)
    id_ = await office.waiting(await office.profile())
    assert await office.listed(by=stranger) == []
    assert (await office.refused("Get", id_, stranger)).code is grpc.StatusCode.NOT_FOUND
    request = messages.SearchCertificateRequestsRequest(project_id=office.project_id)
    method = office.stub.SearchCertificateRequests
    failure = await office.live.refused(method, request, token=stranger.token)
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def _awaits(office: Office, person: Person, profile_id: str) -> list[str]:
    return await office.searched(by=person, profile_ids=[profile_id], awaiting_my_approval=True)
