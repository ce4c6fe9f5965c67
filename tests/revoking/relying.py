"""A relying party: somebody without a token who asks the plain listener about certificates."""

from __future__ import annotations

import asyncio
import base64
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certmanager.v1 import certificate_service_pb2 as messages
from server.clock import Clock, utc_now
from server.config import Settings
from tests.serving import Live, running

PKI_URL = "http://pki.example.com"
REQUEST = {"content-type": "application/ocsp-request"}
PATIENCE = 15
"""Seconds that a test waits for what takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate with those above it."""

    id: str
    leaf: x509.Certificate
    issuer: x509.Certificate
    chain: str
    """PEM, from the issuer to the root."""


@dataclass(slots=True)
class Party:
    """A running server, and how to talk to its plain listener."""

    live: Live
    url: str
    http: httpx2.AsyncClient

    async def issue(self, *, profile_id: str = "", ttl: str = "") -> Held:
        """A new certificate under a profile, the first one if none is named."""
        request = messages.IssueCertificateRequest(profile_id=profile_id or self.live.ids["profile_id"])
        request.attributes.common_name = "a.example.com"
        if ttl:
            request.attributes.ttl = ttl
        answer = await self.live.call(self.live.certificates.IssueCertificate, request)
        made = answer.certificate
        leaf = x509.load_pem_x509_certificate(made.certificate.encode())
        chain = x509.load_pem_x509_certificates(made.certificate_chain.encode())
        return Held(made.certificate_id, leaf, chain[0], made.certificate_chain)

    async def revoke(self, held: Held, reason: str = "SUPERSEDED") -> None:
        """Takes it out of force."""
        named = f"REVOCATION_REASON_{reason}"
        request = messages.RevokeCertificateRequest(certificate_id=held.id, reason=named)
        await self.live.call(self.live.certificates.RevokeCertificate, request)

    async def release(self, held: Held) -> None:
        """Puts it into force again."""
        request = messages.ReleaseCertificateHoldRequest(certificate_id=held.id)
        await self.live.call(self.live.certificates.ReleaseCertificateHold, request)

    async def ask(self, held: Held, **said: Any) -> ocsp.OCSPResponse:
        """What is answered about it; ``said`` are those of ``question``."""
        return await self.post(question(held, **said))

    async def post(self, body: bytes) -> ocsp.OCSPResponse:
        """The answer to whatever octets; fails unless it is an OCSP response."""
        answer = await self.http.post("/ocsp", content=body, headers=REQUEST)
        return response(answer)

    async def get(self, body: bytes, **headers: str) -> httpx2.Response:
        """The answer to a request in the path."""
        return await self.http.get(f"/ocsp/{in_path(body)}", headers=headers)

    async def openssl(self, held: Held, *flags: str) -> str:
        """What ``openssl ocsp`` says of it, which verifies the answer up to the root."""
        with TemporaryDirectory() as directory:
            lay(directory, held)
            asked = ("-issuer", "issuer", "-cert", "leaf", "-url", f"{self.url}/ocsp", "-CAfile", "chain")
            return await told("openssl", "ocsp", *flags, *asked, directory=directory)


def lay(directory: str, held: Held, **more: bytes) -> None:
    """Puts it where programs find it: the files ``leaf``, ``issuer`` and ``chain``, and others."""
    files = {
        "leaf": held.leaf.public_bytes(Encoding.PEM),
        "issuer": held.issuer.public_bytes(Encoding.PEM),
        "chain": held.chain.encode(),
        **more,
    }
    for name, octets in files.items():
        Path(directory, name).write_bytes(octets)


@asynccontextmanager
async def party(settings: Settings, *, clock: Clock = utc_now, **others: Any) -> AsyncIterator[Party]:
    """A server with a plain listener."""
    published = {"pki_http_address": "127.0.0.1:0", "pki_url": PKI_URL, **others}
    async with running(settings.model_copy(update=published), clock=clock) as live:
        url = live.app.endpoints["pki"]
        async with httpx2.AsyncClient(base_url=url) as http:
            yield Party(live, url, http)


def question(held: Held, *, digest: hashes.HashAlgorithm | None = None, nonce: bytes | None = None) -> bytes:
    """A request about a certificate, in DER."""
    digest = digest or hashes.SHA1()
    builder = ocsp.OCSPRequestBuilder().add_certificate(held.leaf, held.issuer, digest)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def question_of(held: Held, serial: int) -> bytes:
    """A request about another certificate of the same issuer, in DER."""
    asked = ocsp.load_der_ocsp_request(question(held))
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        asked.issuer_name_hash, asked.issuer_key_hash, serial, hashes.SHA1()
    )
    return builder.build().public_bytes(Encoding.DER)


def in_path(body: bytes) -> str:
    """The request as RFC 6960, A.1 puts it into a path."""
    return urllib.parse.quote(base64.b64encode(body).decode(), safe="")


def response(answer: httpx2.Response) -> ocsp.OCSPResponse:
    """The OCSP response that an HTTP response carries."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(answer.content)


async def told(*command: str, directory: str) -> str:
    """All that a program prints; it has the loop to itself meanwhile, as the server is in it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=directory, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    return out.decode()
