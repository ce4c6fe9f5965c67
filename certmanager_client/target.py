"""Which server, whom to trust, and who calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Target:
    """A server as one caller reaches it; raises ValueError for what could not work or would not be safe.

    ``address`` is ``HOST:PORT``. ``roots`` are the PEM certificates that the
    server's must be under; None means those of the system. ``insecure`` speaks
    without TLS, and only to this machine.
    """

    address: str
    roots: bytes | None = None
    token: str = field(default="", repr=False)
    insecure: bool = False

    def __post_init__(self) -> None:
        host = _host(self.address)
        if self.insecure and not _is_loopback(host):
            raise ValueError("without TLS only this machine is called; the address must be a loopback one")
        # A foreign character would fail much later, in a message that quotes the metadata.
        if not all("!" <= each <= "~" for each in self.token):
            raise ValueError("the token has characters that no token has")


def _host(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise ValueError(f"the address must be HOST:PORT, as ca.example:8443, not {address!r}")
    return host.strip("[]")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
