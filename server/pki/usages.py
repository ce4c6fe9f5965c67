"""Key usages and extended key usages, and what each kind of key is able to do."""

from __future__ import annotations

from enum import Enum
from typing import Final

from server.pki.algorithms import KeyAlgorithm


class KeyUsage(Enum):
    """One bit of the key usage extension (RFC 5280, 4.2.1.3), in the order of the bits."""

    DIGITAL_SIGNATURE = "DIGITAL_SIGNATURE"
    NON_REPUDIATION = "NON_REPUDIATION"
    KEY_ENCIPHERMENT = "KEY_ENCIPHERMENT"
    DATA_ENCIPHERMENT = "DATA_ENCIPHERMENT"
    KEY_AGREEMENT = "KEY_AGREEMENT"
    KEY_CERT_SIGN = "KEY_CERT_SIGN"
    CRL_SIGN = "CRL_SIGN"
    ENCIPHER_ONLY = "ENCIPHER_ONLY"
    DECIPHER_ONLY = "DECIPHER_ONLY"


class ExtendedKeyUsage(Enum):
    """The extended key usages that have a name in the contract; the value is the OID."""

    SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
    CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
    EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"


ANY_EXTENDED_KEY_USAGE: Final = "2.5.29.37.0"

CRITICAL_USAGES: Final = frozenset({ExtendedKeyUsage.TIME_STAMPING.value})
"""The extended key usages, as OIDs, whose extension must be critical (RFC 3161, 2.3)."""

CA_USAGES: Final = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
"""The usages that only a CA certificate may carry."""

_SIGNING: Final = CA_USAGES | {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION}
_ENCIPHERMENT: Final = frozenset({KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DATA_ENCIPHERMENT})
_AGREEMENT: Final = frozenset({KeyUsage.KEY_AGREEMENT, KeyUsage.ENCIPHER_ONLY, KeyUsage.DECIPHER_ONLY})

_RSA: Final = frozenset({KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096})
_EC: Final = frozenset({KeyAlgorithm.EC_PRIME256V1, KeyAlgorithm.EC_SECP384R1, KeyAlgorithm.EC_SECP521R1})


def possible_usages(algorithm: KeyAlgorithm) -> frozenset[KeyUsage]:
    """What a key can do at all.

    RFC 3279 2.3.1 for RSA, RFC 5480 and 8813 for EC, RFC 8410 for Ed25519,
    RFC 9881 for ML-DSA: the last two only sign.
    """
    if algorithm in _RSA:
        return _SIGNING | _ENCIPHERMENT
    if algorithm in _EC:
        return _SIGNING | _AGREEMENT
    return _SIGNING
