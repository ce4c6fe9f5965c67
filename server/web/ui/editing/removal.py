"""Removing things, which is refused while they are used."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final

import grpc

from server.web.refusals import Refused

_TOLD: Final = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED}


async def removed(removal: Awaitable[None]) -> Refused | None:
    """None if it is done, or why it cannot be. Raises Refused for what the page cannot tell by itself."""
    try:
        await removal
    except Refused as refused:
        if refused.code not in _TOLD:
            raise
        return refused
    return None
