"""HTTP for what is published: how long it may be kept, and whether it has changed since (RFC 9110, 9111)."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_KEPT: Final = timedelta(minutes=5)
"""How long a cache may give it to others, at most: a revocation is not to be hidden longer."""
_PIECE: Final = 64 * 1024


class Published(Protocol):
    """Octets that a CA signed."""

    @property
    def der(self) -> bytes:
        """The octets."""

    @property
    def sha256(self) -> str:
        """Of the octets, lower-case hexadecimal."""

    @property
    def made_at(self) -> datetime | None:
        """Since when they are what they are; None if nobody may keep them."""

    @property
    def next_at(self) -> datetime | None:
        """When there will be newer ones at the latest; None if they never change."""


def published(document: Published, media_type: str, request: Request, *, now: datetime) -> Response:
    """The answer to a request for a document: 304 if whoever asks has it already."""
    headers = {"content-type": media_type, **_caching(document, now)}
    if request.method in {"GET", "HEAD"} and _is_known(document, request):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if k != "content-type"})
    return _InPieces(document.der, headers=headers)


class _InPieces(Response):
    """Sends no more of a long body than its reader takes, so that slow readers cost little memory."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Sends the head, then piece after piece."""
        head: MutableMapping[str, Any] = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        for piece, more in _pieces(self.body):
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def _pieces(body: bytes | memoryview) -> Iterator[tuple[bytes, bool]]:
    for begin in range(0, max(len(body), 1), _PIECE):
        end = begin + _PIECE
        yield bytes(body[begin:end]), end < len(body)


def _caching(document: Published, now: datetime) -> dict[str, str]:
    if document.made_at is None:
        return {"cache-control": "no-store"}
    left = document.next_at - now if document.next_at else _KEPT
    kept = max(min(_KEPT, left), timedelta())
    return {
        "etag": f'"{document.sha256}"',
        "last-modified": _http_date(document.made_at),
        "expires": _http_date(now + kept),
        # RFC 5019, 6.2: a cache between must neither change it nor give it longer than it was told.
        "cache-control": f"max-age={int(kept.total_seconds())}, public, no-transform, must-revalidate",
    }


def _is_known(document: Published, request: Request) -> bool:
    """Whether the conditions of a request say so; tags count more than times (RFC 9110, 13.2.2)."""
    if document.made_at is None:
        return False
    tags = request.headers.get("if-none-match")
    if tags is not None:
        told = {tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")}
        return bool(told & {"*", document.sha256})
    since = _date(request.headers.get("if-modified-since", ""))
    return since is not None and document.made_at.replace(microsecond=0) <= since


def _http_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter by numbers of twenty digits
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
