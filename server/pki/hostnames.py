"""DNS names, IP addresses and e-mail addresses in canonical text."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import Final, Literal

import idna

from server.pki.faults import NameFault

_MAX_NAME: Final = 253
_MAX_LABEL: Final = 63
_MAX_LOCAL: Final = 64
_MAX_ADDRESS: Final = 254
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", re.ASCII)

Wildcard = Literal["allowed", "refused"]


def host_name(text: str, *, wildcard: Wildcard = "refused") -> str:
    """The DNS name in lower-case A-labels; raises NameFault.

    Preferred syntax of RFC 1034, 3.5 with RFC 1123, 2.1: letters, digits and
    hyphens. U-labels become A-labels under IDNA 2008 without any mapping but that of ASCII
    capitals: a name that needs mapping could be mapped differently by its reader.
    A wildcard is the whole left-most label, with two labels or more after it.
    """
    if not text:
        raise NameFault("DNS_EMPTY", "a DNS name may not be empty")
    if len(text) > _MAX_NAME:
        raise NameFault("DNS_TOO_LONG", "a DNS name has at most 253 characters")
    stem = _below_wildcard(text, wildcard)
    labels = [_label(label) for label in stem.split(".")]
    if _NUMBER.fullmatch(labels[-1]):
        raise NameFault("DNS_IS_ADDRESS", "a DNS name may not end in a number; an address is an IP name")
    return _bounded(text[: len(text) - len(stem)] + ".".join(labels))


def _bounded(name: str) -> str:
    if len(name) > _MAX_NAME:
        raise NameFault("DNS_TOO_LONG", "a DNS name has at most 253 characters")
    return name


def _below_wildcard(text: str, wildcard: Wildcard) -> str:
    if "*" not in text:
        return text
    stem = text.removeprefix("*.")
    if wildcard == "refused" or stem == text or "*" in stem or "." not in stem:
        raise NameFault("DNS_WILDCARD", "a wildcard is the whole left-most label, above two labels or more")
    return stem


def _label(text: str) -> str:
    if not text:
        raise NameFault("DNS_LABEL_EMPTY", "a DNS name may hold no empty label and no dot at an end")
    label = _a_label(_ascii_lower(text))
    if len(label) > _MAX_LABEL:
        raise NameFault("DNS_LABEL_TOO_LONG", "a DNS label has at most 63 characters")
    if not _LABEL.fullmatch(label):
        raise NameFault("DNS_CHARACTER", "a DNS label holds letters, digits and inner hyphens only")
    return label


def _a_label(label: str) -> str:
    if label.isascii() and not label.startswith("xn--"):
        return label
    try:
        encoded = idna.alabel(label).decode("ascii")
        # The decoder takes A-labels that no encoder makes; equal names must be equal text.
        if idna.alabel(idna.ulabel(encoded)).decode("ascii") == encoded:
            return encoded
    except (UnicodeError, ValueError, IndexError, OverflowError):
        pass
    raise NameFault("DNS_IDNA", "an international label must be valid under IDNA 2008")


def _ascii_lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(character.lower() if character.isascii() else character for character in text)


def ip_text(text: str) -> str:
    """The address in its shortest text; raises NameFault. No zone, prefix length or leading zeros.

    An IPv4-mapped IPv6 address is refused: it would slip past rules made for IPv4.
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise NameFault("IP_MALFORMED", "an IP name is one IPv4 or IPv6 address") from None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.scope_id is not None:
        raise NameFault("IP_ZONE", "an IP name may not have a zone")
    if address.ipv4_mapped is not None:
        raise NameFault("IP_MAPPED", "an IPv4 address is written as IPv4")
    return str(address)


def email_address(text: str) -> str:
    """``local@domain`` with the domain as a DNS name; raises NameFault.

    The local part is an ASCII dot-atom of at most 64 characters (RFC 5321, 4.1.2 and 4.5.3.1), its
    case kept; quoted parts are refused.
    """
    local, at, domain = text.rpartition("@")
    if not at or not all(_ATOM.fullmatch(atom) for atom in local.split(".")):
        raise NameFault("EMAIL_MALFORMED", "an e-mail name is local@domain without quotes or comments")
    if len(local) > _MAX_LOCAL:
        raise NameFault("EMAIL_TOO_LONG", "the part before the @ has at most 64 characters")
    address = f"{local}@{host_name(domain)}"
    if len(address) > _MAX_ADDRESS:
        raise NameFault("EMAIL_TOO_LONG", "an e-mail name has at most 254 characters")
    return address
