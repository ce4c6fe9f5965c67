"""Enum values in words: for people, and as texts in forms and URLs."""

from __future__ import annotations

from typing import Final

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.descriptor_pool import Default

from server.web import literals

_WORDS: Final = {
    "DNS": "DNS name",
    "IP": "IP address",
    "EMAIL": "E-mail address",
    "URI": "URI",
    "EC_prime256v1": "ECDSA P-256",
    "EC_secp384r1": "ECDSA P-384",
    "EC_secp521r1": "ECDSA P-521",
    "ED25519": "Ed25519",
    "ML_DSA_44": "ML-DSA-44",
    "ML_DSA_65": "ML-DSA-65",
    "ML_DSA_87": "ML-DSA-87",
    "RSA-SHA256": "RSA with SHA-256",
    "RSA-SHA384": "RSA with SHA-384",
    "RSA-SHA512": "RSA with SHA-512",
    "ECDSA-SHA256": "ECDSA with SHA-256",
    "ECDSA-SHA384": "ECDSA with SHA-384",
    "ECDSA-SHA512": "ECDSA with SHA-512",
    "DHKEM_P256_HKDF_SHA256": "P-256 with HKDF-SHA-256",
    "DHKEM_X25519_HKDF_SHA256": "X25519 with HKDF-SHA-256",
    "PKCS7": "PKCS #7",
    "PKCS12": "PKCS #12",
    "PKCS8_PEM": "PKCS #8 (PEM)",
    "csr": "CSR",
    "crl_sign": "CRL signing",
    "key_cert_sign": "Certificate signing",
    "non_repudiation": "Non-repudiation",
    "server_auth": "TLS server authentication",
    "client_auth": "TLS client authentication",
    "email_protection": "E-mail protection",
    "ocsp_signing": "OCSP signing",
    "ca_compromise": "CA compromise",
    "aa_compromise": "AA compromise",
    "ca_lifetime": "CA lifetime",
    "remove_from_crl": "Removed from CRL",
    "csr_key_not_reusable": "Key of a CSR cannot be used again",
}
"""Where the literal with spaces for its underscores would not be what people say."""


def spelled(enum: EnumDescriptor, number: int) -> str:
    """A value for people, as ``Digital signature``; empty for an unset one."""
    literal = literals.spelling(enum, number)
    return _WORDS.get(literal) or _plain(literal)


def number_of(enum: EnumDescriptor, text: str) -> int:
    """The value that a form or a URL says; 0 for an empty text. Raises ``UnknownLiteral``."""
    return literals.number(enum, text) if text else 0


def options(enum: EnumDescriptor) -> list[tuple[str, str]]:
    """An enum's values for a form: the literal, and the words for people."""
    return [(each, _WORDS.get(each) or _plain(each)) for each in literals.spellings(enum)]


def enum_named(name: str) -> EnumDescriptor:
    """An enum of the contract, as ``KeyUsage``."""
    found: EnumDescriptor = Default().FindEnumTypeByName(f"certmanager.v1.{name}")
    return found


def _plain(literal: str) -> str:
    text = literal.replace("_", " ")
    return text if text.isupper() else text[:1].upper() + text[1:]
