"""The list of requests: its filters, pages and empty states."""

from __future__ import annotations

import re

from tests.facing.faces import Face
from tests.facing.ui.request_forms import base_of, role
from tests.ordering import open_policy, order
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def _issue(face: Face, profile_id: str, name: str, *, token: str | None = None) -> None:
    asked = order(profile_id, common_name=name)
    await face.live.call(face.live.certificates.IssueCertificate, asked, token=token)


async def test_the_list_filters(standing_face: Face) -> None:
    profile_id = await standing_face.live.profile(policy=open_policy())
    requester = await role(standing_face, "req-filters", "REQUESTER")
    await _issue(standing_face, profile_id, "one.filters.example")
    await _issue(standing_face, profile_id, "two.filters.example", token=requester)
    base = base_of(standing_face)

    async with standing_face.signed_in() as client:

        async def names(**query: str) -> set[str]:
            page = (await client.get(f"{base}/rows", params={"profile": profile_id, **query})).text
            return set(re.findall(r">(\w+)\.filters\.example<", page))

        assert await names() == {"one", "two"}
        assert await names(name="two.*") == {"two"}
        assert await names(mine="1") == {"one"}
        assert await names(state="issued") == {"one", "two"}
        assert await names(state="rejected") == set()
        assert await names(waiting="1") == set()


async def test_the_list_has_pages(standing_face: Face) -> None:
    profile_id = await standing_face.live.profile(policy=open_policy())
    for index in range(26):
        await _issue(standing_face, profile_id, f"p{index}.pages.example")
    async with standing_face.signed_in() as client:
        first = (await client.get(base_of(standing_face), params={"profile": profile_id})).text
        found = re.search(r'href="([^"]+)" rel="next"', first)
        assert found
        second = (await client.get(found[1].replace("&amp;", "&"))).text
    names = [set(re.findall(r">(\w+)\.pages\.example<", page)) for page in (first, second)]
    assert [len(each) for each in names] == [25, 1]
    assert not names[0] & names[1]


async def test_an_empty_list_says_what_to_do(standing_face: Face) -> None:
    project_id = await standing_face.live.project("empty-requests")
    async with standing_face.signed_in() as client:
        page = (await client.get(f"/projects/{project_id}/certificate-requests")).text
    assert "No certificate requests yet" in page
    assert f"/projects/{project_id}/certificate-requests/new" in page


async def test_who_may_not_issue_has_no_request_button(standing_face: Face) -> None:
    async with standing_face.signed_in(await role(standing_face, "list-viewer", "VIEWER")) as client:
        page = (await client.get(base_of(standing_face))).text
    assert ">Request</a>" not in page
