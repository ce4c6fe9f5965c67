"""Rotating CAs, and asking openssl what verifies with what."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf.json_format import ParseDict

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from tests.operators.ca_orders import authorities
from tests.serving import Failure, Live

_ML_DSA = "2.16.840.1.101.3.4.3."


def rotation(id_: str, **fields: Any) -> messages.RotateCertificateAuthorityRequest:
    """A request for the next generation; fields are in the JSON form of the contract."""
    return ParseDict({"id": id_, **fields}, messages.RotateCertificateAuthorityRequest())


async def rotate(live: Live, id_: str, *, token: str | None = None, **fields: Any) -> Any:
    """The CA in its next generation."""
    answer = await live.call(
        authorities(live).RotateCertificateAuthority, rotation(id_, **fields), token=token
    )
    return answer.certificate_authority


async def rotate_outside(live: Live, id_: str, **fields: Any) -> tuple[Any, str]:
    """The CA, and the CSR of its next generation."""
    answer = await live.call(authorities(live).RotateCertificateAuthority, rotation(id_, **fields))
    return answer.certificate_authority, answer.csr


async def not_rotated(live: Live, id_: str, *, token: str | None = None, **fields: Any) -> Failure:
    """How a rotation is refused."""
    return await live.refused(
        authorities(live).RotateCertificateAuthority, rotation(id_, **fields), token=token
    )


async def told(live: Live, certificate_id: str) -> Any:
    """A certificate as GetCertificate tells it."""
    request = certificates.GetCertificateRequest(certificate_id=certificate_id)
    return (await live.call(live.certificates.GetCertificate, request)).certificate


async def of_ca(live: Live, ca_id: str, *, token: str | None = None) -> list[Any]:
    """What a CA has signed, as the list tells it."""
    request = certificates.ListCertificatesRequest(ca_id=ca_id)
    return list((await live.call(live.certificates.ListCertificates, request, token=token)).certificates)


def certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def verifies(leaf: str, chain: str, home: Path) -> bool:
    """Whether a certificate is trusted by a chain, from its issuer to its root, and by nothing else.

    openssl tells it; of ML-DSA, which Debian's does not know, the signatures alone are looked at.
    """
    links = (certificate(leaf), *x509.load_pem_x509_certificates(chain.encode()))
    if any(link.signature_algorithm_oid.dotted_string.startswith(_ML_DSA) for link in links):
        return all(_has_signed(issuer, link) for link, issuer in pairwise(links))
    *between, root = (link.public_bytes(Encoding.PEM) for link in links[1:])
    (home / "root").write_bytes(root)
    (home / "between").write_bytes(b"".join(between))
    (home / "leaf").write_text(leaf)
    untrusted = ("-untrusted", "between") if between else ()
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "root", *untrusted, "leaf"]
    return subprocess.run(command, cwd=home, capture_output=True, check=False).returncode == 0


def _has_signed(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    try:
        link.verify_directly_issued_by(issuer)
    except (ValueError, InvalidSignature):
        return False
    return True
