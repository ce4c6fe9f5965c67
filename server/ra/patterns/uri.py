"""Patterns on URIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote

from server.pki.faults import NameFault
from server.pki.uris import URIParts, split_uri
from server.ra.patterns.faults import bounded, malformed, misplaced_wildcard

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ldap": 389, "ldaps": 636, "ftp": 21}
"""The ports that a reader fills in, so that `https://a.b:443` and `https://a.b` are one place."""


@dataclass(frozen=True, slots=True)
class URIPattern:
    """Scheme, host and port to the letter, and where the path begins.

    ``path`` never ends in ``/``; ``below`` tells that the pattern did, so that
    the path itself is not meant. With a query the pattern is one URI alone.
    """

    scheme: str
    authority: str
    path: str
    query: str
    below: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``scheme://host[:port][/path][?query]``; raises PatternFault."""
        if "*" in bounded(text):
            raise misplaced_wildcard("a URI pattern has no wildcards; it stands for each path below its own")
        if "#" in text:
            raise malformed("a URI pattern has no fragment")
        # A SPIFFE ID may not end in a slash, but a pattern for those below one may.
        below = text.endswith("/") and not text.endswith("//") and "?" not in text
        try:
            parts = split_uri(text[:-1] if below else text)
        except NameFault as fault:
            raise malformed(fault.message) from None
        return cls(parts.scheme, parts.authority, parts.path, parts.rest, below)

    @property
    def text(self) -> str:
        """The pattern in canonical text."""
        return f"{self.scheme}://{self.authority}{self.path}{'/' if self.below else ''}{self.query}"

    def covers(self, name: str) -> bool:
        """Whether the URI is this one or, where there is no query on either side, below it."""
        parts = _parts(name)
        if parts is None or (parts.scheme, parts.authority) != (self.scheme, self.authority):
            return False
        if self.query or parts.rest:
            return (parts.path, parts.rest) == (self.path, self.query)
        return parts.path.startswith(f"{self.path}/") or (parts.path == self.path and not self.below)

    def touches(self, name: str) -> bool:
        """As ``covers``, but for what a lenient reader takes for the same place.

        Escapes are read, the last slash does not count, and a pattern that names
        no port or no query means all of them.
        """
        parts = _parts(name)
        if parts is None or parts.scheme != self.scheme:
            return False
        if self.authority not in _authorities(parts):
            return False
        if self.query and self.query != parts.rest.partition("#")[0]:
            return False
        return f"{unquote(parts.path)}/".startswith(f"{unquote(self.path)}/")


def _parts(name: str) -> URIParts | None:
    """The parts of a URI; None for text that is none, which no pattern matches."""
    try:
        return split_uri(name)
    except NameFault:
        return None


def _authorities(parts: URIParts) -> set[str]:
    """How a pattern may name the place: as it stands, without its port, or with the scheme's own."""
    host, _, port = parts.authority.rpartition(":")
    if port.isdecimal() and (host.endswith("]") or ":" not in host):
        return {parts.authority, host}
    return {parts.authority, f"{parts.authority}:{_PORTS.get(parts.scheme, '')}"}
