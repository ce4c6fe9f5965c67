"""The key and signature algorithms that we support, and which key makes which signature."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa


class KeyAlgorithm(Enum):
    """A kind of key with its size; the value is the name in the contract."""

    RSA_2048 = "RSA_2048"
    RSA_3072 = "RSA_3072"
    RSA_4096 = "RSA_4096"
    EC_PRIME256V1 = "EC_PRIME256V1"
    EC_SECP384R1 = "EC_SECP384R1"
    EC_SECP521R1 = "EC_SECP521R1"
    ED25519 = "ED25519"
    ML_DSA_44 = "ML_DSA_44"
    ML_DSA_65 = "ML_DSA_65"
    ML_DSA_87 = "ML_DSA_87"


class SignatureAlgorithm(Enum):
    """What a CA key signs with; RSA is always PKCS #1 v1.5."""

    RSA_SHA256 = "RSA_SHA256"
    RSA_SHA384 = "RSA_SHA384"
    RSA_SHA512 = "RSA_SHA512"
    ECDSA_SHA256 = "ECDSA_SHA256"
    ECDSA_SHA384 = "ECDSA_SHA384"
    ECDSA_SHA512 = "ECDSA_SHA512"
    ED25519 = "ED25519"
    ML_DSA_44 = "ML_DSA_44"
    ML_DSA_65 = "ML_DSA_65"
    ML_DSA_87 = "ML_DSA_87"


SignatureHash: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

RSA_SIZES: Final = {
    2048: KeyAlgorithm.RSA_2048,
    3072: KeyAlgorithm.RSA_3072,
    4096: KeyAlgorithm.RSA_4096,
}
CURVES: Final = {
    "secp256r1": KeyAlgorithm.EC_PRIME256V1,
    "secp384r1": KeyAlgorithm.EC_SECP384R1,
    "secp521r1": KeyAlgorithm.EC_SECP521R1,
}
_WHOLE_KINDS: Final = (
    (ed25519.Ed25519PublicKey, KeyAlgorithm.ED25519),
    (mldsa.MLDSA44PublicKey, KeyAlgorithm.ML_DSA_44),
    (mldsa.MLDSA65PublicKey, KeyAlgorithm.ML_DSA_65),
    (mldsa.MLDSA87PublicKey, KeyAlgorithm.ML_DSA_87),
)


def key_algorithm_of(public_key: object) -> KeyAlgorithm | None:
    """The algorithm of a public key; None for a kind, size or curve that we do not support."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return RSA_SIZES.get(public_key.key_size)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return CURVES.get(public_key.curve.name)
    return next((algorithm for kind, algorithm in _WHOLE_KINDS if isinstance(public_key, kind)), None)


_S = SignatureAlgorithm
_RSA: Final = (_S.RSA_SHA256, _S.RSA_SHA384, _S.RSA_SHA512)

_SIGNATURES: Final[dict[KeyAlgorithm, tuple[SignatureAlgorithm, ...]]] = {
    KeyAlgorithm.RSA_2048: _RSA,
    KeyAlgorithm.RSA_3072: _RSA,
    KeyAlgorithm.RSA_4096: _RSA,
    KeyAlgorithm.EC_PRIME256V1: (_S.ECDSA_SHA256, _S.ECDSA_SHA384, _S.ECDSA_SHA512),
    KeyAlgorithm.EC_SECP384R1: (_S.ECDSA_SHA384, _S.ECDSA_SHA256, _S.ECDSA_SHA512),
    KeyAlgorithm.EC_SECP521R1: (_S.ECDSA_SHA512, _S.ECDSA_SHA256, _S.ECDSA_SHA384),
    KeyAlgorithm.ED25519: (_S.ED25519,),
    KeyAlgorithm.ML_DSA_44: (_S.ML_DSA_44,),
    KeyAlgorithm.ML_DSA_65: (_S.ML_DSA_65,),
    KeyAlgorithm.ML_DSA_87: (_S.ML_DSA_87,),
}


def signatures_of(algorithm: KeyAlgorithm) -> tuple[SignatureAlgorithm, ...]:
    """What a CA key of this algorithm can sign with; the default stands first."""
    return _SIGNATURES[algorithm]


_HASHES: Final[dict[SignatureAlgorithm, SignatureHash]] = {
    _S.RSA_SHA256: hashes.SHA256(),
    _S.RSA_SHA384: hashes.SHA384(),
    _S.RSA_SHA512: hashes.SHA512(),
    _S.ECDSA_SHA256: hashes.SHA256(),
    _S.ECDSA_SHA384: hashes.SHA384(),
    _S.ECDSA_SHA512: hashes.SHA512(),
}


def hash_of(algorithm: SignatureAlgorithm) -> SignatureHash | None:
    """The digest of a signature algorithm; None for those that take the whole message (Ed25519, ML-DSA)."""
    return _HASHES.get(algorithm)


_OIDS: Final = {
    _S.RSA_SHA256: "1.2.840.113549.1.1.11",
    _S.RSA_SHA384: "1.2.840.113549.1.1.12",
    _S.RSA_SHA512: "1.2.840.113549.1.1.13",
    _S.ECDSA_SHA256: "1.2.840.10045.4.3.2",
    _S.ECDSA_SHA384: "1.2.840.10045.4.3.3",
    _S.ECDSA_SHA512: "1.2.840.10045.4.3.4",
    _S.ED25519: "1.3.101.112",
    _S.ML_DSA_44: "2.16.840.1.101.3.4.3.17",
    _S.ML_DSA_65: "2.16.840.1.101.3.4.3.18",
    _S.ML_DSA_87: "2.16.840.1.101.3.4.3.19",
}
_BY_OID: Final = {oid: algorithm for algorithm, oid in _OIDS.items()}


def signature_oid(algorithm: SignatureAlgorithm) -> str:
    """The dotted OID of the AlgorithmIdentifier (RFC 4055, 5758, 8410, 9881)."""
    return _OIDS[algorithm]


def signature_algorithm_of(oid: x509.ObjectIdentifier) -> SignatureAlgorithm | None:
    """The signature algorithm of an AlgorithmIdentifier; None for one that we do not make."""
    return _BY_OID.get(oid.dotted_string)
