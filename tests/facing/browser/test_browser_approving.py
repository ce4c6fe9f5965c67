"""Requests that wait for approval: decided in place, and seen live by whoever looks on."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.facing.browser.accessible import assert_accessible
from tests.facing.browser.guests import Visiting, Visitor
from tests.facing.browser.keyboard import pressed, tab_to
from tests.facing.browser.stories import approved_profile, row, somebody, waiting
from tests.facing.faces import Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def pair(face: Face, visiting: Visiting, name: str) -> tuple[Visitor, Visitor]:
    """Somebody who requests, and somebody who decides."""
    requester = await visiting.signed_in(face, await somebody(face, f"requester of {name}", "REQUESTER"))
    return requester, await visiting.signed_in(face, await somebody(face, f"operator of {name}", "OPERATOR"))


@pytest.mark.parametrize(("decision", "state"), [("Approve", "Issued"), ("Reject", "Rejected")])
async def test_a_decision_in_place_appears_live(
    standing_face: Face, visiting: Visiting, decision: str, state: str
) -> None:
    """The list has the new request without a reload, and the requester's page the decision."""
    name = f"{decision.lower()}.example.com"
    requester, operator = await pair(standing_face, visiting, name)
    queue = await operator.open(f"{operator.project}/certificate-requests?waiting=1")
    await expect(queue.locator("[data-live=on]").first).to_be_attached()
    page = await waiting(requester, await approved_profile(standing_face), name)
    await expect(page.locator("[data-live=on]").first).to_be_attached()
    await requester.shot("waiting")
    await assert_accessible(page)
    await row(queue, name).get_by_text("Decide").click()
    await row(queue, name).get_by_label("Comment").fill("as agreed")
    await operator.shot("deciding")
    await assert_accessible(queue)
    await row(queue, name).get_by_role("button", name=decision).click()
    await expect(page.locator(".badge", has_text=state)).to_be_visible()
    await expect(page.get_by_text("as agreed")).to_be_visible()
    await requester.shot("decided")


async def test_an_approver_needs_no_mouse(standing_face: Face, visiting: Visiting) -> None:
    """Tab, Enter and Space open the decision and take it."""
    requester, operator = await pair(standing_face, visiting, "keys.example.com")
    page = await waiting(requester, await approved_profile(standing_face), "keys.example.com")
    queue = await operator.open(f"{operator.project}/certificate-requests?waiting=1")
    found = row(queue, "keys.example.com")
    await tab_to(queue, found.locator("summary"))
    await queue.keyboard.press("Space")
    await pressed(queue, found.get_by_role("button", name="Approve"))
    await expect(page.locator(".badge", has_text="Issued")).to_be_visible()
