"""Whole lists, page by page: for choices, and to count."""

from __future__ import annotations

from typing import Any, Final

from server.web.service import Caller

_PAGE: Final = 500
_PAGES: Final = 20
"""At most: who has more policies or profiles than that is not served by a list of them."""


async def every(caller: Caller, method: Any, request: Any, *, field: str) -> list[Any]:
    """What all pages of a list hold, the newest first."""
    found: list[Any] = []
    asked = type(request)()
    asked.CopyFrom(request)
    asked.page_size = _PAGE
    for _ in range(_PAGES):
        answer = await caller.ask(method, asked)
        found += getattr(answer, field)
        asked.page_token = answer.next_page_token
        if not asked.page_token:
            break
    return found
