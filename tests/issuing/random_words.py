"""The words of random policies and orders: few, so that patterns and names meet often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certmanager.v1 import x509_pb2
from tests.ordering import DAY, DNS, EMAIL, IP, URI

X = x509_pb2

EC = (X.KEY_ALGORITHM_EC_PRIME256V1, X.KEY_ALGORITHM_EC_SECP384R1, X.KEY_ALGORITHM_EC_SECP521R1)
RSA = X.KEY_ALGORITHM_RSA_2048
KEYS = (*EC, X.KEY_ALGORITHM_ED25519, RSA, X.KEY_ALGORITHM_ML_DSA_44, X.KEY_ALGORITHM_ML_DSA_65)
SIGNATURES: dict[int, tuple[str, ...]] = {
    X.KEY_ALGORITHM_EC_PRIME256V1: ("ECDSA_SHA256", "ECDSA_SHA384", "ECDSA_SHA512"),
    X.KEY_ALGORITHM_EC_SECP384R1: ("ECDSA_SHA384", "ECDSA_SHA256", "ECDSA_SHA512"),
    X.KEY_ALGORITHM_ED25519: ("ED25519",),
    RSA: ("RSA_SHA256", "RSA_SHA384", "RSA_SHA512"),
    X.KEY_ALGORITHM_ML_DSA_65: ("ML_DSA_65",),
}
"""What a CA key of these algorithms makes, its default first."""
OF_CAS = (X.KEY_USAGE_KEY_CERT_SIGN, X.KEY_USAGE_CRL_SIGN)
ALWAYS = (X.KEY_USAGE_DIGITAL_SIGNATURE, X.KEY_USAGE_NON_REPUDIATION)
OF_RSA = (X.KEY_USAGE_KEY_ENCIPHERMENT, X.KEY_USAGE_DATA_ENCIPHERMENT)
OF_EC = (X.KEY_USAGE_KEY_AGREEMENT,)
EXTENDED = (*(f"1.3.6.1.5.5.7.3.{number}" for number in (1, 2, 3, 4, 8, 9)), "1.3.6.1.4.1.99999.5.1")
CUSTOM = tuple(f"1.3.6.1.4.1.99999.{number}" for number in (1, 2, 3))
VALUES = {
    "common_name": ("Acme Web", "Build Agent 7", "Jos\u00e9 \u0141ukasz"),
    "organization": ("Acme", "Acme Ltd", "B\u00fccher AG"),
    "organizational_unit": ("Operations", "Web Team"),
    "country": ("DE", "FR", "US"),
    "state": ("Bavaria", "\u00cele-de-France"),
    "locality": ("Berlin", "San Jos\u00e9"),
}
LIFETIMES = (60, 61, 3600, DAY - 1, DAY, 7 * DAY, 90 * DAY, 397 * DAY, 1825 * DAY)
ALLOWED = {
    DNS: (
        "example.com",
        "*.example.com",
        "**.example.com",
        "**.b\u00fccher.example",
        "*.corp.example.org",
        "**",
    ),
    IP: ("10.0.0.0/8", "192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "::/0", "0.0.0.0/0"),
    EMAIL: ("example.com", "joe@example.com", "mail.example.org"),
    URI: (
        "spiffe://example.org",
        "spiffe://example.org/ns/",
        "https://example.org/app",
        "https://example.org:8443/",
    ),
}
DENIED = {
    DNS: ("admin.example.com", "**.secret.example.com", "*.secret.example.com", "**.evil.org"),
    IP: ("10.66.0.0/16", "2001:db8:66::/48"),
    EMAIL: ("root@example.com", "evil.org"),
    URI: ("spiffe://example.org/admin", "https://example.org/app/admin"),
}
FLAWS = {
    DNS: (
        ("a_b.example.com", "DNS_CHARACTER"),
        ("a..example.com", "DNS_LABEL_EMPTY"),
        (".example.com", "DNS_LABEL_EMPTY"),
        ("10.0.0.1", "DNS_IS_ADDRESS"),
        ("a.*.example.com", "DNS_WILDCARD"),
        (f"{'a' * 64}.example.com", "DNS_LABEL_TOO_LONG"),
        ("xn--a.example.com", "DNS_IDNA"),
    ),
    IP: (("10.0.0.256", "IP_MALFORMED"), ("::ffff:10.0.0.1", "IP_MAPPED"), ("fe80::1%1", "IP_ZONE")),
    EMAIL: (("joe", "EMAIL_MALFORMED"), ("@example.com", "EMAIL_MALFORMED"), ("joe@", "DNS_EMPTY")),
    URI: (
        ("example.org/a", "URI_NOT_ABSOLUTE"),
        ("https://example.org/a/../b", "URI_DOT_SEGMENT"),
        ("https://example.org//a", "URI_EMPTY_SEGMENT"),
        ("https://example.org/%2e%2e/b", "URI_ESCAPE"),
        ("https://joe@example.org/a", "URI_USER"),
    ),
}
"""Text that is no name of its type, and the rule that says why."""


def can(key: int) -> tuple[int, ...]:
    """The usages that a leaf with such a key can have at all."""
    return (*ALWAYS, *(OF_RSA if key == RSA else OF_EC if key in EC else ()))


def signature(name: str) -> Any:
    """The number of a signature algorithm."""
    return X.SignatureAlgorithm.Value(f"SIGNATURE_ALGORITHM_{name}")


def split_usages(oids: Sequence[str]) -> tuple[list[Any], list[str]]:
    """Extended key usages as the contract says them: those that it has a name for, and the others."""
    named = [oid for oid in oids if oid in EXTENDED[:-1]]
    return [X.ExtendedKeyUsage.values()[1 + EXTENDED.index(oid)] for oid in named], [
        oid for oid in oids if oid not in named
    ]
