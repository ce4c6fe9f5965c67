"""What the name constraints of a CA forbid below it (RFC 5280, 4.2.1.10 and 6.1.3).

A constraint restricts names of its own form only: a name of a form that no
constraint speaks of is free. Where the RFC leaves room, we refuse what some
verifier would refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

from cryptography import x509

from server.errors import Violation
from server.pki import extensions as read
from server.pki.faults import NameFault
from server.pki.hostnames import host_name
from server.pki.names import general_name
from server.pki.subjects import SubjectAttribute, subject_name
from server.pki.template import Template
from server.pki.uris import split_uri

Named: TypeAlias = tuple[str, x509.GeneralName]
"""A name and the field that it stands in."""

_PORT: Final = re.compile(r":[0-9]*\Z", re.ASCII)
_ADDRESS: Final = re.compile(r"[0-9.]+|\[.*\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Restrictions:
    """The name constraints of one CA certificate."""

    permitted: tuple[x509.GeneralName, ...]
    excluded: tuple[x509.GeneralName, ...]

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Self | None:
        """Those of a certificate; None if it has none."""
        found = read.extension(certificate.extensions, x509.NameConstraints)
        if found is None:
            return None
        return cls(tuple(found.permitted_subtrees or ()), tuple(found.excluded_subtrees or ()))

    def faults(self, names: Iterable[Named]) -> Iterator[Violation]:
        """Each name that must not stand in a certificate below the CA."""
        for field, name in names:
            permitted = [tree for tree in self.permitted if type(tree) is type(name)]
            if permitted and not any(_is_inside(name, tree) for tree in permitted):
                message = "the name constraints of the CA do not permit the name"
                allowed = tuple(_text(tree) for tree in permitted)
                yield Violation(field, "NAME_NOT_PERMITTED", message, _text(name), allowed)
            excluded = [tree for tree in self.excluded if type(tree) is type(name)]
            if any(_touches(name, tree) for tree in excluded):
                message = "the name constraints of the CA exclude the name"
                yield Violation(field, "NAME_EXCLUDED", message, _text(name))


def names_of(template: Template) -> Iterator[Named]:
    """The names of a template that constraints apply to; the fields are those of the template."""
    for index, name in enumerate(template.alt_names):
        yield f"alt_names[{index}]", general_name(name)
    if template.subject:
        yield "subject", x509.DirectoryName(subject_name(template.subject))
    common_name = dict(template.subject).get(SubjectAttribute.COMMON_NAME, "")
    if not _has_dns(template) and not template.basic_constraints.is_ca and _is_host(common_name):
        # Not in the RFC, but verifiers that fall back to the common name constrain it, as they must.
        yield "subject.common_name", x509.DNSName(common_name)


def certified_names(certificate: x509.Certificate) -> Iterator[Named]:
    """The names of a CA certificate that the constraints of those above it apply to."""
    yield "certificate", x509.DirectoryName(certificate.subject)
    for name in read.general_names(certificate.extensions) or ():
        yield "certificate", name


def _has_dns(template: Template) -> bool:
    return any(name.type.value == "DNS" for name in template.alt_names)


def _is_host(text: str) -> bool:
    try:
        return "." in text and bool(host_name(text, wildcard="allowed"))
    except NameFault:
        return False


def _is_inside(name: x509.GeneralName, tree: x509.GeneralName) -> bool:
    return type(name) in _INSIDE and _INSIDE[type(name)](name.value, tree.value)


def _touches(name: x509.GeneralName, tree: x509.GeneralName) -> bool:
    """Whether any name that this one stands for lies in an excluded subtree."""
    if isinstance(name, x509.DNSName):
        return _dns_touches(name.value, tree.value)
    if isinstance(name, x509.UniformResourceIdentifier) and not _uri_host(name.value):
        return True
    return _is_inside(name, tree)


def _dns_inside(name: str, tree: str) -> bool:
    """A domain holds itself and what is below; one with a leading dot, as some write it, what is below."""
    name, domain = name.lower(), tree.lower()
    if domain.startswith(".") or not domain:
        return name.endswith(domain)
    return name == domain or name.endswith(f".{domain}")


def _dns_touches(name: str, tree: str) -> bool:
    domain = tree.lower().removeprefix(".")
    if _dns_inside(name, domain):
        return True
    # A wildcard stands for the excluded host too, if that is just below its stem.
    return name.startswith("*.") and domain.partition(".")[2] == name[2:].lower()


def _email_inside(name: str, tree: str) -> bool:
    local, _, host = name.rpartition("@")
    box, at, domain = tree.rpartition("@")
    if at:
        return local == box and host.lower() == domain.lower()
    return _host_inside(host, tree)


def _uri_inside(name: str, tree: str) -> bool:
    host = _uri_host(name)
    return bool(host) and _host_inside(host, tree)


def _uri_host(text: str) -> str:
    """The host's name; empty for an address and for what has no host, which no constraint permits."""
    try:
        host = _PORT.sub("", split_uri(text).authority)
    except NameFault:
        return ""
    return "" if _ADDRESS.fullmatch(host) else host


def _host_inside(host: str, tree: str) -> bool:
    host, domain = host.lower(), tree.lower()
    return host.endswith(domain) if domain.startswith(".") else host == domain


def _ip_inside(address: Any, network: Any) -> bool:
    return address in network


def _directory_inside(name: x509.Name, tree: x509.Name) -> bool:
    """The subtree is an initial part of the name (RFC 5280, 7.1: case and spacing do not count)."""
    return _folded(name)[: len(tree.rdns)] == _folded(tree)


def _folded(name: x509.Name) -> list[frozenset[tuple[str, str]]]:
    return [frozenset((entry.oid.dotted_string, _fold(entry.value)) for entry in rdn) for rdn in name.rdns]


def _fold(value: str | bytes) -> str:
    text = value if isinstance(value, str) else value.hex()
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_INSIDE: Final[dict[type[x509.GeneralName], Callable[[Any, Any], bool]]] = {
    x509.DNSName: _dns_inside,
    x509.RFC822Name: _email_inside,
    x509.UniformResourceIdentifier: _uri_inside,
    x509.IPAddress: _ip_inside,
    x509.DirectoryName: _directory_inside,
}


def _text(name: x509.GeneralName) -> str:
    value = name.value
    return (value.rfc4514_string() if isinstance(value, x509.Name) else str(value))[:256]
