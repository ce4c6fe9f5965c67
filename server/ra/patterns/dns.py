"""Patterns on DNS names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from server.pki.faults import NameFault
from server.pki.hostnames import host_name
from server.ra.patterns.faults import bounded, malformed, misplaced_wildcard


class Depth(Enum):
    """How many labels may stand before the domain; the value is how a pattern writes it."""

    NONE = ""
    ONE = "*."
    SOME = "**."
    ANY = "**"
    """Whatever the domain, which is then empty."""


_BEFORE_DOMAIN: Final = (Depth.SOME, Depth.ONE, Depth.NONE)


@dataclass(frozen=True, slots=True)
class DNSPattern:
    """A domain in lower-case A-labels, and how far below it a name may lie."""

    domain: str
    depth: Depth

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``example.com``, ``*.example.com``, ``**.example.com`` or ``**``; raises PatternFault."""
        if text == Depth.ANY.value:
            return cls("", Depth.ANY)
        depth = next(depth for depth in _BEFORE_DOMAIN if bounded(text).startswith(depth.value))
        domain = text.removeprefix(depth.value)
        if "*" in domain:
            raise misplaced_wildcard("a DNS pattern is `**`, or holds `*.` or `**.` once, before a domain")
        try:
            return cls(host_name(domain), depth)
        except NameFault as fault:
            raise malformed(fault.message) from None

    @property
    def text(self) -> str:
        """The pattern in canonical text."""
        return self.depth.value + self.domain

    def covers(self, name: str) -> bool:
        """Whether it matches the name; for a wildcard name: each name that this stands for.

        A verifier lets the wildcard stand for one label (RFC 9525, 6.3), so the
        wildcard name compares like any label: no exact pattern equals it.
        """
        label, _, parent = name.partition(".")
        match self.depth:
            case Depth.NONE:
                return name == self.domain
            case Depth.ONE:
                return label != "" and parent == self.domain
            case Depth.SOME:
                return label != "" and (parent == self.domain or parent.endswith(f".{self.domain}"))
            case Depth.ANY:
                # What stands for all names below a top-level domain is more than any name.
                return label != "" and (label != "*" or "." in parent)

    def touches(self, name: str) -> bool:
        """Whether it matches the name or, for a wildcard name, one of those that this stands for."""
        if self.depth is Depth.ANY or self.covers(name):
            return True
        _, _, own_parent = self.domain.partition(".")
        return self.depth is Depth.NONE and name == f"*.{own_parent}"
