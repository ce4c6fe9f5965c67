"""Runs an ASGI application in the event loop that is already there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

Application = Callable[..., Awaitable[None]]
"""An ASGI application."""

_GRACE_SECONDS = 10
_POLL_SECONDS = 0.005


class WebServer:
    """A listening HTTP server; made by ``serve``."""

    def __init__(self, server: _Server, task: asyncio.Task[None], port: int) -> None:
        self._server = server
        self._task = task
        self.port = port

    async def stop(self) -> None:
        """Takes no more requests, lets running ones finish, and returns when all is closed."""
        self._server.should_exit = True
        await self._task


async def serve(
    app: Application, host: str, port: int, *, tls: ssl.SSLContext | None = None, **options: Any
) -> WebServer:
    """Listens on ``host``; port 0 lets the system pick one. Raises ``OSError`` if it cannot.

    ``options`` are uvicorn's. Requests are not logged here: an application that
    wants a log of them has a better one.
    """
    listener = _listener(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # else whoever connects from this machine could say that they were another
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        **options,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(_POLL_SECONDS)
    if task.done():
        await task
    return WebServer(server, task, listener.getsockname()[1])


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the application has one for all its listeners."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=1024)
    # What it accepts inherits that; asyncio sets it only where it can tell that a socket is TCP, which a
    # listener of this kind does not say. Else the body of an answer waits 40 ms for the head's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener
