"""The body of a request: read as it comes, and never more of it than may be."""

from __future__ import annotations

from email.message import Message as Header
from typing import Any, Final

from starlette.requests import Request

from server.web.rest.documents import Document, document
from server.web.rest.faults import Malformed

_JSON: Final = "application/json"
_UTF_8: Final = frozenset({"utf-8", "utf8"})
_SHORT: Final = 16 * 1024
"""Octets that cost next to nothing to read: most requests have fewer."""


def is_long(request: Request) -> bool:
    """Whether the body may cost more to read than it costs to ask whose it is."""
    told = request.headers.get("content-length", "0")
    is_short = told.isdecimal() and len(told) <= len(str(_SHORT)) and int(told) <= _SHORT
    return not is_short or "transfer-encoding" in request.headers


async def body_of(request: Request, *, is_taken: bool, largest: int) -> Any:
    """The document that the body spells; an empty object if there is none.

    Raises Malformed for too many octets (413), another type (415) and what is no JSON.
    """
    octets = await _octets(request, largest)
    if not octets:
        return Document([])
    if not is_taken:
        raise Malformed.by("BODY_UNEXPECTED", "this request takes no body: its fields go into the query")
    _prove_json(request)
    return document(octets)


async def _octets(request: Request, largest: int) -> bytes:
    told = request.headers.get("content-length", "")
    if told and not (told.isdecimal() and len(told) <= len(str(largest)) and int(told) <= largest):
        raise _too_long(largest)
    # Counted whatever was told: of a body in chunks a length tells nothing (RFC 9112, 6.3).
    body = bytearray()
    async for part in request.stream():
        if len(body) + len(part) > largest:
            raise _too_long(largest)
        body += part
    return bytes(body)


def _too_long(largest: int) -> Malformed:
    return Malformed.by("BODY_TOO_LONG", f"a body must have at most {largest} octets", http=413)


def _prove_json(request: Request) -> None:
    header = Header()
    header["content-type"] = request.headers.get("content-type", "")
    charset = str(header.get_param("charset", "utf-8")).lower()
    is_plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    is_json = header.get_content_type() == _JSON and charset in _UTF_8
    if not is_plain or not is_json:
        raise Malformed.by("CONTENT_TYPE", f"the body must be {_JSON}, in UTF-8, not compressed", http=415)
