"""Sealing to a recipient's public key: HPKE (RFC 9180) in base mode, with HKDF-SHA256 and AES-256-GCM."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from server.pki.faults import KeyFault

_SHAPE: Final = "RECIPIENT_KEY_MALFORMED"
_UNCOMPRESSED: Final = 0x04


class KeyEncapsulation(Enum):
    """The mechanisms of recipients' keys, with their numbers in RFC 9180, section 7.1."""

    DHKEM_P256_HKDF_SHA256 = 0x0010
    DHKEM_X25519_HKDF_SHA256 = 0x0020


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A public key to seal to, as a client gave it: ``fault`` tells whether it is one."""

    kem: KeyEncapsulation
    public_key: bytes
    """Serialized as RFC 9180, section 7.1.1, says: 32 octets, or an uncompressed point of 65."""

    def fault(self) -> KeyFault | None:
        """Why nothing may be sealed to it; None if nothing speaks against it (RFC 9180, section 7.1.4)."""
        return _FAULTS[self.kem](self.public_key)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What only the recipient can open."""

    kem: KeyEncapsulation
    enc: bytes
    """The encapsulated key: an ephemeral public key in the form of the recipient's."""
    ciphertext: bytes
    """With the tag of 16 octets at its end."""

    @property
    def octets(self) -> bytes:
        """All of it as one: two octets of the mechanism's number, then ``enc`` and ``ciphertext``."""
        return self.kem.value.to_bytes(2, "big") + self.enc + self.ciphertext

    @classmethod
    def of(cls, octets: bytes) -> Sealed:
        """What ``octets`` wrote."""
        kem = KeyEncapsulation(int.from_bytes(octets[:2], "big"))
        enc, ciphertext = _split(kem, octets[2:])
        return cls(kem, enc, ciphertext)


_KEMS: Final = {
    KeyEncapsulation.DHKEM_P256_HKDF_SHA256: KEM.P256,
    KeyEncapsulation.DHKEM_X25519_HKDF_SHA256: KEM.X25519,
}
_SUITES: Final = {kem: Suite(known, KDF.HKDF_SHA256, AEAD.AES_256_GCM) for kem, known in _KEMS.items()}


def seal(plaintext: bytes, recipient: RecipientKey, *, info: bytes) -> Sealed:
    """Seals octets to a recipient, for the use that ``info`` names; no associated data.

    Raises ValueError if the recipient's key has a fault.
    """
    octets = _SUITES[recipient.kem].encrypt(plaintext, _load(recipient), info)
    return Sealed(recipient.kem, *_split(recipient.kem, octets))


def _split(kem: KeyEncapsulation, octets: bytes) -> tuple[bytes, bytes]:
    size = _KEMS[kem].enc_length()
    return octets[:size], octets[size:]


def _load(recipient: RecipientKey) -> ec.EllipticCurvePublicKey | x25519.X25519PublicKey:
    if recipient.kem is KeyEncapsulation.DHKEM_X25519_HKDF_SHA256:
        return x25519.X25519PublicKey.from_public_bytes(recipient.public_key)
    return _p256(recipient.public_key)


def _p256(octets: bytes) -> ec.EllipticCurvePublicKey:
    # The library takes compressed points too, which RFC 9180 does not.
    if octets[:1] != bytes((_UNCOMPRESSED,)):
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets)


def _p256_fault(octets: bytes) -> KeyFault | None:
    try:
        _p256(octets)
    except ValueError:
        return KeyFault(_SHAPE, "the key must be an uncompressed point on the curve P-256")
    return None


def _x25519_fault(octets: bytes) -> KeyFault | None:
    try:
        public_key = x25519.X25519PublicKey.from_public_bytes(octets)
    except ValueError:
        return KeyFault(_SHAPE, "the key must be the 32 octets of an X25519 public key")
    try:  # with any private key: each makes nothing but zeros of a point of small order
        x25519.X25519PrivateKey.generate().exchange(public_key)
    except ValueError:
        return KeyFault("RECIPIENT_KEY_SMALL_ORDER", "everybody could open what is sealed to this key")
    return None


_FAULTS: Final = {
    KeyEncapsulation.DHKEM_P256_HKDF_SHA256: _p256_fault,
    KeyEncapsulation.DHKEM_X25519_HKDF_SHA256: _x25519_fault,
}
