"""Follows a watch over as many streams as it takes: resumes, backs off, and notices a dead connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import grpc
import grpc.aio

from certmanager_client.errors import ApiError, api_error
from certmanager_client.retries import Backoff, Timing
from certmanager_client.watch_courses import Course

E = TypeVar("E")

HEARTBEAT = 30.0
"""Seconds of silence after which the server is asked to say that it is there."""
_FIRST_WITHIN = 1.2
"""The server spreads its heartbeats by a tenth; until it says by when the next is due, this much more is."""
_SHORTEST, _LONGEST = 5.0, 300.0
_GRACE = 10.0
"""Seconds that a message may be late before its connection counts as dead."""
_MACHINE = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a watch takes silence and failure.

    ``timeout`` is in seconds and for the whole watch; None: as long as it takes.
    ``heartbeat`` is how often the server speaks if there is nothing to say: it
    keeps to 5 s to 300 s. ``on_pause`` is told each error after which the watch
    goes on, and in how many seconds.
    """

    timeout: float | None = None
    heartbeat: float = HEARTBEAT
    timing: Timing = _MACHINE
    on_pause: Callable[[ApiError, float], object] | None = None


class Followed(Generic[E]):
    """One watch: its course, and the streams that carry it.

    ``open_stream`` begins a stream with a request; ``address`` is named where
    the server cannot be reached.
    """

    def __init__(
        self,
        course: Course[E],
        open_stream: Callable[[Any], Any],
        *,
        address: str,
        patience: Patience,
    ) -> None:
        self._course = course
        self._open = open_stream
        self._address = address
        self._patience = patience
        self._timing = patience.timing
        self._backoff = Backoff(patience.timing.uniform)
        self._within = _FIRST_WITHIN * min(max(patience.heartbeat, _SHORTEST), _LONGEST)
        self._is_too_late = False
        self._end = None if patience.timeout is None else self._timing.clock() + patience.timeout

    async def events(self) -> AsyncGenerator[E, None]:
        """What is news, until the watch is over. Raises ApiError where going on would be pointless."""
        while True:
            error: ApiError | None = None
            stream = self._open(self._course.ask())
            try:
                while (message := await self._next(stream)) is not None:
                    self._backoff.reset()
                    event = self._course.take(message)
                    if event is not None:
                        yield event
            except ApiError as caught:
                error = caught
            finally:
                stream.cancel()
            if self._course.is_over(error):
                return
            await self._rest(error or _early())

    async def _next(self, stream: Any) -> Any:
        """The next message of the stream; None after the last. Raises ApiError."""
        left = self._left()
        limit = self._within + _GRACE
        try:
            message = await self._by(stream.read(), limit if left is None else min(left, limit))
        except grpc.aio.AioRpcError as error:
            raise api_error(error, address=self._address) from None
        except TimeoutError:
            self._is_too_late = left is not None and left <= limit
            raise (_too_late() if self._is_too_late else _silent(limit)) from None
        if message is grpc.aio.EOF:
            return None
        beat = message.heartbeat.next_within
        if message.WhichOneof("event") == "heartbeat" and beat.ToNanoseconds():
            self._within = beat.ToNanoseconds() / 1e9
        return message

    async def _by(self, reading: Awaitable[Any], seconds: float) -> Any:
        """The result, if it comes within so many seconds of the clock that is in use. Raises TimeoutError."""
        read, nap = asyncio.ensure_future(reading), asyncio.ensure_future(self._timing.sleep(seconds))
        try:
            await asyncio.wait({read, nap}, return_when=asyncio.FIRST_COMPLETED)
            if not read.done():
                raise TimeoutError
            return read.result()
        finally:
            read.cancel()
            nap.cancel()

    async def _rest(self, error: ApiError) -> None:
        """Wait until the next stream may begin; raises the error if there is to be none."""
        if self._is_too_late:
            raise error
        self._course.bookmark.lost(error)
        wait, left = self._backoff.pause(error.retry_after), self._left()
        if left is not None and wait >= left:
            raise error
        if self._patience.on_pause is not None:
            self._patience.on_pause(error, wait)
        await self._timing.sleep(wait)

    def _left(self) -> float | None:
        return None if self._end is None else self._end - self._timing.clock()


def _early() -> ApiError:
    return ApiError(grpc.StatusCode.UNKNOWN, "", "the stream has ended before its time")


def _silent(limit: float) -> ApiError:
    return ApiError(grpc.StatusCode.UNAVAILABLE, "", f"nothing has arrived for {limit:.0f} seconds")


def _too_late() -> ApiError:
    sentence = "the watch did not come to its end in time"
    return ApiError(grpc.StatusCode.DEADLINE_EXCEEDED, "", sentence)
