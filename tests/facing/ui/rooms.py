"""Words for tests of the pages: a browser that is signed in, and what it finds."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from certmanager.v1.certificate_pb2 import AltName, Certificate, CertificateAttributes
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest, IssueCertificateRequest
from certmanager.v1.x509_pb2 import AltNameType
from tests.facing.faces import Face

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody in the rooms of one project."""

    client: httpx2.AsyncClient
    project_id: str

    def path(self, room: str) -> str:
        return f"/projects/{self.project_id}{room}"

    async def get(self, room: str, **query: str) -> httpx2.Response:
        return await self.client.get(self.path(room), params=query)

    async def seen(self, room: str, **query: str) -> str:
        """The page, which must be there."""
        answer = await self.get(room, **query)
        assert answer.status_code == 200, (answer.status_code, text_of(answer))
        return answer.text

    async def send(self, room: str, *, to: str = "", **fields: str) -> httpx2.Response:
        """Send a form of a page to ``to`` below it, with the page's own mark against other sites."""
        found = _CSRF.search(await self.seen(room))
        assert found is not None
        return await self.client.post(self.path(room + to), data={"csrf": found[1], **fields})


@asynccontextmanager
async def browsing(face: Face, token: str = "", project_id: str = "") -> AsyncIterator[Browser]:
    async with face.signed_in(token) as client:
        yield Browser(client, project_id or face.live.ids["project_id"])


def text_of(answer: httpx2.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(_TAG.sub(" ", answer.text)).split())


async def issued(face: Face, name: str, *, token: str = "", **said: Any) -> Certificate:
    """A new certificate for a DNS name."""
    live = face.live
    attributes = CertificateAttributes(
        common_name=name,
        alt_names=[AltName(type=AltNameType.ALT_NAME_TYPE_DNS, value=name)],
        ttl=said.pop("ttl", "30d"),
    )
    profile = said.pop("profile_id", "") or live.ids["profile_id"]
    asked = IssueCertificateRequest(profile_id=profile, attributes=attributes, **said)
    answer = await live.call(live.certificates.IssueCertificate, asked, token=token or None)
    return await stored(face, answer.certificate.certificate_id)


async def stored(face: Face, id_: str) -> Certificate:
    """A certificate as the service knows it."""
    asked = GetCertificateRequest(certificate_id=id_)
    found: Certificate = (await face.live.call(face.live.certificates.GetCertificate, asked)).certificate
    return found
