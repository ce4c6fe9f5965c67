"""The agent's own private keys: made here, never sent; only the request that they sign (PKCS #10) is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from certmanager.v1 import x509_pb2

PrivateKey: TypeAlias = Any
"""One of cryptography's; its union of kinds has those in it that sign no CSR."""

_EXPONENT = 65537
_MAKERS: Mapping[int, Callable[[], PrivateKey]] = {
    x509_pb2.KEY_ALGORITHM_RSA_2048: lambda: rsa.generate_private_key(_EXPONENT, 2048),
    x509_pb2.KEY_ALGORITHM_RSA_3072: lambda: rsa.generate_private_key(_EXPONENT, 3072),
    x509_pb2.KEY_ALGORITHM_RSA_4096: lambda: rsa.generate_private_key(_EXPONENT, 4096),
    x509_pb2.KEY_ALGORITHM_EC_PRIME256V1: lambda: ec.generate_private_key(ec.SECP256R1()),
    x509_pb2.KEY_ALGORITHM_EC_SECP384R1: lambda: ec.generate_private_key(ec.SECP384R1()),
    x509_pb2.KEY_ALGORITHM_EC_SECP521R1: lambda: ec.generate_private_key(ec.SECP521R1()),
    x509_pb2.KEY_ALGORITHM_ED25519: ed25519.Ed25519PrivateKey.generate,
    x509_pb2.KEY_ALGORITHM_ML_DSA_44: mldsa.MLDSA44PrivateKey.generate,
    x509_pb2.KEY_ALGORITHM_ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
    x509_pb2.KEY_ALGORITHM_ML_DSA_87: mldsa.MLDSA87PrivateKey.generate,
}


class Unusable(ValueError):
    """A key or certificate that the agent cannot work with, as the end of a sentence."""


def new_key(algorithm: int = 0) -> bytes:
    """A new private key, PKCS #8 in PEM; P-256 unless a KeyAlgorithm of the contract says otherwise.

    Raises Unusable for one that a later server knows.
    """
    make = _MAKERS.get(algorithm or x509_pb2.KEY_ALGORITHM_EC_PRIME256V1)
    if make is None:
        raise Unusable(f"a key of the algorithm {algorithm} cannot be made here: this agent is too old")
    key: bytes = make().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key


def certification_request(key: bytes) -> str:
    """A CSR in PEM that proves the possession of the key and names nothing: names come with the order."""
    private = _loaded(key)
    # Ed25519 and ML-DSA have their hash within them (RFC 8410, RFC 9881).
    digest = hashes.SHA256() if isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None
    try:
        made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(private, digest)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise Unusable("it is no key that signs") from None
    return made.public_bytes(Encoding.PEM).decode("ascii")


def belong_together(key: bytes, certificate: str) -> bool:
    """Whether the PEM certificate is that of the PEM private key. Raises Unusable."""
    public = _loaded(key).public_key()
    return _octets(public) == _octets(_certificate(certificate).public_key())


def is_self_issued(certificate: str) -> bool:
    """Whether a PEM certificate names itself as its issuer, as a root does. Raises Unusable."""
    found = _certificate(certificate)
    return found.subject == found.issuer


def _octets(public: Any) -> bytes:
    octets: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return octets


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode("ascii"))
    except ValueError:
        raise Unusable("it is no certificate in PEM") from None


def _loaded(key: bytes) -> PrivateKey:
    try:
        return load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unusable("it is no private key in PEM, or an encrypted one") from None
