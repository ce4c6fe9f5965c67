"""What patterns and spellings of names mean: read from the page "behaviour", not from the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import idna

from certmanager.v1 import policy_pb2
from tests.ordering import DNS, EMAIL, IP, URI

Name = tuple[int, str]
"""The type of an alternative name, and its text."""


def canonical(name: Name) -> Name:
    """The name as a certificate carries it."""
    kind, text = name
    return kind, _CANONICAL[kind](text)


def _host(text: str) -> str:
    star, rest = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    lower = "".join(letter.lower() if letter.isascii() else letter for letter in rest)
    return star + ".".join(idna.encode(label).decode() for label in lower.split("."))


def _mailbox(text: str) -> str:
    local, _, domain = text.rpartition("@")
    return f"{local}@{_host(domain)}"


def _location(text: str) -> str:
    parts = urlsplit(text)
    return text.replace(
        text[: text.index("://")] + "://" + parts.netloc, f"{parts.scheme}://{parts.netloc.lower()}", 1
    )


_CANONICAL: dict[int, Callable[[str], str]] = {
    DNS: _host,
    IP: lambda text: str(ip_address(text)),
    EMAIL: _mailbox,
    URI: _location,
}


def covers(pattern: str, name: Name) -> bool:
    """Whether a pattern on this type of name matches the name, which is canonical."""
    kind, text = name
    return _COVERS[kind](pattern, text)


def _covers_host(pattern: str, name: str) -> bool:
    if pattern == "**":
        return True
    domain = _host(pattern.lstrip("*").removeprefix(".")).split(".")
    labels = name.split(".")
    if labels[-len(domain) :] != domain:
        return False
    above = len(labels) - len(domain)
    return above == 0 if "*" not in pattern else above >= 1 and (above == 1 or pattern.startswith("**."))


def _covers_address(pattern: str, name: str) -> bool:
    return ip_address(name) in ip_network(pattern)


def _covers_mailbox(pattern: str, name: str) -> bool:
    return name == pattern if "@" in pattern else name.rpartition("@")[2] == pattern


def _covers_location(pattern: str, name: str) -> bool:
    wanted, found = urlsplit(pattern), urlsplit(name)
    if (wanted.scheme, wanted.netloc) != (found.scheme, found.netloc):
        return False
    return found.path == wanted.path or f"{found.path}".startswith(f"{wanted.path.rstrip('/')}/")


_COVERS: dict[int, Callable[[str, str], bool]] = {
    DNS: _covers_host,
    IP: _covers_address,
    EMAIL: _covers_mailbox,
    URI: _covers_location,
}


def denies(pattern: str, name: Name) -> bool:
    """Whether a denied pattern meets the name, or one of those that a wildcard name stands for."""
    kind, text = name
    if covers(pattern, name):
        return True
    is_wildcard = kind == DNS and text.startswith("*.")
    return is_wildcard and "*" not in pattern and _host(pattern).partition(".")[2] == text[2:]


def rule_on(policy: policy_pb2.CertificatePolicy, kind: int) -> policy_pb2.AltNameRule:
    """The policy's rule on a type of name; one that allows nothing where there is none."""
    rules = (rule for rule in policy.alt_name_rules.rules if rule.type == kind)
    return next(rules, policy_pb2.AltNameRule())


def admits(policy: policy_pb2.CertificatePolicy, name: Name) -> bool:
    """Whether the policy lets a canonical name be certified."""
    if policy.HasField("any_alt_names"):
        return True
    rule = rule_on(policy, name[0])
    if any(denies(pattern, name) for pattern in rule.denied):
        return False
    if name[1].startswith("*.") and not rule.allow_wildcard_names:
        return False
    return any(covers(pattern, name) for pattern in (*rule.allowed, *rule.required))


def fits(pattern: str, value: str) -> bool:
    """Whether a subject value matches a pattern, in which ``*`` is any run of characters."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None


def admits_value(policy: policy_pb2.CertificatePolicy, attribute: int, value: str) -> bool:
    """Whether the policy lets a subject attribute have a value; what is denied is so whatever its case."""
    if policy.HasField("any_subject"):
        return True
    for rule in policy.subject_rules.rules:
        if rule.type == attribute:
            denied = any(fits(pattern.lower(), value.lower()) for pattern in rule.denied)
            return not denied and any(fits(pattern, value) for pattern in rule.allowed)
    return False
