"""Streams over HTTP as their readers take them apart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.facing.faces import API, Face

PATIENCE = 20.0
EVENTS = {"accept": "text/event-stream"}
LINES = {"accept": "application/x-ndjson"}


@dataclass(slots=True)
class Event:
    """One event, as a browser dispatches it."""

    name: str = "message"
    id: str = ""
    retry: str = ""
    said: Any = None


@dataclass(slots=True)
class Reading:
    """An open stream."""

    answer: httpx2.Response
    lines: AsyncIterator[str]
    retries: list[str] = field(default_factory=list)

    async def event(self) -> Event | None:
        """The next event that has data; None at the end."""
        found = Event()
        while (line := await self.line()) is not None:
            name, _, value = line.partition(": ")
            if name == "data":
                found.said = json.loads(value)
            elif name:
                setattr(found, "name" if name == "event" else name, value)
            elif found.said is not None:
                return found
            else:
                self.retries.append(found.retry)
        return None

    async def line(self) -> str | None:
        """The next line; None at the end."""
        async with asyncio.timeout(PATIENCE):
            return await anext(self.lines, None)

    async def events(self) -> list[Event]:
        """All that there are up to the end."""
        found = []
        while (event := await self.event()) is not None:
            found.append(event)
        return found

    async def told(self, kind: str) -> Event:
        """The next event of a kind; others are passed over."""
        while (event := await self.event()) is not None:
            if event.said and kind in event.said:
                return event
        raise AssertionError(f"the stream ended without {kind}")


@asynccontextmanager
async def reading(client: httpx2.AsyncClient, path: str, **options: Any) -> AsyncIterator[Reading]:
    """A stream that is open; options are those of a request."""
    async with client.stream("GET", API + path, **options) as answer:
        yield Reading(answer, answer.aiter_lines())


@asynccontextmanager
async def events(face: Face, path: str, *, last: str = "", **params: Any) -> AsyncIterator[Reading]:
    """A stream of events that the owner's browser has opened, having seen the event ``last``."""
    headers = {**EVENTS, **({"last-event-id": last} if last else {})}
    async with (
        face.client(face.live.owner) as client,
        reading(client, path, headers=headers, params=params or None) as stream,
    ):
        assert stream.answer.status_code == 200, await stream.answer.aread()
        yield stream
