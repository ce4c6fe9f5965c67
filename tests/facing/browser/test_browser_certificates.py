"""Certificates: found, looked at, renewed, revoked, downloaded."""

from __future__ import annotations

import subprocess

import pytest
from playwright.async_api import Page, expect

from tests.facing.browser.accessible import assert_accessible
from tests.facing.browser.guests import Visiting, Visitor
from tests.facing.browser.stories import downloaded, issued, pem, requesting, told
from tests.facing.faces import Face
from tests.oracles import openssl_pkcs12
from tests.ordering import open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def detail(visitor: Visitor, name: str) -> Page:
    """The page of a new certificate."""
    certificate = (await issued(visitor.face, name)).certificate
    return await visitor.open(f"{visitor.project}/certificates/{certificate.certificate_id}")


async def test_certificates_are_found_by_name_and_state(standing_face: Face, visiting: Visiting) -> None:
    await issued(standing_face, "found.searched.example.com")
    await issued(standing_face, "elsewhere.example.com")
    visitor = await visiting.signed_in(standing_face)
    page = await visitor.open(f"{visitor.project}/certificates")
    await page.get_by_label("Search").fill("*.searched.example.com")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("rowheader")).to_have_text(["found.searched.example.com"])
    await visitor.shot("found")
    await assert_accessible(page)
    await page.get_by_label("State").select_option(label="Revoked")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await visitor.shot("nothing")


async def test_a_certificate_is_renewed(standing_face: Face, visiting: Visiting) -> None:
    """Its successor's key is shown, and each names the other."""
    visitor = await visiting.signed_in(standing_face)
    page = await detail(visitor, "renewed.example.com")
    before = page.url
    await visitor.shot("certificate")
    await assert_accessible(page)
    await page.get_by_text("Renew", exact=True).first.click()
    await page.get_by_label("A new key, made by the server").check()
    await visitor.shot("renewing")
    await page.get_by_role("button", name="Renew").click()
    await expect(pem(page, "Private Key")).to_contain_text("BEGIN PRIVATE KEY")
    await visitor.shot("renewed")
    await page.goto(before)
    await visitor.shot("before")


async def test_a_certificate_is_revoked_with_a_reason(standing_face: Face, visiting: Visiting) -> None:
    visitor = await visiting.signed_in(standing_face)
    page = await detail(visitor, "revoked.example.com")
    await page.get_by_text("Revoke", exact=True).first.click()
    await page.get_by_label("Superseded").check()
    await visitor.shot("revoking")
    await assert_accessible(page)
    await page.get_by_role("button", name="Revoke").click()
    await expect(page.locator("#live-certificate")).to_contain_text("Revoked")
    await expect(page.get_by_text("superseded").first).to_be_visible()
    await visitor.shot("revoked")


@pytest.mark.parametrize(
    ("link", "form"), [("Certificate (PEM)", "PEM"), ("Certificate (DER)", "DER")], ids=["pem", "der"]
)
async def test_a_download_is_the_certificate(
    standing_face: Face, visiting: Visiting, link: str, form: str
) -> None:
    """As openssl reads it."""
    visitor = await visiting.signed_in(standing_face)
    page = await detail(visitor, "saved.example.com")
    shown = await pem(page, "Certificate Body").inner_text()
    _, octets = await downloaded(page, page.get_by_role("link", name=link))
    assert _openssl(octets, form).strip() == shown.strip()


def _openssl(octets: bytes, form: str) -> str:
    """A certificate in PEM as openssl reads it."""
    command = ["openssl", "x509", "-inform", form]
    return subprocess.run(command, input=octets, capture_output=True, check=True).stdout.decode()


async def test_a_key_comes_as_pkcs12(standing_face: Face, visiting: Visiting) -> None:
    """With certificate and chain, under the password that was given."""
    visitor = await visiting.signed_in(standing_face)
    page = await requesting(visitor, await standing_face.live.profile(policy=open_policy()))
    await page.get_by_label("Common name").fill("p12.example.com")
    await page.get_by_label("Format of the private key").select_option("PKCS12")
    await page.get_by_label("Password of the PKCS #12 file").fill("correct horse battery")
    await page.get_by_role("button", name="Request", exact=True).click()
    await told(page, "Certificate issued")
    name, octets = await downloaded(page, page.get_by_role("link", name="Download the PKCS #12 file"))
    assert name == "p12.example.com.p12"
    assert "BEGIN PRIVATE KEY" in openssl_pkcs12(octets, "correct horse battery").pem
