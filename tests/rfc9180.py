"""HPKE's base mode by RFC 9180, to open what the server sealed without the library that it seals with."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256, X25519 = 0x0010, 0x0020
AES_128_GCM, AES_256_GCM = 1, 2
_HKDF_SHA256 = 1
_KEY_SIZES = {AES_128_GCM: 16, AES_256_GCM: 32}

PrivateKey = ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey


@dataclass(frozen=True)
class Opened:
    """The plaintext, and what was derived on the way to it."""

    shared_secret: bytes
    key: bytes
    base_nonce: bytes
    plaintext: bytes


def open_base(
    enc: bytes,
    private_key: PrivateKey,
    *,
    info: bytes,
    aad: bytes,
    ciphertext: bytes,
    aead: int = AES_256_GCM,
) -> Opened:
    """Section 6.1: the first message of a context. Raises InvalidTag."""
    kem = X25519 if isinstance(private_key, x25519.X25519PrivateKey) else P256
    shared_secret = _decap(kem, enc, private_key)
    suite = b"HPKE" + b"".join(number.to_bytes(2) for number in (kem, _HKDF_SHA256, aead))
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared_secret, b"secret", b"")
    key = _expand(suite, secret, b"key", context, _KEY_SIZES[aead])
    base_nonce = _expand(suite, secret, b"base_nonce", context, 12)
    return Opened(shared_secret, key, base_nonce, AESGCM(key).decrypt(base_nonce, ciphertext, aad))


def public_octets(key: PrivateKey) -> bytes:
    """The public half as section 7.1.1 serializes it."""
    if isinstance(key, x25519.X25519PrivateKey):
        return key.public_key().public_bytes_raw()
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _decap(kem: int, enc: bytes, private_key: PrivateKey) -> bytes:
    """Section 4.1."""
    if isinstance(private_key, x25519.X25519PrivateKey):
        dh = private_key.exchange(x25519.X25519PublicKey.from_public_bytes(enc))
    else:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
        dh = private_key.exchange(ec.ECDH(), peer)
    suite = b"KEM" + kem.to_bytes(2)
    secret = _extract(suite, b"", b"eae_prk", dh)
    return _expand(suite, secret, b"shared_secret", enc + public_octets(private_key), 32)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """LabeledExtract of section 4; HMAC fills an empty salt with zeros by itself."""
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, hashlib.sha256)


def _expand(suite: bytes, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """LabeledExpand of section 4; no key here is longer than one block of HMAC-SHA-256."""
    labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + context
    return hmac.digest(secret, labelled + b"\x01", hashlib.sha256)[:length]
