"""The watches that wake the agent: on its lineage, and on a request that waits for an approval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Protocol, Self

from certmanager.v1.certificate_pb2 import Certificate
from certmanager_client.cli.agent.lines import Lines
from certmanager_client.client import Client
from certmanager_client.errors import ApiError
from certmanager_client.retries import Timing
from certmanager_client.watching import Patience

_BREAK = 30.0
"""Seconds between a watch that the server has refused and another look."""


class Woken(Protocol):
    """Who is told."""

    def tell(self, certificate: Certificate) -> None:
        """Take what there is to use of the lineage."""

    def wake(self) -> None:
        """See whether something is due."""

    def look(self) -> None:
        """Ask for what the watch does not tell."""


class Following:
    """The watches of one connection; what they follow may change, and ends with the block."""

    def __init__(self, client: Client, woken: Woken, lines: Lines, *, timing: Timing) -> None:
        self._client = client
        self._woken = woken
        self._lines = lines
        self._timing = timing
        self._tasks: dict[str, tuple[str, asyncio.Task[None]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for what in list(self._tasks):
            self._stop(what)
        await asyncio.sleep(0)  # lets their streams be closed before the connection is

    def follow(self, certificate_id: str, *, request_id: str = "") -> None:
        """Follow the lineage of a certificate and a request, unless they are followed; empty: none."""
        self._begin("certificate", certificate_id, self._certificate)
        self._begin("request", request_id, self._request)

    def _begin(self, what: str, id_: str, run: Callable[[str], Any]) -> None:
        present = self._tasks.get(what)
        if present is not None and present[0] == id_ and not present[1].done():
            return
        self._stop(what)
        if id_:
            self._tasks[what] = (
                id_,
                asyncio.create_task(self._guarded(what, run(id_)), name=f"watch-{what}"),
            )

    def _stop(self, what: str) -> None:
        if what in self._tasks:
            self._tasks.pop(what)[1].cancel()

    async def _certificate(self, id_: str) -> None:
        async with aclosing(self._client.watch_certificate(id_, patience=self._patience())) as events:
            async for event in events:
                self._woken.tell(event.certificate)

    async def _request(self, id_: str) -> None:
        async with aclosing(self._client.watch_request(id_, patience=self._patience())) as events:
            await _drained(events)
        self._woken.wake()

    async def _guarded(self, what: str, watch: Any) -> None:
        try:
            await watch
        except ApiError as error:
            self._lines.warning(f"cannot watch the {what}: {error.message}", reason=error.reason)
            await self._timing.sleep(_BREAK)
            self._woken.look()

    def _patience(self) -> Patience:
        return Patience(timing=self._timing, on_pause=self._paused)

    def _paused(self, error: ApiError, seconds: float) -> None:
        self._lines.info(f"the watch was interrupted: {error.message}", again_in=f"{seconds:.1f}s")


async def _drained(events: AsyncIterator[object]) -> None:
    async for _ in events:
        pass
