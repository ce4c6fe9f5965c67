"""URIs in canonical text, strict enough to be compared part by part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from server.pki.faults import NameFault
from server.pki.hostnames import host_name, ip_text

_MAX_URI: Final = 2048
_MAX_PORT: Final = 65_535

# RFC 3986, appendix B, with an authority and with the characters of section 2 only.
_URI: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>[^?#\[\]]*)(?P<rest>(?:\?[^#\[\]]*)?(?:#[^#\[\]]*)?)",
    re.ASCII,
)
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*", re.ASCII)
_ESCAPE: Final = re.compile(r"%(.{0,2})", re.ASCII)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_SPIFFE_DOMAIN: Final = re.compile(r"[a-z0-9._-]{1,255}", re.ASCII)
_SPIFFE_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._-]+)*", re.ASCII)

_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_MISLEADING: Final = _UNRESERVED | frozenset(b"/\\") | frozenset(range(0x20)) | {0x7F}


@dataclass(frozen=True, slots=True)
class URIParts:
    """A canonical URI in parts; ``authority`` is the host with the port if there is one."""

    scheme: str
    authority: str
    path: str
    rest: str
    """Query and fragment with their signs, or nothing."""


def uri(text: str) -> str:
    """The URI with scheme and host in lower case and escapes in upper case; raises NameFault.

    It must be absolute with a host, and may hold no user, no dot segment, no
    empty segment, and no escape of a character that could stand for itself or
    that separates or controls. Scheme ``spiffe`` follows the SPIFFE ID standard.
    """
    parts = split_uri(text)
    return f"{parts.scheme}://{parts.authority}{parts.path}{parts.rest}"


def split_uri(text: str) -> URIParts:
    """The parts of the canonical URI; raises NameFault as ``uri`` does."""
    match = _URI.fullmatch(_spelled(text))
    if match is None:
        raise NameFault("URI_NOT_ABSOLUTE", "a URI name is absolute: scheme://host/path")
    scheme = match["scheme"].lower()
    _check_path(match["path"])
    if scheme == "spiffe":
        return _spiffe(match["authority"], match["path"], match["rest"])
    return URIParts(scheme, _authority(match["authority"]), match["path"], match["rest"])


def _spelled(text: str) -> str:
    if len(text) > _MAX_URI:
        raise NameFault("URI_TOO_LONG", "a URI name has at most 2048 characters")
    if not _CHARACTERS.fullmatch(text):
        raise NameFault("URI_CHARACTER", "a URI holds the characters of RFC 3986 only")
    return _ESCAPE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if not re.fullmatch(r"[0-9A-Fa-f]{2}", match[1]) or int(match[1], 16) in _MISLEADING:
        raise NameFault(
            "URI_ESCAPE", "a URI may not escape what could stand for itself, separates or controls"
        )
    return match[0].upper()


def _check_path(path: str) -> None:
    segments = path.split("/")
    if "." in segments or ".." in segments:
        raise NameFault("URI_DOT_SEGMENT", "a URI path may hold no dot segments")
    if "//" in path:
        raise NameFault("URI_EMPTY_SEGMENT", "a URI path may hold no empty segments")


def _authority(text: str) -> str:
    if "@" in text:
        raise NameFault("URI_USER", "a URI name may not name a user")
    bracketed = re.fullmatch(r"(\[[^\[\]]*\])(?::(.*))?", text)
    host, port = (bracketed[1], bracketed[2]) if bracketed else _host_and_port(text)
    if port is None:
        return _host(host)
    if not _PORT.fullmatch(port) or int(port) > _MAX_PORT:
        raise NameFault("URI_PORT", "a URI port is a number from 1 to 65535")
    return f"{_host(host)}:{port}"


def _host_and_port(text: str) -> tuple[str, str | None]:
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _host(text: str) -> str:
    if not text:
        raise NameFault("URI_NO_HOST", "a URI name has a host")
    if text.startswith("["):
        return f"[{_ipv6(text[1:-1])}]"
    if re.fullmatch(r"[0-9.]+", text):
        return ip_text(text)
    return host_name(text)


def _ipv6(text: str) -> str:
    if ":" not in text:
        raise NameFault("IP_MALFORMED", "only an IPv6 address stands in brackets")
    return ip_text(text)


def _spiffe(domain: str, path: str, rest: str) -> URIParts:
    """A SPIFFE ID: a trust domain and a path of plain segments, and nothing else."""
    trust_domain = domain.lower()
    if rest or not _SPIFFE_DOMAIN.fullmatch(trust_domain) or not _SPIFFE_PATH.fullmatch(path):
        raise NameFault("SPIFFE_MALFORMED", "a SPIFFE ID is spiffe://trust-domain/path of plain segments")
    return URIParts("spiffe", trust_domain, path, "")
