"""HPKE's other half (RFC 9180, base mode): a recipient's private key opens what the server sealed to them."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from certmanager_client.cli.sealing.document import SealedKey
from certmanager_client.cli.sealing.keys import P256, X25519, PrivateKey, mechanism

_KEMS = {X25519: KEM.X25519, P256: KEM.P256}
_INFO = b"certmanager/v1/private-key/"


class Unopened(Exception):
    """A sealed key that a private key does not open; why, as the end of a sentence."""


def opened(sealed: SealedKey, key: PrivateKey) -> bytes:
    """The private key that was sealed, in PKCS #8 PEM. Raises Unopened."""
    if mechanism(key) != sealed.kem:
        raise Unopened(f"it is sealed by {sealed.kem_name}, which the key is not for")
    suite = Suite(_KEMS[mechanism(key)], KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    try:
        der = suite.decrypt(sealed.enc + sealed.ciphertext, key, _INFO + sealed.request_id.encode())
    except InvalidTag:
        raise Unopened("it is sealed to another key, or the file is not as it was written") from None
    return _pem(der)


def _pem(der: bytes) -> bytes:
    """Anybody can seal anything to a public key: what is no private key is not written as one."""
    try:
        key = load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unopened("what is sealed in it is no private key") from None
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
