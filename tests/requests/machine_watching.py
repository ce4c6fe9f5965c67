"""A watch that is followed, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio

_PATIENCE = 10


class Following:
    """One watch that is opened again at will, with all that it has told."""

    def __init__(self, open_: Callable[[str], Any]) -> None:
        self._open = open_
        self._news = asyncio.Event()
        self._token = ""
        self.streams: list[list[Any]] = []
        """The messages of each time that it was open."""
        self.code: grpc.StatusCode | None = None
        """How it ended the last time that it was open."""
        self._begin()

    async def again(self) -> None:
        """Goes away, and comes again with the newest token."""
        await self.close()
        self._begin()

    async def close(self) -> None:
        """Goes away."""
        self._call.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def until(self, condition: Callable[[], bool], what: object) -> None:
        """Returns once the condition holds; fails if it does not soon."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = self.streams[-1:]
            raise AssertionError(f"a watch ({self.code}) is not told of {what} but of {told}") from None

    def _begin(self) -> None:
        self.code = None
        self.streams.append([])
        self._call = self._open(self._token)
        self._task = asyncio.create_task(self._read(self._call, self.streams[-1]))

    async def _read(self, call: Any, messages: list[Any]) -> None:
        try:
            while (message := await call.read()) is not grpc.aio.EOF:
                self._token = message.resume_token
                messages.append(message)
                self._news.set()
            self.code = await call.code()
        except grpc.aio.AioRpcError as error:
            self.code = error.code()
        self._news.set()
