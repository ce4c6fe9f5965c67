"""The page of a certificate hears of what changes, from the moment that it was made."""

from __future__ import annotations

import re
from html import unescape

import httpx2

from certmanager.v1.certificate_service_pb2 import RevokeCertificateRequest
from certmanager.v1.x509_pb2 import RevocationReason
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, issued
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_LIVE = re.compile(r'data-live-url="([^"]+)"')


async def _begins(client: httpx2.AsyncClient, path: str) -> list[str]:
    """The lines of the events up to the first that has an id."""
    lines = []
    async with client.stream("GET", path) as answer:
        async for line in answer.aiter_lines():
            lines.append(line)
            if line.startswith("id:"):
                break
    return lines


def _live_url(browser_text: str) -> str:
    found = _LIVE.search(browser_text)
    assert found is not None
    return unescape(found[1])


async def test_what_happened_before_the_watch_began_is_told(standing_face: Face) -> None:
    """The certificate is revoked between the page and its watch."""
    one = await issued(standing_face, "gap.example.com")
    live = standing_face.live
    async with browsing(standing_face) as browser:
        url = _live_url(await browser.seen(f"/certificates/{one.id}"))
        quiet = await _begins(browser.client, url)
        reason = RevocationReason.REVOCATION_REASON_SUPERSEDED
        asked = RevokeCertificateRequest(certificate_id=one.id, reason=reason)
        await live.call(live.certificates.RevokeCertificate, asked)
        told = await _begins(browser.client, url)
    assert "event: changed" not in quiet
    assert "event: changed" in told


async def test_what_can_be_done_changes_with_the_certificate(standing_face: Face) -> None:
    """The part that a change is shown in has the buttons, too."""
    one = await issued(standing_face, "buttons.example.com")
    live = standing_face.live
    async with browsing(standing_face) as browser:
        before = await browser.seen(f"/certificates/{one.id}/now")
        reason = RevocationReason.REVOCATION_REASON_CERTIFICATE_HOLD
        asked = RevokeCertificateRequest(certificate_id=one.id, reason=reason)
        await live.call(live.certificates.RevokeCertificate, asked)
        after = await browser.seen(f"/certificates/{one.id}/now")
    assert "/renew" in before
    assert "/release-hold" not in before
    assert "/release-hold" in after
    assert "/renew" not in after
