"""The client of certmanager: deadlines on all calls, retries of what is safe, errors that say everything.

::

    target = Target("ca.example:8443", roots=Path("ca.pem").read_bytes(), token=token)
    async with Client(target) as client:
        answer = await client.call(client.access.WhoAmI, WhoAmIRequest())

It needs ``grpcio``, ``protobuf`` and ``googleapis-common-protos``, and nothing of the server.
The command-line program is in :mod:`certmanager_client.cli`, which needs more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certmanager_client.client import Client
    from certmanager_client.errors import ApiError, Violation
    from certmanager_client.target import Target
    from certmanager_client.watch_events import CertificateEvent, Kind, QueueEvent, RequestEvent, TrustEvent
    from certmanager_client.watching import Patience

__all__ = [
    "ApiError",
    "CertificateEvent",
    "Client",
    "Kind",
    "Patience",
    "QueueEvent",
    "RequestEvent",
    "Target",
    "TrustEvent",
    "Violation",
]

_MODULES = {
    "ApiError": "errors",
    "CertificateEvent": "watch_events",
    "Client": "client",
    "Kind": "watch_events",
    "Patience": "watching",
    "QueueEvent": "watch_events",
    "RequestEvent": "watch_events",
    "Target": "target",
    "TrustEvent": "watch_events",
    "Violation": "errors",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is used: the command line shows its help without gRPC."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
