"""What several stories begin with, and what files that were downloaded hold."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from certmanager.v1 import access_pb2, certificate_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from tests.facing.browser.guests import Visitor
from tests.facing.faces import Face
from tests.ordering import open_policy

KEY = "-----BEGIN PRIVATE KEY-----"


async def requesting(visitor: Visitor, profile_id: str, *, key: str = "") -> Page:
    """The form for a request against a profile."""
    return await visitor.open(
        f"{visitor.project}/certificate-requests/new?profile={profile_id}" + (f"&key={key}" if key else "")
    )


async def somebody(face: Face, name: str, role: str) -> str:
    """The token of somebody with a role in the first project."""
    lifetime = timedelta(days=1)
    return await face.live.token(name, roles={face.live.ids["project_id"]: role}, lifetime=lifetime)


async def issued(face: Face, name: str, *, profile_id: str = "") -> messages.IssueCertificateResponse:
    """A certificate for a name, from outside the browser."""
    attributes = certificate_pb2.CertificateAttributes(
        common_name=name, alt_names=[certificate_pb2.AltName(type=x509_pb2.ALT_NAME_TYPE_DNS, value=name)]
    )
    request = messages.IssueCertificateRequest(
        profile_id=profile_id or await face.live.profile(policy=open_policy()), attributes=attributes
    )
    answer: messages.IssueCertificateResponse = await face.live.call(
        face.live.certificates.IssueCertificate, request
    )
    return answer


async def approved_profile(face: Face) -> str:
    """The id of a profile whose requests one operator must approve."""
    operators = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])
    config = profile_pb2.ApprovalConfig(steps=[operators])
    message = profile_pb2.CertificateProfile(approval_config=config)
    return await face.live.profile(policy=open_policy(), message=message)


async def waiting(requester: Visitor, profile_id: str, name: str) -> Page:
    """The page of a new request that waits for its approval."""
    page = await requesting(requester, profile_id)
    await page.get_by_label("Common name").fill(name)
    await page.get_by_role("button", name="Request", exact=True).click()
    await told(page, name)
    return page


def row(page: Page, name: str) -> Locator:
    """The row of a request in the list."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def pem(page: Page, label: str) -> Locator:
    """The text that is shown under a label."""
    return page.get_by_role("figure", name=label).locator("pre")


async def downloaded(page: Page, link: Locator) -> tuple[str, bytes]:
    """The name and the octets of the file that something to click on saves."""
    async with page.expect_download() as waiting:
        await link.click()
    download = await waiting.value
    return download.suggested_filename, _read(await download.path())


def _read(path: Path) -> bytes:
    return path.read_bytes()


async def told(page: Page, heading: str) -> None:
    """Wait for the page with a heading."""
    await expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
