"""The README's picture: a page as it is, with requests in each state. CERTMANAGER_PICTURE=1 makes it anew."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from certmanager.v1 import access_pb2, certificate_pb2, profile_pb2
from certmanager.v1 import certificate_request_service_pb2 as requests
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from server.config import Settings
from tests.facing.browser.guests import Visiting
from tests.facing.browser.stories import somebody
from tests.facing.faces import Face, facing
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

SIZE = {"width": 1200, "height": 750}
LARGEST = 250_000
PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "requests.png"


async def test_the_readme_has_a_picture_of_the_requests(
    sqlite_settings: Settings, visiting: Visiting
) -> None:
    """Drawn here each time; the one that is kept is only replaced if that is asked for."""
    async with facing(sqlite_settings) as face:
        ada = await _requests_in_each_state(face)
        visitor = await visiting.signed_in(face, ada, viewport=SIZE)
        page = await visitor.open(f"{visitor.project}/certificate-requests")
        await expect(page.get_by_role("rowheader")).to_have_count(6)
        await visitor.shot("requests")
        if os.environ.get("CERTMANAGER_PICTURE"):
            await page.screenshot(path=PICTURE, animations="disabled")
        await page.goto("about:blank")
    octets = PICTURE.read_bytes()
    assert struct.unpack(">II", octets[16:24]) == tuple(SIZE.values())
    assert len(octets) < LARGEST


async def _requests_in_each_state(face: Face) -> str:
    """What a day leaves behind; the token of the operator who looks at it."""
    robot, grace = (
        await somebody(face, "deploy-robot", "REQUESTER"),
        await somebody(face, "grace", "REQUESTER"),
    )
    ada = await somebody(face, "ada", "OPERATOR")
    partners = await _partners(face)
    for name in ("shop.example.com", "payments.example.com"):
        await _asked(face, robot, face.live.ids["profile_id"], name)
    stub = CertificateRequestServiceStub(face.live.channel)
    granted = await _asked(face, grace, partners, "vpn.example.com")
    approval = requests.ApproveCertificateRequestRequest(certificate_request_id=granted)
    await face.live.call(stub.ApproveCertificateRequest, approval, token=ada)
    denied = await _asked(face, grace, partners, "wiki.example.com")
    rejection = requests.RejectCertificateRequestRequest(certificate_request_id=denied)
    await face.live.call(stub.RejectCertificateRequest, rejection, token=ada)
    for name in ("warehouse.example.com", "partner-api.example.com"):
        await _asked(face, grace, partners, name)
    return ada


async def _partners(face: Face) -> str:
    """The id of a profile whose requests an operator approves."""
    ids = face.live.ids
    steps = [profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])]
    profile: dict[str, Any] = {
        "project_id": ids["project_id"],
        "ca_id": ids["ca_id"],
        "certificate_policy_id": ids["certificate_policy_id"],
        "slug": "partners",
        "enrollment_type": profile_pb2.ENROLLMENT_TYPE_API,
        "api_config": profile_pb2.ApiEnrollmentConfig(),
        "approval_config": profile_pb2.ApprovalConfig(steps=steps),
    }
    request = profiles.CreateCertificateProfileRequest(**profile)
    answer = await face.live.call(face.live.profiles.CreateCertificateProfile, request)
    return str(answer.certificate_profile.id)


async def _asked(face: Face, token: str, profile_id: str, name: str) -> str:
    """The id of a request for a name."""
    attributes = certificate_pb2.CertificateAttributes(common_name=name)
    order = messages.IssueCertificateRequest(profile_id=profile_id, attributes=attributes)
    answer = await face.live.call(face.live.certificates.IssueCertificate, order, token=token)
    return str(answer.certificate_request_id)
