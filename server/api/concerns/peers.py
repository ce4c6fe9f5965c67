"""Who is at the other end of a call: whoever is connected, or for whom the HTTP face asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Peer = Callable[[Any], str]
"""Tells it by the call's context, in gRPC's form, as ``ipv4:192.0.2.7:50312``."""


def connected(context: Any) -> str:
    """Whoever holds the connection."""
    return str(context.peer())


def told_by(key: str) -> Peer:
    """Whoever the metadata of that key names: to be believed only where nobody but ourselves can connect."""

    def told(context: Any) -> str:
        found = dict(context.invocation_metadata() or ()).get(key, "")
        return found if isinstance(found, str) else ""

    return told
