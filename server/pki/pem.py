"""PEM armour (RFC 7468), read in linear time and in one form only."""

from __future__ import annotations

import binascii
import re
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki.roots import is_root

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,64})-----([A-Za-z0-9+/=\s]*)-----END \1-----", re.ASCII)
_SPACE: Final = re.compile(r"\s*", re.ASCII)
MAX_CHAIN: Final = 16
"""How many certificates a chain may have, from the certificate that it is of to the root."""
MAX_CHAIN_SIZE: Final = 256 * 1024
"""How many characters their PEM may have."""


class PEMFault(ValueError):
    """The text is not the PEM that was expected; the message is a sentence that says why."""


def read_block(text: str, labels: frozenset[str]) -> bytes:
    """The octets of the one block that the text holds; raises PEMFault."""
    blocks = _blocks(text, labels)
    if len(blocks) != 1:
        raise PEMFault("the text must hold exactly one PEM block")
    return blocks[0]


def load_certificates(text: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text, at most 16 of them, in its order; raises PEMFault."""
    if len(text) > MAX_CHAIN_SIZE:
        raise PEMFault("the text has more than 256 KiB")
    blocks = _blocks(text, frozenset({"CERTIFICATE"}))
    if not 0 < len(blocks) <= MAX_CHAIN:
        raise PEMFault("the text must hold from 1 to 16 certificates")
    return _certificates(blocks)


def stored_certificates(text: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text of our own, however many: what was stored can always be read again.

    Raises PEMFault, a fault of ours.
    """
    return _certificates(_blocks(text, frozenset({"CERTIFICATE"})))


def _certificates(blocks: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_der_x509_certificate(block) for block in blocks)
    except ValueError:
        raise PEMFault("a PEM block does not hold a certificate") from None


def certificate_pem(certificate: x509.Certificate | bytes) -> str:
    """A certificate, or its DER, in PEM."""
    der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
    return _armoured("CERTIFICATE", der)


def csr_pem(der: bytes) -> str:
    """The DER of a certificate request in PEM."""
    return _armoured("CERTIFICATE REQUEST", der)


def crl_pem(der: bytes) -> str:
    """The DER of a CRL in PEM."""
    return _armoured("X509 CRL", der)


def chain_pem(certificates: tuple[x509.Certificate | bytes, ...]) -> str:
    """Certificates one after the other, each followed by its issuer if they are ordered so."""
    return "".join(certificate_pem(certificate) for certificate in certificates)


def without_root(chain: str) -> str:
    """A PEM chain without its root; a last certificate that is not self-signed is no root, and stays."""
    certificates = stored_certificates(chain)
    return chain_pem(certificates[:-1] if is_root(certificates[-1]) else certificates)


def _armoured(label: str, der: bytes) -> str:
    body = binascii.b2a_base64(der, newline=False).decode("ascii")
    lines = (body[at : at + 64] for at in range(0, len(body), 64))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def _blocks(text: str, labels: frozenset[str]) -> tuple[bytes, ...]:
    """The octets of all blocks.

    Each match begins where the last one ended and no part of it can match in
    two ways, so the time is linear even in hostile text.
    """
    found: list[bytes] = []
    at = _after_space(text, 0)
    while at < len(text):
        match = _BLOCK.match(text, at)
        if match is None or match[1] not in labels:
            raise PEMFault("the text must hold PEM blocks of the right label and nothing else")
        found.append(_decoded(match[2]))
        at = _after_space(text, match.end())
    return tuple(found)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _decoded(body: str) -> bytes:
    try:
        return binascii.a2b_base64("".join(body.split()), strict_mode=True)
    except binascii.Error:
        raise PEMFault("the PEM block is not valid base64") from None
