"""HTTP/1.1 for everybody: clients may be slow, but not for ever, and many, but not without end.

uvicorn bounds neither how long a request may take to arrive nor how long its
answer may take to be read. Here one clock runs from a connection's beginning,
and from the end of each answer, to the end of the next; or, where answers may
be streams without an end, to the end of the request, and again whenever what
was written is not read.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS: Final = 60.0
_CONNECTIONS: Final = 2000
_SHARE: Final = 4
"""The part of a process's descriptors that connections get: callers and the database need some, too."""
_BUFFERED: Final = 64 * 1024
_MILLISECONDS: Final = 1000


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


class StreamingProtocol(PatientProtocol):
    """The same for answers that may go on for long: for as long as they are read."""

    unheard_seconds = 60.0
    """How long the other side's system may take nothing of what is there for it."""
    stall_seconds = 120.0
    """The same by our own watch, for systems that keep none; coarser, for it sees pieces of 64 KiB."""

    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Bounds what is kept for a client, and how long its system may leave it unacknowledged."""
        transport.set_write_buffer_limits(high=_BUFFERED)
        _end_when_unheard(transport, self.unheard_seconds)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Stops the clock once the request has arrived."""
        super().data_received(data)
        if self._is_answering():
            self._stop()

    def on_response_complete(self) -> None:
        """Starts the clock for the next request, unless that is here or this answer is not read yet."""
        super().on_response_complete()
        if self._is_answering():
            self._stop()
        elif self.flow.write_paused:
            self._unset_keepalive_if_required()
            self._stalled()

    def pause_writing(self) -> None:
        """Waits for the client; nothing is written meanwhile, so that what is unread can only shrink."""
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        self._stalled()

    def resume_writing(self) -> None:
        """The client has read."""
        if self._is_answering():
            self._stop()
        else:
            self._start()
        super().resume_writing()

    def _is_answering(self) -> bool:
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete and self.conn.their_state in _ARRIVED

    def _stalled(self) -> None:
        self._stop()
        self._deadline = self.loop.call_later(self.stall_seconds, self._look)

    def _look(self) -> None:
        """Ends the connection of a client that has read nothing since the last look."""
        unread = self.transport.get_write_buffer_size()
        if unread >= self._unread:
            self.transport.abort()
            return
        self._unread = unread
        self._stalled()


_ARRIVED = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
"""What a request is when there is no more of it to come (h11's state of the client)."""


def _end_when_unheard(transport: asyncio.Transport, seconds: float) -> None:
    """Has the system end a connection whose other side takes nothing, or is no longer there.

    Without that a stream to a machine that was switched off ends after a quarter of an hour, and one that
    says little, to a client that reads nothing, with its age (RFC 5482; Linux has it, others may not).
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    connection = transport.get_extra_info("socket")
    if option is not None and connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, option, round(seconds * _MILLISECONDS))


def _descriptors() -> int:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS * _SHARE if most == resource.RLIM_INFINITY else most
