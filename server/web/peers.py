"""Who is at the other end of the connection that an HTTP request came on.

The RPCs that are asked for it come from this process; so that their records
tell who sent the request, it goes with them on the private channel, and counts
there alone.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final

PEER: Final = "x-certmanager-peer"
"""The metadata that tells it, in gRPC's form, as ``ipv4:192.0.2.7:50312``."""

peer: ContextVar[str] = ContextVar("peer", default="")
"""That of the request which is being served; empty outside of one."""


def peer_of(scope: Any) -> str:
    """That of an ASGI request; empty if it has none."""
    client = scope.get("client")
    if not client:
        return ""
    host, port = client
    return f"ipv6:[{host}]:{port}" if ":" in host else f"ipv4:{host}:{port}"
