"""Whether a request that changes something was made by a page of ours, and how long it may be.

Three things must hold: the cookie came, which browsers send with requests of
our own pages only (SameSite); the browser does not say that another site made
it; and it shows what only a page of the session knows.
"""

from __future__ import annotations

from email.message import Message as Header
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.sessions import Session
from server.web.ui.addresses import url_in

LARGEST: Final = 256 * 1024
"""Octets of a form: a chain of certificates, in text, with room for all else."""
_MOST_FIELDS: Final = 1000
_SAFE: Final = ("GET", "HEAD")
_OURS: Final = ("same-origin", "none")
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_UTF_8: Final = ("utf-8", "utf8")


async def prove_own(request: Request, session: Session) -> None:
    """Refuses to change anything unless a page of this session asks for it. Raises HTTPException (403)."""
    if request.method in _SAFE:
        return
    form = await form_of(request)  # in any case: whoever reads it later has it within its bounds
    shown = request.headers.get("x-csrf-token") or form.get("csrf", "")
    if not is_ours(request) or not isinstance(shown, str) or not session.is_own(shown):
        raise HTTPException(403, "The form is not of this session. Go back, reload the page and try again.")


def is_ours(request: Request) -> bool:
    """Whether one of our own pages sent this, as far as the browser says; what is no browser says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")
    if origin is None:
        return True
    came_from = url_in(origin)
    host = request.headers.get("host", "").lower()
    return bool(host) and came_from is not None and came_from.netloc.lower() == host


async def form_of(request: Request) -> FormData:
    """The fields of a form, kept for whoever asks again. Raises HTTPException (400, 413, 415)."""
    header = Header()
    header["content-type"] = said = request.headers.get("content-type", "")
    # Other charsets give texts that no message can hold, or none at all; browsers send our pages' own.
    is_plain = str(header.get_param("charset", "utf-8")).lower() in _UTF_8
    if said and (header.get_content_type() not in _FORMS or not is_plain):
        raise HTTPException(415, "A form must be sent as one, in UTF-8.")
    return await request.form(max_files=8, max_fields=_MOST_FIELDS, max_part_size=LARGEST)


class Bounded:
    """Lets no route read more of a body than a form may have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, counting what it brings."""
        left = LARGEST

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, "That is more than a form may have.")
            return message

        await self._app(scope, counted, send)
