"""Files of certificates: what relying parties and servers are given to read. No key is ever in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from server.pki.certificate import encoded, load_certificate
from server.pki.pem import certificate_pem, stored_certificates
from server.pki.roots import is_root


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A certificate of a chain."""

    pem: str = field(repr=False)
    fingerprint: str
    """SHA-256 of its DER, lower-case hexadecimal."""
    not_after: datetime
    is_root: bool


def links_of(chain: str) -> tuple[Link, ...]:
    """The certificates of a PEM chain of our own, in its order."""
    return tuple(
        Link(
            pem=certificate_pem(certificate),
            fingerprint=sha256(encoded(certificate)).hexdigest(),
            not_after=certificate.not_valid_after_utc,
            is_root=is_root(certificate),
        )
        for certificate in stored_certificates(chain)
    )


def chain_of(chain: str, *, with_root: bool) -> tuple[bytes, ...]:
    """The DER of a PEM chain's certificates; a root is left out unless it is wanted."""
    found = stored_certificates(chain)
    return tuple(encoded(one) for one in found if with_root or not is_root(one))


def pem_file(certificates: Sequence[bytes]) -> bytes:
    """Certificates in PEM, one after the other."""
    return "".join(map(certificate_pem, certificates)).encode()


def pkcs7_file(certificates: Sequence[bytes]) -> bytes:
    """Certificates in a PKCS #7 file that signs nothing (RFC 2315, 9.1), in DER."""
    return pkcs7.serialize_certificates([load_certificate(der) for der in certificates], Encoding.DER)
