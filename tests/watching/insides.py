"""What a server holds for its watches; looked at from the inside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from server.ra.access.caller import Caller
from server.ra.hub import Hub
from server.ra.requests.waits import Waits
from server.ra.watching.quota import OpenWatches
from server.ra.watching.vigil import Vigil
from server.store.store import Store
from tests.serving import Live

_OWN_TIME = ("upkeep", "crls", "renewals")
"""Tasks that have their own time."""


def hub(live: Live) -> Hub:
    """Where the watches are told of changes."""
    listeners = [getattr(listener, "__self__", None) for listener in live.app.store.feed._listeners]
    (found,) = [one for one in listeners if isinstance(one, Hub)]
    return found


def open_watches(live: Live) -> OpenWatches:
    """The watches that are open."""
    acts = [getattr(act, "__self__", None) for act in live.app.drain._acts]
    (found,) = [one for one in acts if isinstance(one, OpenWatches)]
    return found


def waits(live: Live) -> Waits:
    """The calls that wait for the end of a request."""
    acts = [getattr(act, "__self__", None) for act in live.app.drain._acts]
    (found,) = [one for one in acts if isinstance(one, Waits)]
    return found


def call_tasks() -> int:
    """The tasks of calls, of the server and of the client in this loop."""
    return sum("rpc" in _name(task) or "Call" in _name(task) for task in asyncio.all_tasks())


def _task() -> str:
    """The name of the task that this runs in."""
    current = asyncio.current_task()
    return current.get_name() if current else ""


def _name(task: asyncio.Task[Any]) -> str:
    return str(getattr(task.get_coro(), "__qualname__", ""))


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The queries of every store, as they are made; not those that the server makes in its own time."""
    made: list[str] = []
    fetch = Store._fetch

    async def counting(self: Store, query: Any) -> Any:
        if not _task().startswith(_OWN_TIME):
            made.append(str(query))
        return await fetch(self, query)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_fetch", counting)
        yield made


@contextmanager
def looks_at_rights() -> Iterator[list[str]]:
    """The identities whose right to a watch is looked at, as that happens."""
    looked: list[str] = []
    caller = Vigil.caller

    async def looking(self: Vigil) -> Caller:
        found = await caller(self)
        looked.append(found.principal.identity_id)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vigil, "caller", looking)
        yield looked
