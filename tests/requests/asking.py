"""Orders that wait for their end."""

from __future__ import annotations

import asyncio
from typing import Any

from google.protobuf.duration_pb2 import Duration

from server.store.records import RequestRecord
from tests.requests.offices import Office, Person

LONG = Duration(seconds=300)


async def asking(
    office: Office, profile_id: str, *, by: Person | None = None, **said: Any
) -> tuple[asyncio.Task[Any], str]:
    """An order that waits, and the id of its request once that is there."""
    task = asyncio.create_task(office.ask(profile_id, by=by, fields={"wait": LONG}, **said))
    store = office.live.app.store
    async with asyncio.timeout(10):
        while not (found := await store.list(RequestRecord, profile_id=profile_id)):
            await store.feed.wait_beyond(store.feed.latest, seconds=0.1)
    return task, found[0].id
