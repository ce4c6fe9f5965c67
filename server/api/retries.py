"""Retries that are safe: what ``request_id`` promises, as far as it is built."""

from __future__ import annotations

from typing import Any

from server.errors import Unsupported


def refuse_request_id(request: Any) -> None:
    """Say so, rather than pass over the wish in silence: a retry would do it twice. Raises Unsupported."""
    if request.request_id:
        raise Unsupported("this server does not know request_id yet; leave it out", field="request_id")
