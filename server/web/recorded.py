"""The outermost of an HTTP application: its answers are counted, and its mistakes are told and answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from server.web.peers import peer, peer_of

_VERBS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Application = Callable[..., Awaitable[None]]
"""An ASGI application."""
Count = Callable[[str, int], None]
"""Takes the verb of a request, ``other`` for what is none of HTTP's usual, and the status of its answer."""
Tell = Callable[..., object]
"""Logs an event with fields, as ``tell("event", method=…, exc_info=error)``."""


class Recorded:
    """Serves an application; whatever it raises is an answer 500, and a line in the log with its trace.

    The line has the verb and the path. Query, headers and body may be secrets, and stay out of it.
    """

    def __init__(self, app: Application, *, count: Count, tell: Tell) -> None:
        self._app = app
        self._count = count
        self._tell = tell

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one request."""
        status = 0
        peer.set(peer_of(scope))

        async def sent(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not cost a client its connection
            self._tell("unexpected error", method=scope["method"], path=scope["path"], exc_info=error)
            if not status:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, sent)
        finally:
            if status:
                self._count(scope["method"] if scope["method"] in _VERBS else "other", status)
