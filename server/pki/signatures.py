"""Signatures over octets, for what the library does not sign by itself."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa

from server.pki.algorithms import SignatureAlgorithm, hash_of, signature_oid
from server.pki.encoding import object_identifier, sequence
from server.pki.keys import PrivateKey

_NULL: Final = bytes.fromhex("0500")


def algorithm_identifier(algorithm: SignatureAlgorithm) -> bytes:
    """The AlgorithmIdentifier in DER: with NULL for RSA (RFC 4055, 5), with nothing for the others."""
    parameters = (_NULL,) if algorithm.value.startswith("RSA_") else ()
    return sequence(object_identifier(signature_oid(algorithm)), *parameters)


def make_signature(key: PrivateKey, message: bytes, *, algorithm: SignatureAlgorithm) -> bytes:
    """Signs a message; raises ValueError for an algorithm that is not one of the key's."""
    digest = hash_of(algorithm)
    match key:
        case rsa.RSAPrivateKey() if digest is not None:
            return key.sign(message, padding.PKCS1v15(), digest)
        case ec.EllipticCurvePrivateKey() if digest is not None:
            return key.sign(message, ec.ECDSA(digest))
        case (
            ed25519.Ed25519PrivateKey()
            | mldsa.MLDSA44PrivateKey()
            | mldsa.MLDSA65PrivateKey()
            | mldsa.MLDSA87PrivateKey()
        ) if digest is None:
            return key.sign(message)
        case _:
            raise ValueError("the key does not make signatures of this algorithm")
