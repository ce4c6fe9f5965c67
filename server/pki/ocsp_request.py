"""Reads OCSP requests (RFC 6960, 4.1).

A request asks about one certificate, as RFC 5019, 2.1.1 has it. A request that
is signed is read as any other: who asks decides nothing. An extension that is
critical and not known makes a request unanswerable (RFC 6960, 4.4), wherever it
stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from server.pki import der
from server.pki.certificate import Certificate
from server.pki.keys import spki

MAX_NONCE: Final = 128
"""Octets of a nonce that are echoed, at most; one of none or more is malformed (RFC 9654, 2.1)."""
_MAX_REQUEST: Final = 16 * 1024
_MAX_SERIAL_BITS: Final = 20 * 8 - 1
_SEQUENCE: Final = 0x30
_SINGLE_EXTENSIONS: Final = 0xA0
_KNOWN: Final = (x509.OCSPNonce, x509.OCSPAcceptableResponses)
DIGESTS: Final[dict[str, hashes.HashAlgorithm]] = {
    digest.name: digest
    for digest in (hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())  # noqa: S303
}
"""What issuers are named by; SHA-1 hides no secret there, and is what most clients send (RFC 5019, 2.1.1)."""


class OCSPFault(ValueError):
    """A request that is not one, or not one that can be answered."""


@dataclass(frozen=True, slots=True)
class IssuerID:
    """How a request names an issuer: by hashes of its name and of its key."""

    digest: str
    """As ``sha256``."""
    name_hash: bytes
    key_hash: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: which certificate of which issuer, and what makes the answer fresh."""

    issuer: IssuerID
    serial: int
    nonce: bytes | None = None


def read_request(octets: bytes) -> Question:
    """The question of a request in DER; raises OCSPFault."""
    if len(octets) > _MAX_REQUEST:
        raise OCSPFault("the request is too long")
    try:
        request = ocsp.load_der_ocsp_request(octets)
        digest, nonce = request.hash_algorithm.name, _nonce(request.extensions)
        _refuse_critical(_single_extensions(octets))
    except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension):
        raise OCSPFault("the request is malformed") from None
    if not 0 <= request.serial_number.bit_length() <= _MAX_SERIAL_BITS or request.serial_number < 0:
        raise OCSPFault("the serial number is none")
    return Question(
        IssuerID(digest, request.issuer_name_hash, request.issuer_key_hash), request.serial_number, nonce
    )


def issuer_ids(certificate: Certificate) -> Iterator[IssuerID]:
    """All that requests can name the subject of a CA's certificate by (RFC 6960, 4.1.1)."""
    name = certificate.subject.public_bytes()
    # The content of the BIT STRING, without its octet of unused bits.
    key = der.element(spki(certificate.public_key())).children()[1].content[1:]
    for digest, algorithm in DIGESTS.items():
        yield IssuerID(digest, _hashed(algorithm, name), _hashed(algorithm, key))


def _hashed(algorithm: hashes.HashAlgorithm, octets: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(octets)
    return digest.finalize()


def _nonce(extensions: x509.Extensions) -> bytes | None:
    """The nonce to be echoed. Raises OCSPFault for one that must not be, and for what is not understood."""
    _refuse_critical(each.oid for each in extensions if each.critical and not isinstance(each.value, _KNOWN))
    for each in extensions:
        if isinstance(each.value, x509.OCSPNonce):
            if not 0 < len(each.value.nonce) <= MAX_NONCE:
                raise OCSPFault("the nonce has no length that a nonce has")
            return each.value.nonce
    return None


def _refuse_critical(unknown: Iterable[object]) -> None:
    if any(True for _ in unknown):
        raise OCSPFault("an extension is critical, and not known")


def _single_extensions(octets: bytes) -> Iterator[bytes]:
    """The critical ones of those that stand with the CertID, which the library does not show: all unknown."""
    body = der.element(octets).children()[0]
    requests = next(part for part in body.children() if part.tag == _SEQUENCE)
    for part in requests.children()[0].children():
        if part.tag == _SINGLE_EXTENSIONS:
            for extension in der.element(part.content).children():
                if any(value.tag == der.BOOLEAN for value in extension.children()):
                    yield extension.encoded
