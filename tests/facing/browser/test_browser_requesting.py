"""The seed page's story: certificates requested with a browser, and their keys shown once."""

from __future__ import annotations

import re

from cryptography.x509.oid import NameOID
from playwright.async_api import expect

from tests.facing.browser.accessible import assert_accessible
from tests.facing.browser.guests import Visiting
from tests.facing.browser.keyboard import pressed, tab_to
from tests.facing.browser.stories import KEY, downloaded, pem, requesting, told
from tests.facing.faces import Face
from tests.oracles import openssl_text
from tests.ordering import csr_pem, open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def test_the_seed_pages_story(standing_face: Face, visiting: Visiting) -> None:
    """Project > Certificates > Certificate Requests, Request: to body, chain and private key."""
    visitor = await visiting.stranger(standing_face)
    profile_id = await standing_face.live.profile(policy=open_policy())
    page = await visitor.open("/")
    await page.get_by_label("Access token").fill(standing_face.live.owner)
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(standing_face.url + visitor.project)
    await page.get_by_role("link", name="Certificate Requests", exact=True).click()
    await page.get_by_role("link", name="Request", exact=True).click()
    await visitor.shot("profiles")
    await assert_accessible(page)
    await page.get_by_role("link", name=f"profile-{profile_id}").click()
    await page.get_by_label("Common name").fill("service.acme.com")
    await page.get_by_label("Name 1", exact=True).fill("service.acme.com")
    await page.get_by_label("Name 2", exact=True).fill("www.service.acme.com")
    await page.get_by_label("Lifetime", exact=True).fill("90d")
    await visitor.shot("filled-in")
    await assert_accessible(page)
    await page.get_by_role("button", name="Request", exact=True).click()
    await told(page, "Certificate issued")
    await visitor.shot("issued")
    await assert_accessible(page)
    body, chain = await pem(page, "Certificate Body").inner_text(), pem(page, "Certificate Chain")
    assert "DNS:service.acme.com, DNS:www.service.acme.com" in openssl_text(body)
    assert "BEGIN CERTIFICATE" in await chain.inner_text()
    await expect(pem(page, "Private Key")).to_contain_text(KEY)


async def test_a_key_is_copied_and_saved_and_gone_on_reload(standing_face: Face, visiting: Visiting) -> None:
    visitor = await visiting.signed_in(
        standing_face, permissions=["clipboard-read", "clipboard-write"], accept_downloads=True
    )
    page = await requesting(visitor, await standing_face.live.profile(policy=open_policy()))
    await page.get_by_label("Common name").fill("once.example.com")
    await page.get_by_role("button", name="Request", exact=True).click()
    shown = await pem(page, "Private Key").inner_text()
    assert shown.startswith(KEY)
    await page.get_by_role("button", name="Copy Private Key").click()
    await expect(page.get_by_text("Copied.")).to_be_attached()
    assert await page.evaluate("navigator.clipboard.readText()") == shown
    name, octets = await downloaded(page, page.get_by_role("button", name="Download Private Key"))
    assert (name, octets.decode()) == ("once.example.com.key.pem", shown)
    await page.reload()
    await page.wait_for_url(re.compile("/certificates/[0-9a-f-]+$"))
    await told(page, "once.example.com")
    await visitor.shot("reloaded")
    assert KEY not in await page.content()


async def test_a_certificate_is_requested_with_a_csr(standing_face: Face, visiting: Visiting) -> None:
    visitor = await visiting.signed_in(standing_face)
    page = await requesting(visitor, await standing_face.live.profile(policy=open_policy()))
    await page.get_by_role("link", name="Certificate signing request").click()
    await page.get_by_label("Certificate signing request (PEM)").fill(
        csr_pem(subject=[(NameOID.COMMON_NAME, "own.example.com")])
    )
    await visitor.shot("csr")
    await assert_accessible(page)
    await page.get_by_role("button", name="Request", exact=True).click()
    await told(page, "own.example.com")
    await visitor.shot("issued")
    assert KEY not in await page.content()


async def test_more_rows_come_without_a_new_page(standing_face: Face, visiting: Visiting) -> None:
    """And what was entered is still there."""
    visitor = await visiting.signed_in(standing_face)
    page = await requesting(visitor, await standing_face.live.profile(policy=open_policy()))
    await page.get_by_label("Name 1", exact=True).fill("first.example.com")
    await page.evaluate("globalThis.stayed = true")
    await page.get_by_role("button", name="More rows").first.click()
    await expect(page.get_by_label("Name 5", exact=True)).to_be_visible()
    await expect(page.get_by_label("Name 1", exact=True)).to_have_value("first.example.com")
    assert await page.evaluate("globalThis.stayed")
    await page.get_by_role("button", name="Request", exact=True).click()
    await told(page, "Certificate issued")


async def test_all_violations_stand_beside_their_fields(standing_face: Face, visiting: Visiting) -> None:
    """At once, and what was entered is still there."""
    visitor = await visiting.signed_in(standing_face)
    page = await requesting(visitor, standing_face.live.ids["profile_id"])
    await page.get_by_label("Common name").fill("kept.example.com")
    await page.get_by_label("Lifetime", exact=True).fill("99y")
    await page.get_by_label("Name 1", exact=True).fill("not a name")
    await page.get_by_role("button", name="Request", exact=True).click()
    await visitor.shot("violations")
    name, lifetime = page.get_by_label("Name 1", exact=True), page.get_by_label("Lifetime", exact=True)
    await expect(name).to_have_accessible_description(re.compile("a DNS label holds"))
    await expect(lifetime).to_have_accessible_description(re.compile("longer than the policy's maximum"))
    await expect(page.get_by_label("Common name")).to_have_value("kept.example.com")
    await expect(name).to_have_value("not a name")
    await expect(lifetime).to_have_value("99y")
    await assert_accessible(page)


async def test_a_certificate_is_requested_without_a_mouse(standing_face: Face, visiting: Visiting) -> None:
    """From the list to the private key with Tab, Space, Enter and letters."""
    profile_id = await standing_face.live.profile(policy=open_policy())
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"{visitor.project}/certificate-requests")
    await pressed(page, page.get_by_role("link", name="Request", exact=True))
    await pressed(page, page.get_by_role("link", name=f"profile-{profile_id}"))
    await tab_to(page, page.get_by_label("Common name"))
    await page.keyboard.type("hands.example.com")
    await tab_to(page, page.get_by_role("checkbox", name="TLS server authentication"))
    await page.keyboard.press("Space")
    await pressed(page, page.get_by_role("button", name="Request", exact=True))
    await told(page, "Certificate issued")
    assert "TLS Web Server Authentication" in openssl_text(await pem(page, "Certificate Body").inner_text())
