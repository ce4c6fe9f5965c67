"""The CAs of a project of its own, over the wire, and what a verifier makes of a trust bundle."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from server.ids import new_id
from server.store.records import CertificateRecord
from tests.operators.ca_orders import authorities, create, intermediate, order
from tests.ordering import csr_pem, open_policy
from tests.serving import Live
from tests.watching.streams import Stream


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A root and an intermediate of a new project."""

    live: Live
    project_id: str
    root_id: str
    ca_id: str

    @classmethod
    async def of(cls, live: Live) -> Hierarchy:
        """Both new."""
        project_id = await live.project(f"hierarchy-{new_id()}")
        root = await create(live, order(live, project_id=project_id))
        ca = await create(live, intermediate(live, root.id, project_id=project_id))
        return cls(live, project_id, root.id, ca.id)

    async def issued(self) -> Any:
        """A new certificate as it is handed out."""
        profile_id = await self.live.profile(
            project_id=self.project_id, ca_id=self.ca_id, policy=open_policy()
        )
        request = certificates.IssueCertificateRequest(profile_id=profile_id, csr=csr_pem())
        request.attributes.common_name = "a.example.com"
        answer = await self.live.call(self.live.certificates.IssueCertificate, request)
        return answer.certificate

    async def revoke(self, certificate_id: str, **said: Any) -> None:
        """Of a leaf, or of a CA."""
        request = certificates.RevokeCertificateRequest(certificate_id=certificate_id, **said)
        await self.live.call(self.live.certificates.RevokeCertificate, request)

    async def release(self, certificate_id: str) -> None:
        """Lift a hold."""
        request = certificates.ReleaseCertificateHoldRequest(certificate_id=certificate_id)
        await self.live.call(self.live.certificates.ReleaseCertificateHold, request)

    async def certificate_of(self, ca_id: str) -> str:
        """The id of a CA's certificate."""
        found = await self.live.app.store.get(CertificateRecord, certified_ca_id=ca_id)
        assert found is not None
        return found.id

    async def rotate(self, ca_id: str, **said: Any) -> None:
        """Give a CA its next generation."""
        request = messages.RotateCertificateAuthorityRequest(id=ca_id, **said)
        await self.live.call(authorities(self.live).RotateCertificateAuthority, request)


async def bundle_until(stream: Stream, holds: Callable[[Any], bool]) -> Any:
    """The first bundle that is as wanted."""
    while not holds(bundle := (await stream.until("trust_bundle")).trust_bundle):
        pass
    return bundle


def is_complete(bundle: Any, *, cas: int) -> bool:
    """Whether so many CAs are in it, each with its first CRL."""
    return len(split(bundle.roots + bundle.intermediates)) == len(bundle.crls) == cas


def split(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text."""
    return x509.load_pem_x509_certificates(pem.encode()) if pem else []


def judged(bundle: Any, leaf: str, home: Path) -> str:
    """What OpenSSL makes of a certificate by a bundle alone, with every CRL: empty if it agrees."""
    texts = {
        "leaf": leaf,
        "roots": bundle.roots,
        "intermediates": bundle.intermediates,
        "crls": "".join(crl.crl for crl in bundle.crls),
    }
    paths = {name: str(home / f"{name}.pem") for name in texts}
    for name, text in texts.items():
        Path(paths[name]).write_text(text)
    trusted = ["-no-CApath", "-no-CAstore", "-CAfile", paths["roots"], "-untrusted", paths["intermediates"]]
    revoked = ["-crl_check_all", "-CRLfile", paths["crls"]]
    done = subprocess.run(
        ["openssl", "verify", "-x509_strict", *trusted, *revoked, paths["leaf"]],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
