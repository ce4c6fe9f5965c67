"""Private keys: making them, and their PKCS #8 form."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from server.pki.algorithms import KeyAlgorithm, key_algorithm_of
from server.pki.faults import KeyFault
from server.pki.weakness import key_faults

__all__ = [
    "KeyFault",
    "PrivateKey",
    "PublicKey",
    "dump_pkcs8",
    "generate",
    "is_slow_to_generate",
    "is_slow_to_sign",
    "key_algorithm_of",
    "key_faults",
    "load_pkcs8",
    "pkcs8_pem",
    "spki",
    "spki_sha256",
]

PublicKey: TypeAlias = CertificatePublicKeyTypes
PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | mldsa.MLDSA44PrivateKey
    | mldsa.MLDSA65PrivateKey
    | mldsa.MLDSA87PrivateKey
)

_KINDS: Final = (
    rsa.RSAPrivateKey,
    ec.EllipticCurvePrivateKey,
    ed25519.Ed25519PrivateKey,
    mldsa.MLDSA44PrivateKey,
    mldsa.MLDSA65PrivateKey,
    mldsa.MLDSA87PrivateKey,
)
_GENERATORS: Final[dict[KeyAlgorithm, Callable[[], PrivateKey]]] = {
    KeyAlgorithm.RSA_2048: lambda: rsa.generate_private_key(65537, 2048),
    KeyAlgorithm.RSA_3072: lambda: rsa.generate_private_key(65537, 3072),
    KeyAlgorithm.RSA_4096: lambda: rsa.generate_private_key(65537, 4096),
    KeyAlgorithm.EC_PRIME256V1: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyAlgorithm.EC_SECP384R1: lambda: ec.generate_private_key(ec.SECP384R1()),
    KeyAlgorithm.EC_SECP521R1: lambda: ec.generate_private_key(ec.SECP521R1()),
    KeyAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
    KeyAlgorithm.ML_DSA_44: mldsa.MLDSA44PrivateKey.generate,
    KeyAlgorithm.ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
    KeyAlgorithm.ML_DSA_87: mldsa.MLDSA87PrivateKey.generate,
}
_SLOW_TO_GENERATE: Final = frozenset({KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096})
_SLOW_TO_SIGN: Final = frozenset(
    {KeyAlgorithm.RSA_4096, KeyAlgorithm.ML_DSA_44, KeyAlgorithm.ML_DSA_65, KeyAlgorithm.ML_DSA_87}
)


def generate(algorithm: KeyAlgorithm) -> PrivateKey:
    """A new private key. Blocks: see ``is_slow_to_generate``."""
    return _GENERATORS[algorithm]()


def is_slow_to_generate(algorithm: KeyAlgorithm) -> bool:
    """Whether making such a key takes so long that it belongs into a thread."""
    return algorithm in _SLOW_TO_GENERATE


def is_slow_to_sign(algorithm: KeyAlgorithm) -> bool:
    """Whether signing with such a key takes so long that it belongs into a thread."""
    return algorithm in _SLOW_TO_SIGN


def pkcs8_pem(key: PrivateKey) -> str:
    """The private key as unencrypted PKCS #8 in PEM: what its owner is given."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def dump_pkcs8(key: PrivateKey) -> bytes:
    """The private key as unencrypted PKCS #8 in DER: only ever for sealing."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_pkcs8(der: bytes) -> PrivateKey:
    """The private key that ``dump_pkcs8`` wrote; raises ValueError for anything else.

    An RSA key is not proved anew, which would take a quarter of a second: its octets were sealed by this
    server, and no others open.
    """
    try:
        key = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not a private key in PKCS #8") from None
    if not isinstance(key, _KINDS):
        raise ValueError("not a private key of a supported kind")  # noqa: TRY004 - the octets are at fault
    return key


def spki_sha256(key: PublicKey) -> str:
    """What a key is known by without being told: the SHA-256 of its SubjectPublicKeyInfo, in hex."""
    return sha256(spki(key)).hexdigest()


def spki(key: PublicKey) -> bytes:
    """The SubjectPublicKeyInfo in DER: the identity of a key."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
