"""Lists over the wire: the page that a request asks for, and the token of the next one."""

from __future__ import annotations

from typing import Any

from server.ra.pages import Page, Pages


class Paging:
    """Binds page tokens to the request that they belong to."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def page(self, request: Any) -> Page:
        """The page that a list request asks for. Raises Invalid for a token of another query."""
        return self._pages.read(request.page_token, size=request.page_size, query=_query(request))

    def next_token(self, request: Any, last_id: str) -> str:
        """The token of the next page; empty if ``last_id`` is, for then there is none."""
        return self._pages.write(last_id, query=_query(request)) if last_id else ""


def _query(request: Any) -> bytes:
    """What the list is of: the request without its place in the list."""
    query = type(request)()
    query.CopyFrom(request)
    query.ClearField("page_token")
    query.ClearField("page_size")
    name: str = request.DESCRIPTOR.full_name
    return name.encode() + b"\0" + bytes(query.SerializeToString(deterministic=True))
