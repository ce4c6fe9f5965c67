"""HTTP/1.1 for everybody: clients may be slow, but not for ever, and many, but not without end.

uvicorn bounds neither how long a request may take to arrive nor how long its
answer may take to be read; here one clock runs from a connection's beginning,
and from the end of each answer, to the end of the next.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS: Final = 60.0
_CONNECTIONS: Final = 2000
_SHARE: Final = 4
"""The part of a process's descriptors that connections get: callers and the database need some, too."""


class PatientProtocol(H11Protocol):
    """A connection that is given up when its time is over; one too many is closed at once."""

    seconds = _SECONDS
    """From the end of one answer to the end of the next."""
    connections_at_once = _CONNECTIONS
    """Of one listener."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the clock."""
        super().connection_made(transport)
        if len(self.connections) > min(self.connections_at_once, _descriptors() // _SHARE):
            transport.abort()
            return
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._stop()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Starts the clock again: what was written may not have been read yet."""
        self._start()
        super().on_response_complete()

    def _start(self) -> None:
        self._stop()
        self._deadline = self.loop.call_later(self.seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _descriptors() -> int:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS * _SHARE if most == resource.RLIM_INFINITY else most
