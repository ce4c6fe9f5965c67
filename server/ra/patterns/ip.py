"""Patterns on IP addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

from server.ra.patterns.faults import bounded, malformed

# The library also reads netmasks and host masks after the slash, which are easily taken for each other.
_SHAPE: Final = re.compile(r"[0-9A-Fa-f.:]+(?:/(?:0|[1-9][0-9]{0,2}))?", re.ASCII)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class IPPattern:
    """A network of IPv4 or IPv6.

    Some verifiers take an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) for the
    IPv4 address in it. So ``::/0`` does not cover one, nor does any pattern,
    and what denies either of the two denies both.
    """

    network: IPv4Network | IPv6Network

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads an address or a CIDR without host bits; raises PatternFault."""
        if not _SHAPE.fullmatch(bounded(text)):
            raise malformed("an IP pattern is an address, or a network as address/length")
        try:
            network = ip_network(text)
        except ValueError:
            raise malformed("an IP pattern is an address, or a network without host bits") from None
        if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
            raise malformed("an IPv4 network is written as IPv4")
        return cls(network)

    @property
    def text(self) -> str:
        """The network in its shortest text, always with its length."""
        return str(self.network)

    def covers(self, name: str) -> bool:
        """Whether the address lies in the network; an IPv4-mapped address never does."""
        address = _address(name)
        return address is not None and _ipv4_within(address) is None and address in self.network

    def touches(self, name: str) -> bool:
        """Whether the address, or the IPv4 address within it, lies in the network."""
        address = _address(name)
        if address is None:
            return False
        within = _ipv4_within(address)
        return address in self.network or (within is not None and within in self.network)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _ipv4_within(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    return address.ipv4_mapped if isinstance(address, IPv6Address) else None
