"""PKCS #12 files (RFC 7292): a private key with its certificate and chain, under a password."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates

from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import Certificate
from server.pki.describe import describe
from server.pki.keys import PrivateKey

# The library holds the GIL while it derives: 3 ms for these, 155 ms for 600,000. And it derives the
# key of the MAC with 2,048, so that more rounds here would not make a password harder to guess.
_ROUNDS: Final = 10_000
_HELD: Final = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)

PKCS12_ALGORITHMS: Final = tuple(each for each in KeyAlgorithm if not each.name.startswith("ML_DSA"))
"""The keys that such a file can hold; the library writes no ML-DSA into one."""


def dump_pkcs12(
    key: PrivateKey, *, password: str, certificate: Certificate, chain: tuple[Certificate, ...]
) -> bytes:
    """A file with the key, its certificate and the chain, which OpenSSL 3 and Java 17 read.

    Key and certificates are encrypted with PBES2 (PBKDF2 and HMAC-SHA-256, AES-256-CBC), the whole
    is authenticated with HMAC-SHA-256. It takes some milliseconds. Raises
    ValueError for a key that is not of ``PKCS12_ALGORITHMS``.
    """
    if not isinstance(key, _HELD):
        raise ValueError("no PKCS #12 file holds such a key")  # noqa: TRY004 - the key is at fault
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )
    name = friendly_name(certificate).encode()
    return serialize_key_and_certificates(name, key, certificate, chain, encryption)


def friendly_name(certificate: Certificate) -> str:
    """What programs list the key as: common name, else first alternative name, else serial number."""
    told = describe(certificate)
    names = (told.common_name, *(name.value for name in told.alt_names), told.serial)
    return next(name for name in names if name)
