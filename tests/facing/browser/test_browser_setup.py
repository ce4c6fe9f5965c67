"""CAs, policies, profiles and the dashboard."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from server.ids import new_id
from tests.facing.browser.accessible import assert_accessible
from tests.facing.browser.guests import Visiting
from tests.facing.browser.stories import issued, told
from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_a_ca_is_created_below_the_root(standing_face: Face, visiting: Visiting) -> None:
    """And stands there in the tree."""
    name = f"browser {new_id()}"
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"{visitor.project}/certificate-authorities")
    await page.get_by_role("link", name="New CA").click()
    await page.get_by_label("Intermediate", exact=False).first.check()
    await page.get_by_label("Signed by", exact=True).select_option(standing_face.live.ids["root_ca_id"])
    await page.get_by_label("Common name").fill(name)
    await visitor.shot("new")
    await assert_accessible(page)
    await page.get_by_role("button", name="Create the CA").click()
    await told(page, name)
    await visitor.shot("created")
    await assert_accessible(page)
    await page.get_by_role("main").get_by_role("link", name="Certificate Authorities", exact=True).click()
    below = page.get_by_role("listitem").get_by_role("listitem").filter(has_text=name)
    await expect(below).to_be_visible()
    await visitor.shot("tree")
    await assert_accessible(page)


async def test_a_policy_is_written_and_changed(standing_face: Face, visiting: Visiting) -> None:
    slug = f"browser-{new_id()[-12:]}"
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"{visitor.project}/certificate-policies")
    await page.get_by_role("link", name="New policy").click()
    await page.get_by_label("Slug").fill(slug)
    await visitor.shot("new")
    await assert_accessible(page)
    await page.get_by_role("button", name="Create policy").click()
    await told(page, slug)
    await visitor.shot("created")
    await assert_accessible(page)
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Description").fill("for the browser")
    await page.get_by_role("button", name="Save changes").click()
    await told(page, slug)
    await expect(page.get_by_text("for the browser").first).to_be_visible()


async def test_a_profile_is_made_and_changed(standing_face: Face, visiting: Visiting) -> None:
    slug = f"browser-{new_id()[-12:]}"
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"{visitor.project}/certificate-profiles")
    await page.get_by_role("link", name="New profile").click()
    await page.get_by_label("Slug").fill(slug)
    await page.get_by_label("Certificate authority required").select_option(standing_face.live.ids["ca_id"])
    policy = standing_face.live.ids["certificate_policy_id"]
    await page.get_by_label("Policy required").select_option(policy)
    await visitor.shot("new")
    await assert_accessible(page)
    await page.get_by_role("button", name="Create profile").click()
    await told(page, slug)
    await visitor.shot("created")
    await assert_accessible(page)
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Description").fill("for the browser")
    await page.get_by_role("button", name="Save changes").click()
    await told(page, slug)
    await expect(page.get_by_text("for the browser").first).to_be_visible()


async def test_the_overview_shows_what_was_issued(standing_face: Face, visiting: Visiting) -> None:
    await issued(standing_face, "plotted.example.com")
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(visitor.project)
    await visitor.shot("overview")
    await assert_accessible(page)
    await expect(page.get_by_role("main").locator("svg").first).to_be_visible()


@pytest.mark.parametrize("room", ["certificate-requests", "certificates", "certificate-profiles"])
async def test_a_new_projects_rooms_say_what_to_do(
    standing_face: Face, visiting: Visiting, room: str
) -> None:
    project = await standing_face.live.project(f"empty-{new_id()[-12:]}")
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"/projects/{project}/{room}")
    await expect(page.locator(".empty")).to_be_visible()
    await visitor.shot("empty")
    await assert_accessible(page)
