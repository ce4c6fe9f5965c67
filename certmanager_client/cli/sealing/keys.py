"""Recipients' keys as PEM files: the public half is sent with a request, the private one stays at home."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_service_pb2 import RecipientKey
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read, must_read_password

X25519 = x509_pb2.KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256
P256 = x509_pb2.KEY_ENCAPSULATION_DHKEM_P256_HKDF_SHA256

PrivateKey: TypeAlias = x25519.X25519PrivateKey | ec.EllipticCurvePrivateKey

_LONGEST = 64 * 1024
_PRIVATE = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_ENCRYPTED = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED", re.MULTILINE)
_KINDS = "is neither an X25519 key nor one on the curve P-256"


def recipient(file: str) -> RecipientKey:
    """The public key of a PEM file, as RFC 9180, section 7.1.1, serializes it.

    Ends the program for all else; a private key least of all is sent anywhere.
    """
    pem = must_read(file, _LONGEST, what="the recipient key")
    if _PRIVATE.search(pem):
        fail(
            f"{file} holds a private key, which nobody else must have; nothing is sent",
            f"  openssl pkey -in {file} -pubout    writes the public key that is wanted",
        )
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        fail(f"{file} holds no public key in PEM")
    if isinstance(key, x25519.X25519PublicKey):
        return _serialized(key)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _is_p256(key.curve):
        fail(f"the recipient key in {file} {_KINDS}")
    return _serialized(key)


def public_of(key: PrivateKey) -> RecipientKey:
    """The public half of a recipient's private key, to be sent."""
    return _serialized(key.public_key())


def private(file: str, password_file: str | None) -> PrivateKey:
    """The recipient's private key of a PEM file. Ends the program for all else."""
    key = _loaded(file, password_file)
    if isinstance(key, x25519.X25519PrivateKey):
        return key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _is_p256(key.curve):
        fail(f"the private key in {file} {_KINDS}")
    return key


def mechanism(key: PrivateKey) -> x509_pb2.KeyEncapsulation:
    """The mechanism that a key is for."""
    return X25519 if isinstance(key, x25519.X25519PrivateKey) else P256


def _loaded(file: str, password_file: str | None) -> Any:
    pem = must_read(file, _LONGEST, what="the private key")
    encrypted = _ENCRYPTED.search(pem) is not None
    if encrypted and password_file is None:
        fail(f"the private key in {file} is encrypted: --password-file says its password")
    if password_file is not None and not encrypted:
        fail(f"{file} holds no encrypted private key: it takes no --password-file")
    password = None if password_file is None else must_read_password(password_file).encode()
    try:
        return load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if encrypted:
            fail(f"the private key in {file} cannot be decrypted with this password")
        fail(f"{file} holds no private key in PEM")


def _serialized(key: x25519.X25519PublicKey | ec.EllipticCurvePublicKey) -> RecipientKey:
    if isinstance(key, x25519.X25519PublicKey):
        return RecipientKey(kem=X25519, public_key=key.public_bytes_raw())
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return RecipientKey(kem=P256, public_key=point)


def _is_p256(curve: ec.EllipticCurve) -> bool:
    return isinstance(curve, ec.SECP256R1)
