"""Rules on names, each with a name on either side of its boundary."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from cryptography import x509

from certmanager.v1 import policy_pb2
from tests.ordering import DNS, EMAIL, IP, URI, names_rule

_GENERAL: dict[int, Any] = {
    DNS: x509.DNSName,
    IP: lambda text: x509.IPAddress(ip_address(text)),
    EMAIL: x509.RFC822Name,
    URI: x509.UniformResourceIdentifier,
}


@dataclass(frozen=True, slots=True)
class NameCase:
    """A rule on names, what passes it just so, what just does not, and how that is told."""

    kind: Any
    patterns: dict[str, Any]
    kept: str
    broken: str
    rule: str


def general(kind: int, text: str) -> x509.GeneralName:
    """The name as a CSR carries it."""
    made: x509.GeneralName = _GENERAL[kind](text)
    return made


def names_policy(case: NameCase) -> policy_pb2.CertificatePolicy:
    """The policy of a case."""
    return names_rule(case.kind, **case.patterns)


NAMES = (
    NameCase(DNS, {"allowed": ["*.example.com"]}, "a.example.com", "a.b.example.com", "DNS_NOT_ALLOWED"),
    NameCase(DNS, {"allowed": ["*.example.com"]}, "b.example.com", "example.com", "DNS_NOT_ALLOWED"),
    NameCase(
        DNS, {"allowed": ["*.example.com"]}, "c.example.com", "c.example.com.evil.org", "DNS_NOT_ALLOWED"
    ),
    NameCase(DNS, {"allowed": ["**.example.com"]}, "a.b.example.com", "aexample.com", "DNS_NOT_ALLOWED"),
    NameCase(DNS, {"allowed": ["example.com"]}, "example.com", "www.example.com", "DNS_NOT_ALLOWED"),
    NameCase(
        DNS,
        {"allowed": ["**.example.com"], "denied": ["admin.example.com"]},
        "admins.example.com",
        "admin.example.com",
        "DNS_DENIED",
    ),
    NameCase(
        DNS,
        {"allowed": ["*.example.com"], "allow_wildcard_names": True},
        "*.example.com",
        "*.a.example.com",
        "DNS_NOT_ALLOWED",
    ),
    NameCase(DNS, {"allowed": ["**.example.com"]}, "a.example.com", "*.example.com", "WILDCARD_NOT_ALLOWED"),
    NameCase(
        DNS,
        {"allowed": ["**.b\u00fccher.example"]},
        "a.xn--bcher-kva.example",
        "a.bucher.example",
        "DNS_NOT_ALLOWED",
    ),
    NameCase(IP, {"allowed": ["10.0.0.0/8"]}, "10.255.255.255", "11.0.0.0", "IP_NOT_ALLOWED"),
    NameCase(IP, {"allowed": ["10.0.0.0/8"]}, "10.0.0.0", "9.255.255.255", "IP_NOT_ALLOWED"),
    NameCase(IP, {"allowed": ["2001:db8::/32"]}, "2001:db8::1", "2001:db9::1", "IP_NOT_ALLOWED"),
    NameCase(
        IP, {"allowed": ["10.0.0.0/8"], "denied": ["10.1.0.0/16"]}, "10.2.0.0", "10.1.255.255", "IP_DENIED"
    ),
    NameCase(
        EMAIL, {"allowed": ["example.com"]}, "joe@example.com", "joe@a.example.com", "EMAIL_NOT_ALLOWED"
    ),
    NameCase(
        EMAIL, {"allowed": ["joe@example.com"]}, "joe@example.com", "jo@example.com", "EMAIL_NOT_ALLOWED"
    ),
    NameCase(
        EMAIL,
        {"allowed": ["example.com"], "denied": ["root@example.com"]},
        "r@example.com",
        "root@example.com",
        "EMAIL_DENIED",
    ),
    NameCase(
        URI,
        {"allowed": ["spiffe://example.org/ns"]},
        "spiffe://example.org/ns/a",
        "spiffe://example.org/nsa",
        "URI_NOT_ALLOWED",
    ),
    NameCase(
        URI,
        {"allowed": ["https://example.org/"]},
        "https://example.org/a",
        "http://example.org/a",
        "URI_NOT_ALLOWED",
    ),
    NameCase(
        URI,
        {"allowed": ["spiffe://example.org"], "denied": ["spiffe://example.org/admin"]},
        "spiffe://example.org/admins",
        "spiffe://example.org/admin/a",
        "URI_DENIED",
    ),
)
