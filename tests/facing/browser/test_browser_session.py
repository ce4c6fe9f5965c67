"""Signing in and out with a browser, and sessions that end."""

from __future__ import annotations

import re
import subprocess
from asyncio import create_subprocess_exec
from datetime import datetime, timedelta

from playwright.async_api import expect

from server.clock import utc_now
from server.config import Settings
from server.ids import new_id
from tests.facing.browser.accessible import assert_accessible
from tests.facing.browser.guests import Visiting
from tests.facing.browser.stories import somebody
from tests.facing.faces import Face, facing
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_who_signs_in_comes_to_the_page_they_asked_for(standing_face: Face, visiting: Visiting) -> None:
    visitor = await visiting.stranger(standing_face)
    page = await visitor.open(visitor.project)
    await visitor.shot("sign-in")
    await assert_accessible(page)
    await page.get_by_label("Access token").fill(standing_face.live.owner)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(standing_face.url + visitor.project)
    await expect(page.get_by_role("navigation", name="Projects")).to_be_visible()


async def test_a_wrong_token_is_told(standing_face: Face, visiting: Visiting) -> None:
    visitor = await visiting.stranger(standing_face)
    page = await visitor.open("/sign-in")
    await page.get_by_label("Access token").fill("cm_nobodys")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await visitor.shot("refused")
    await assert_accessible(page)


async def test_nothing_is_seen_after_signing_out(standing_face: Face, visiting: Visiting) -> None:
    """Nor does the browser's Back bring it again."""
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(visitor.project)
    await page.get_by_role("button", name="Signed in as").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Access token")).to_be_visible()
    assert await visitor.context.cookies() == []
    await page.go_back()
    await expect(page.get_by_label("Access token")).to_be_visible()


async def test_a_session_ends(sqlite_settings: Settings, visiting: Visiting) -> None:
    """Once its hours are over; after signing in again the page is there again."""
    ahead = timedelta()

    def clock() -> datetime:
        return utc_now() + ahead

    async with facing(sqlite_settings, clock=clock) as face:
        visitor = await visiting.signed_in(face)
        page = await visitor.open(f"{visitor.project}/certificates")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Certificates")
        ahead = timedelta(hours=face.live.settings.session_hours, seconds=1)
        await page.reload()
        await page.get_by_label("Access token").fill(face.live.owner)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(re.compile(f"{visitor.project}/certificates$"))
        await page.goto("about:blank")


async def test_another_projects_page_is_not_found(standing_face: Face, visiting: Visiting) -> None:
    """As if there were none."""
    hidden = await standing_face.live.project(f"hidden-{new_id()[-12:]}")
    visitor = await visiting.signed_in(standing_face, await somebody(standing_face, "outsider", "VIEWER"))
    answer = await visitor.page.goto(f"{standing_face.url}/projects/{hidden}/certificates")
    assert answer is not None
    assert answer.status == 404
    page = visitor.page
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "hidden-" not in await page.content()
    await visitor.shot("not-found")
    await assert_accessible(page)


async def test_the_server_proves_who_it_is(standing_face: Face) -> None:
    """To curl, by the service CA alone: the browsers here are told the CA's key, and check no names."""
    ca = standing_face.live.directory / "ca.pem"
    curl = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(ca), f"{standing_face.url}/sign-in"]
    process = await create_subprocess_exec(*curl, stdout=subprocess.PIPE)
    page, _ = await process.communicate()
    assert process.returncode == 0
    assert b"Access token" in page
