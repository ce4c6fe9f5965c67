from __future__ import annotations

import pytest

from certmanager.v1.certificate_pb2 import MetadataEntry
from server.web.ui.certificates.searching import kind_of
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, issued, text_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("shop.example.com", "name"),
        ("*.example.com", "name"),
        ("deadbeef", "name"),
        ("2001:db8::1", "name"),
        ("0x1f", "serial_number"),
        ("5f" * 20, "serial_number"),
        (":".join(["5f"] * 20), "serial_number"),
        ("AB" * 32, "fingerprint_sha256"),
        (":".join(["ab"] * 32), "fingerprint_sha256"),
    ],
)
async def test_the_search_box_knows_what_was_typed(typed: str, kind: str) -> None:
    assert kind_of(typed) == kind


@pytest.mark.parametrize("by", ["common_name", "serial_number", "fingerprint_sha256", "star"])
async def test_each_way_to_search_finds_that_one_alone(standing_face: Face, by: str) -> None:
    name = f"{by.replace('_', '-')}.found.example.com"
    wanted, other = await issued(standing_face, name), await issued(standing_face, f"not-{name}")
    typed = f"{name.partition('.')[0]}.found*" if by == "star" else str(getattr(wanted, by))
    async with browsing(standing_face) as browser:
        shown = await browser.seen("/certificates", q=typed)
    assert wanted.id in shown
    assert other.id not in shown


async def test_filters_go_together(standing_face: Face) -> None:
    metadata = [MetadataEntry(key="room", value="filters")]
    soon = await issued(standing_face, "soon.filters.example.com", ttl="2d", metadata=metadata)
    late = await issued(standing_face, "late.filters.example.com", ttl="60d", metadata=metadata)
    query = {"metadata": "room=filters", "state": "active", "expires": "7d", "mine": "true",
             "profile": soon.profile_id,
             "ca": soon.ca_id, "renewal": "off"}  # fmt: skip
    if soon.auto_renewal.enabled:
        query["renewal"] = "scheduled"
    async with browsing(standing_face) as browser:
        shown = await browser.seen("/certificates", **query)
        both = await browser.seen("/certificates", metadata="room=filters")
    assert soon.id in shown
    assert late.id not in shown
    assert late.id in both


@pytest.mark.parametrize(
    "query",
    [{"state": "happy"}, {"expires": "soon"}, {"expires": "9999999999y"}, {"metadata": "nothing"},
     {"ca": "x"}, {"page": "no-token"}],
)  # fmt: skip
async def test_a_filter_that_says_nothing_is_told(standing_face: Face, query: dict[str, str]) -> None:
    async with browsing(standing_face) as browser:
        answer = await browser.get("/certificates", **query)
    assert answer.status_code == 422, text_of(answer)
    assert 'role="alert"' in answer.text


async def test_a_part_of_a_name_is_offered(standing_face: Face) -> None:
    async with browsing(standing_face) as browser:
        answer = await browser.get("/certificates", q="nowhere-to-be-found")
    assert "Search for a part of the name" in answer.text
    assert "%2Anowhere-to-be-found%2A" in answer.text


async def test_pages_follow_each_other(standing_face: Face) -> None:
    metadata = [MetadataEntry(key="many", value="yes")]
    for index in range(51):
        await issued(standing_face, f"{index}.many.example.com", metadata=metadata)
    async with browsing(standing_face) as browser:
        first = await browser.seen("/certificates", metadata="many=yes")
        target = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        second = (await browser.client.get(browser.path("/certificates") + target)).text
    assert first.count('<th scope="row">') == 50
    assert second.count('<th scope="row">') == 1


async def test_a_requester_sees_its_own(standing_face: Face) -> None:
    live = standing_face.live
    token = await live.token("finder", roles={live.ids["project_id"]: "REQUESTER"})
    others = await issued(standing_face, "others.own.example.com")
    mine = await issued(standing_face, "mine.own.example.com", token=token)
    async with browsing(standing_face, token) as browser:
        shown = await browser.seen("/certificates", q="*.own.example.com")
        hidden = await browser.get(f"/certificates/{others.id}")
    assert mine.id in shown
    assert others.id not in shown
    assert hidden.status_code == 404
