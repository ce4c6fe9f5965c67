"""Patterns on e-mail addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from server.pki.faults import NameFault
from server.pki.hostnames import email_address, host_name
from server.ra.patterns.faults import bounded, malformed, misplaced_wildcard


@dataclass(frozen=True, slots=True)
class EmailPattern:
    """One address, or each address at one domain; ``local`` is None for the latter."""

    local: str | None
    domain: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``ann@example.com`` or ``example.com``; raises PatternFault."""
        if "*" in bounded(text):
            raise misplaced_wildcard("an e-mail pattern has no wildcards; a domain stands for its addresses")
        try:
            if "@" not in text:
                return cls(None, host_name(text))
            local, _, domain = email_address(text).rpartition("@")
        except NameFault as fault:
            raise malformed(fault.message) from None
        return cls(local, domain)

    @property
    def text(self) -> str:
        """The address or the domain."""
        return self.domain if self.local is None else f"{self.local}@{self.domain}"

    def covers(self, name: str) -> bool:
        """Whether the address is this one, to the letter before the @, or at this very domain."""
        local, _, domain = name.rpartition("@")
        return local != "" and domain == self.domain and self.local in {None, local}

    def touches(self, name: str) -> bool:
        """As ``covers``, but whatever the case: most mailboxes take ``Root`` for ``root``."""
        local, _, domain = name.rpartition("@")
        if local == "" or domain.lower() != self.domain:
            return False
        return self.local is None or self.local.lower() == local.lower()
