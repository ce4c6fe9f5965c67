"""The first page of a project: its numbers, its plot, what it lists, and where its links lead."""

from __future__ import annotations

import re

import pytest_asyncio

from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.web.ui.overview import tiles
from tests.facing.faces import Face
from tests.facing.ui.overview_scene import Scene, set_scene
from tests.ordering import open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_TILE = re.compile(r'<a class="tile ?(\w*)" href="([^"]+)">\s*<span class="count">([^<]*)</span>')
_BAR = re.compile(r'<rect class="bar"[^>]*><title>([\d-]+): ([\d,]+)</title>')
_NUMBER = re.compile(r'<time datetime="([\d-]+)">[^<]*</time></th><td class="number">([\d,]+)</td>')


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(standing_face: Face) -> Scene:
    """Looked at by every test of this module, and changed by none."""
    return await set_scene(standing_face)


async def test_tiles_show_the_numbers_and_lead_to_lists(scene: Scene) -> None:
    """A viewer sees them; each list has as many entries as its tile says."""
    found = [(tone, href, count) for tone, href, count in _TILE.findall(await scene.page(scene.viewer))]
    base = f"/projects/{scene.project_id}"
    assert [(tone, href.replace("&amp;", "&"), count) for tone, href, count in found] == [
        ("", f"{base}/certificates?state=active", "3"),
        ("warn", f"{base}/certificates?state=active&expires=7d", "1"),
        ("bad", f"{base}/certificates?renewal=failing", "1"),
        ("info", f"{base}/certificate-requests?state=pending_approval", "2"),
    ]


async def test_lists_behind_the_tiles_show_what_was_counted(scene: Scene) -> None:
    async with scene.face.signed_in(scene.viewer) as client:
        for _, href, count in _TILE.findall((await client.get(f"/projects/{scene.project_id}")).text):
            answer = await client.get(href.replace("&amp;", "&"))
            assert answer.status_code == 200, href
            path = href.partition("?")[0]
            listed = set(re.findall(rf'href="{path}/([0-9a-f-]{{36}})"', answer.text))
            assert len(listed) == int(count), href


async def test_bars_and_table_are_the_numbers(scene: Scene) -> None:
    """The table has every day, the newest first; the plot has a bar for each day with any."""
    html = await scene.page()
    counted = [(day.date, day.count) for day in (await scene.counted()).issued]
    assert [(day, int(count)) for day, count in _BAR.findall(html)] == [each for each in counted if each[1]]
    assert [(day, int(count)) for day, count in _NUMBER.findall(html)] == counted[::-1]


async def test_the_picture_can_be_read_aloud(scene: Scene) -> None:
    html = await scene.page()
    assert 'role="img" aria-labelledby="plot-title plot-text"' in html
    assert '<title id="plot-title">Certificates issued a day</title>' in html
    assert '<desc id="plot-text">' in html


async def test_what_ends_next_stands_first(scene: Scene) -> None:
    """Where some end within a week, those; with a link to each."""
    ending = _section(await scene.page(), "ending")
    assert re.findall(r"/certificates/([0-9a-f-]{36})", ending) == [scene.ending_id]
    assert "soon.example.com" in ending


async def test_what_fails_says_why(scene: Scene) -> None:
    """Escaped, for errors quote what others have written."""
    failing = _section(await scene.page(), "failing")
    assert re.findall(r"/certificates/([0-9a-f-]{36})", failing) == [scene.failing_id]
    assert "the CA &lt;b&gt;root&lt;/b&gt; is disabled" in failing
    assert "3 attempts" in failing


async def test_what_waits_is_listed_newest_first(scene: Scene) -> None:
    waiting = _section(await scene.page(), "waiting")
    assert tuple(re.findall(r"/certificate-requests/([0-9a-f-]{36})", waiting)) == scene.waiting[::-1]
    assert waiting.count("by asks-") == 2


async def test_an_empty_project_says_how_to_begin(standing_face: Face) -> None:
    """To who may do it by links, to others in words."""
    live = standing_face.live
    project_id = await live.project(f"overview-{new_id()}")
    viewer = await live.token(f"looks-{new_id()}", roles={project_id: "VIEWER"})
    pages = []
    for token in (live.owner, viewer):
        async with standing_face.signed_in(token) as client:
            pages.append((await client.get(f"/projects/{project_id}")).text)
    begin, words = (_section(html, "begin") for html in pages)
    assert re.findall(rf'href="/projects/{project_id}/([a-z/-]+)"', begin) == [
        "certificate-authorities/new",
        "certificate-policies/new",
        "certificate-profiles/new",
    ]
    assert "href" not in words
    assert words.count("Ask an admin") == 3
    assert not _TILE.search(pages[0])


async def test_a_project_that_is_set_up_offers_a_request(standing_face: Face) -> None:
    live = standing_face.live
    project_id = await live.project(f"overview-{new_id()}")
    ca_id = await live.authority(project_id=project_id)
    await live.profile(ca_id=ca_id, policy=open_policy(), project_id=project_id)
    async with standing_face.signed_in() as client:
        html = (await client.get(f"/projects/{project_id}")).text
    assert f"/projects/{project_id}/certificate-requests/new" in _section(html, "ending")
    assert "No certificate was issued in these days" in html


async def test_another_project_is_not_there(scene: Scene) -> None:
    """Hidden or absent: 404 alike."""
    elsewhere = await scene.face.live.project(f"overview-{new_id()}")
    async with scene.face.signed_in(scene.viewer) as client:
        answers = [await client.get(f"/projects/{id_}") for id_ in (elsewhere, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_a_count_that_went_no_further_says_so() -> None:
    counted = messages.GetCertificateStatisticsResponse(active=10_000, expiring=9_999, capped=True)
    assert [tile.text for tile in tiles(counted, "")] == ["10,000+", "9,999", "0", "0"]
    counted.capped = False
    assert tiles(counted, "")[0].text == "10,000"


def _section(html: str, name: str) -> str:
    """The part of the page under a heading."""
    found = re.search(rf'<section [^>]*aria-labelledby="{name}">.*?</section>', html, re.DOTALL)
    assert found, f"no section {name}"
    return found[0]
