"""The gRPC listener: its limits, its TLS, and the port it got."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import grpc
import grpc.aio

from server.api.startup import StartupError

if TYPE_CHECKING:
    from server.api.pipeline import Pipeline

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportLimits:
    """What one listener accepts; sizes in octets, times in seconds."""

    message: int = 1024 * 1024
    """The largest request message: a CSR has at most 64 KiB."""
    metadata: int = 16 * 1024
    """All headers of a call together."""
    streams: int = 200
    """Calls in flight on one connection."""
    pending: int = 10_000
    """Calls that have arrived but are not yet taken up, on all connections.

    gRPC's own 1,000 are less than one client opens at once.
    """
    keepalive: float = 60.0
    """Silence after which the server pings; this is how dead watchers are found."""
    keepalive_answer: float = 20.0
    """How long the ping may stay unanswered."""
    ping_interval: float = 10.0
    """Clients that ping more often are sent away."""
    connection_age: float = 2700.0
    """After it a connection is replaced, so that load spreads; above the age of any stream."""
    connection_grace: float = 60.0
    """How long calls on a connection that is too old may still run."""


class CertificateSource(Protocol):
    """Holds the server's certificate of the moment."""

    def current(self) -> tuple[bytes, bytes]:
        """The private key and the chain, in PEM. Called in each handshake, from a thread of gRPC."""


def build(
    pipeline: Pipeline, limits: TransportLimits | None = None, *, shares_port: bool = False
) -> grpc.aio.Server:
    """A server that is not listening yet; must be called in the event loop that will run it.

    ``shares_port`` is for several processes on one port. Otherwise it stays
    off: a forgotten second server would silently take half the connections.
    """
    options = _options(limits or TransportLimits(), shares_port=shares_port)
    return grpc.aio.server(handlers=[pipeline], options=options)


def listen(
    server: grpc.aio.Server,
    address: str,
    certificate: CertificateSource,
    *,
    client_ca: Callable[[], bytes] | None = None,
) -> int:
    """Listens on ``address`` with TLS and returns the port, which the system picks for port 0.

    A new certificate counts from the next handshake. With ``client_ca``, which
    is asked in each (PEM), every client must show a certificate from there.
    """

    def configuration() -> grpc.ServerCertificateConfiguration:
        return _configuration(certificate, None if client_ca is None else client_ca())

    credentials = grpc.dynamic_ssl_server_credentials(
        configuration(),
        configuration,
        require_client_authentication=client_ca is not None,
    )
    return _bound(lambda: server.add_secure_port(address, credentials), address)


def listen_insecurely(server: grpc.aio.Server, address: str) -> int:
    """Listens in plaintext, on this machine only, and returns the port."""
    if not is_loopback(address):
        raise StartupError(f"plaintext is for loopback addresses only, not for '{address}'")
    return _bound(lambda: server.add_insecure_port(address), address)


def is_loopback(address: str) -> bool:
    """Whether ``HOST:PORT`` can be reached from this machine only."""
    host = address.rpartition(":")[0].strip("[]")
    if address.startswith("unix:") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _configuration(source: CertificateSource, client_ca: bytes | None) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([source.current()], client_ca)


def _bound(bind: Callable[[], int], address: str) -> int:
    try:
        return bind()
    except RuntimeError:
        raise StartupError(f"cannot listen on '{address}'") from None


def _options(limits: TransportLimits, *, shares_port: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.so_reuseport", int(shares_port)),
        ("grpc.max_receive_message_length", limits.message),
        ("grpc.max_metadata_size", limits.metadata),
        ("grpc.absolute_max_metadata_size", 2 * limits.metadata),
        ("grpc.max_concurrent_streams", limits.streams),
        # Between the soft and the hard limit calls are refused at random.
        ("grpc.server.max_pending_requests", limits.pending),
        ("grpc.server.max_pending_requests_hard_limit", limits.pending),
        ("grpc.keepalive_time_ms", _milliseconds(limits.keepalive)),
        ("grpc.keepalive_timeout_ms", _milliseconds(limits.keepalive_answer)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", _milliseconds(limits.ping_interval)),
        ("grpc.max_connection_age_ms", _milliseconds(limits.connection_age)),
        ("grpc.max_connection_age_grace_ms", _milliseconds(limits.connection_grace)),
    ]


def _milliseconds(seconds: float) -> int:
    return round(seconds * _MILLISECONDS)
