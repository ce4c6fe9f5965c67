"""Alternative names in one canonical form, so that equal names are equal text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from cryptography import x509

from server.pki.faults import NameFault
from server.pki.hostnames import email_address, host_name, ip_text
from server.pki.subjects import (
    Subject,
    SubjectAttribute,
    rfc4514,
    subject_name,
    subject_of,
    subject_value,
)
from server.pki.uris import uri

__all__ = [
    "AltName",
    "AltNameType",
    "NameFault",
    "Subject",
    "SubjectAttribute",
    "alt_name",
    "alt_name_of",
    "general_name",
    "rfc4514",
    "subject_name",
    "subject_of",
    "subject_value",
]


class AltNameType(Enum):
    """The kinds of alternative name that we issue."""

    DNS = "DNS"
    IP = "IP"
    EMAIL = "EMAIL"
    URI = "URI"


@dataclass(frozen=True, slots=True, order=False)
class AltName:
    """A typed name; ``value`` is canonical when it was made by ``alt_name``.

    DNS: lower-case A-labels. IP: the shortest text. EMAIL: the domain as DNS.
    URI: scheme and host in lower case.
    """

    type: AltNameType
    value: str


_CANONICAL: Final[dict[AltNameType, Callable[[str], str]]] = {
    AltNameType.DNS: lambda text: host_name(text, wildcard="allowed"),
    AltNameType.IP: ip_text,
    AltNameType.EMAIL: email_address,
    AltNameType.URI: uri,
}


@lru_cache(maxsize=4096)  # one certificate asks for the canonical form of one name in half a dozen places
def alt_name(type_: AltNameType, text: str) -> AltName:
    """The name in its canonical form; raises NameFault if it is malformed. Idempotent."""
    return AltName(type_, _CANONICAL[type_](text))


def general_name(name: AltName) -> x509.GeneralName:
    """The name as the certificate carries it."""
    if name.type is AltNameType.IP:
        return x509.IPAddress(ip_address(name.value))
    return _GENERAL[name.type](name.value)


_GENERAL: Final[dict[AltNameType, Callable[[str], x509.GeneralName]]] = {
    AltNameType.DNS: x509.DNSName,
    AltNameType.EMAIL: x509.RFC822Name,
    AltNameType.URI: x509.UniformResourceIdentifier,
}


def alt_name_of(name: x509.GeneralName) -> AltName:
    """The canonical form of a name from a CSR or certificate; raises NameFault, also for other kinds."""
    match name:
        case x509.DNSName():
            return alt_name(AltNameType.DNS, name.value)
        case x509.IPAddress() if isinstance(name.value, IPv4Address | IPv6Address):
            return alt_name(AltNameType.IP, str(name.value))
        case x509.RFC822Name():
            return alt_name(AltNameType.EMAIL, name.value)
        case x509.UniformResourceIdentifier():
            return alt_name(AltNameType.URI, name.value)
        case _:
            raise NameFault("ALT_NAME_TYPE", "only DNS, IP, e-mail and URI names are supported")


def searched_names(common_name: str | None, alt_names: Iterable[AltName]) -> tuple[str, ...]:
    """What a certificate with these names is searched by: all of them in lower case, each once."""
    return tuple(dict.fromkeys(name.lower() for name in (common_name, *(n.value for n in alt_names)) if name))
