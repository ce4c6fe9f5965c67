"""Subtrees of name constraints in canonical form (RFC 5280, 4.2.1.10)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from cryptography import x509

from server.pki.faults import NameFault
from server.pki.hostnames import email_address, host_name
from server.pki.names import AltNameType
from server.pki.template import NameConstraints, Subtree

_TYPES: Final[dict[type[x509.GeneralName], AltNameType]] = {
    x509.DNSName: AltNameType.DNS,
    x509.IPAddress: AltNameType.IP,
    x509.RFC822Name: AltNameType.EMAIL,
    x509.UniformResourceIdentifier: AltNameType.URI,
}


def subtree(type_: AltNameType, text: str) -> Subtree:
    """The subtree in its canonical form; raises NameFault if it is malformed. Idempotent."""
    try:
        return Subtree(type_, _canonical(type_, text))
    except ValueError:
        message = "a subtree is a domain, a CIDR, an e-mail address or a host"
        raise NameFault("SUBTREE_MALFORMED", message) from None


def _canonical(type_: AltNameType, text: str) -> str:
    if type_ is AltNameType.IP:
        return str(ip_network(text))
    if type_ is AltNameType.DNS:
        return host_name(text)
    if type_ is AltNameType.EMAIL and "@" in text:
        return email_address(text)
    # A leading dot means the hosts below a domain, for these two alone (RFC 5280, 4.2.1.10).
    dot = "." if text.startswith(".") else ""
    return dot + host_name(text.removeprefix("."))


def name_constraints(extensions: x509.Extensions) -> NameConstraints | None:
    """What a certificate or CSR constrains names to, as far as those are names that we issue."""
    try:
        found = extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return None
    return NameConstraints(_subtrees(found.permitted_subtrees), _subtrees(found.excluded_subtrees))


def _subtrees(names: list[x509.GeneralName] | None) -> tuple[Subtree, ...]:
    return tuple(Subtree(_TYPES[type(name)], str(name.value)) for name in names or () if type(name) in _TYPES)
