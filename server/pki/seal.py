"""The key-encryption key: what seals every secret at rest, and whence the token keys come."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEK_SIZE: Final = 32
_VERSION: Final = b"\x01"
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_MIN_SALT: Final = 16
# Interactive strength of 2026 twice over: it runs once a start. 2^17 * 8 * 128 octets are 128 MiB.
_SCRYPT_COST: Final = 2**17


class SealBroken(Exception):
    """The octets were not sealed with this key in this context, or were changed since."""


class KEK:
    """A key-encryption key of 32 octets, which no repr, fingerprint or error tells.

    Each purpose has its own key, derived by HKDF-SHA256 with its own info, so
    that the fingerprint and the token keys say nothing of the sealing key.
    """

    __slots__ = ("_cipher", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEK_SIZE:
            raise ValueError("a key-encryption key has 32 octets")
        self._key = key
        self._cipher = AESGCM(self.derive("certmanager/v1/seal"))

    @classmethod
    def from_passphrase(cls, passphrase: str, salt: bytes) -> KEK:
        """The key that a passphrase stands for (scrypt, 128 MiB, about half a second); blocks."""
        if not passphrase or len(salt) < _MIN_SALT:
            raise ValueError("a passphrase may not be empty, and its salt has 16 octets or more")
        return cls(Scrypt(salt=salt, length=KEK_SIZE, n=_SCRYPT_COST, r=8, p=1).derive(passphrase.encode()))

    def __repr__(self) -> str:
        return "KEK(...)"

    def __reduce__(self) -> str:
        raise TypeError("a key-encryption key is not to be pickled")

    def fingerprint(self) -> str:
        """What may be stored to recognise the key: 32 hex digits, derived and not a hash of it."""
        return self.derive("certmanager/v1/fingerprint")[:16].hex()

    def derive(self, info: str) -> bytes:
        """The 32 octets for a purpose; each purpose has an ``info`` of its own."""
        return HKDF(hashes.SHA256(), KEK_SIZE, salt=None, info=info.encode()).derive(self._key)

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Seals a secret for one place, as ``private_key/ID``; AES-256-GCM with a random nonce.

        The result is a version octet, the nonce, and the ciphertext with its tag.
        """
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plaintext, _bound(context))

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The secret again; raises SealBroken for another key or place, or changed octets."""
        version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        if version != _VERSION or len(ciphertext) < _TAG_SIZE:
            raise SealBroken("the sealed octets are of no known version")
        try:
            return self._cipher.decrypt(nonce, ciphertext, _bound(context))
        except InvalidTag:
            raise SealBroken("the seal does not open with this key in this context") from None


def _bound(context: str) -> bytes:
    """The associated data: the version too, so that it cannot be changed into another one."""
    return _VERSION + context.encode()
