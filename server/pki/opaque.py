"""Opaque texts: what a client keeps for the server, and can neither read nor make nor change."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from server.pki.seal import SealBroken


class Opaque:
    """Seals short texts under a key of 32 octets, or of 64 (AES-SIV, RFC 5297).

    It has no nonce, so that no number of texts wears the key out; equal texts in
    equal contexts are sealed to equal octets, which says nothing that their
    holders do not know.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def __repr__(self) -> str:
        return "Opaque(...)"

    def seal(self, text: bytes, *, context: bytes) -> bytes:
        """The text sealed for one context, 16 octets longer."""
        return self._cipher.encrypt(text, [context])

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """The text again; raises SealBroken for another key or context, or changed octets."""
        try:
            return self._cipher.decrypt(sealed, [context])
        except (InvalidTag, ValueError):
            raise SealBroken("the octets were not sealed with this key in this context") from None
