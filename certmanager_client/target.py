"""Which server, whom to trust, and who calls."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field
from ipaddress import ip_address

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class Target:
    """A server as one caller reaches it; raises ValueError for what could not work or would not be safe.

    ``address`` is ``HOST:PORT``. ``roots`` are the PEM certificates that the
    server's must be under; None means those of the system. ``insecure`` speaks
    without TLS, and only to this machine. ``certificate`` and ``key``, PEM, are
    shown to a server that asks for them (mutual TLS); the chain may follow the
    certificate.
    """

    address: str
    _: KW_ONLY
    roots: bytes | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)
    insecure: bool = False
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        host = _host(self.address)
        if self.insecure and not _is_loopback(host):
            raise ValueError("without TLS only this machine is called; the address must be a loopback one")
        if bool(self.certificate) != bool(self.key) or (self.certificate and self.insecure):
            raise ValueError("a client's certificate goes with its key, and with TLS")
        # A foreign character would fail much later, in a message that quotes the metadata.
        if not all("!" <= each <= "~" for each in self.token):
            raise ValueError("the token has characters that no token has")

    @property
    def uri(self) -> str:
        """The address so that gRPC takes a host named ``unix`` or ``dns`` for no scheme."""
        return self.address if self.address.startswith("[") else f"dns:///{self.address}"


def _host(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise ValueError(f"the address must be HOST:PORT, as ca.example:8443, not {address!r}")
    if not _NAME.fullmatch(host) and not _is_bracketed_ipv6(host):
        raise ValueError(f"{host!r} is no host: a name, an IPv4 address, or an IPv6 address as [::1]")
    return host.strip("[]")


def _is_bracketed_ipv6(host: str) -> bool:
    try:
        return host.startswith("[") and host.endswith("]") and ip_address(host[1:-1]).version == 6  # noqa: PLR2004
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
