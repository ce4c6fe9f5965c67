"""A watch that is resumed while retention forgets the history that it has to catch up with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from server.config import Settings
from server.ra.watching import history, many
from server.store.filters import UpTo
from server.store.records import ChangeRecord
from server.store.store import Store
from server.store.unit import Delete, Unit
from tests.serving import Live
from tests.watching.streams import WAITS, Desk, Stream, Watcher, serving

REQUESTS, ROWS = 12, 5


async def left_behind(live: Live) -> tuple[Desk, str]:
    """A desk, and the token of a watch that has seen its requests wait; all of them were withdrawn since."""
    desk = await Desk.of(live)
    ids = [await desk.request() for _ in range(REQUESTS)]
    async with Watcher(live).many(desk.project_id, states=[WAITS]) as stream:
        await stream.until("snapshot_complete")
    for id_ in ids:
        await desk.move(id_, "CANCELLED")
    return desk, stream.token


def forgetting(live: Live, patch: pytest.MonkeyPatch, *, ahead: int) -> None:
    """Has history forgotten before the second window is read: so many changes of it, and all before."""
    patch.setattr(history, "_ROWS", ROWS)
    read: Callable[..., Awaitable[Any]] = history.window
    begins: list[int] = []

    async def window(*of: Any, after: int) -> Any:
        begins.append(after)
        if len(begins) == 2:
            gone = Delete(ChangeRecord, {"revision": UpTo(after + ahead)}, expect=None)
            await live.app.store.commit(Unit((gone,)))
        return await read(*of, after=after)

    patch.setattr(many, "window", window)


async def heard(stream: Stream, count: int) -> set[str]:
    """The requests of the next messages."""
    return {(await stream.until("left")).left.id for _ in range(count)}


async def test_history_that_is_forgotten_ahead_of_a_watch_ends_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins anew with a snapshot: it never says that it has told everything when it has not."""
    async with serving(settings, watch_heartbeat=0.2) as live:
        desk, token = await left_behind(live)
        forgetting(live, monkeypatch, ahead=1)
        async with Watcher(live).many(desk.project_id, states=[WAITS], resume_token=token) as stream:
            assert len(await heard(stream, ROWS)) == ROWS
            failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED")


async def test_history_that_is_forgotten_behind_a_watch_does_not_matter(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has told already is not needed any more."""
    async with serving(settings, watch_heartbeat=0.2) as live:
        desk, token = await left_behind(live)
        forgetting(live, monkeypatch, ahead=0)
        async with Watcher(live).many(desk.project_id, states=[WAITS], resume_token=token) as stream:
            assert len(await heard(stream, REQUESTS)) == REQUESTS
            await stream.until("heartbeat")


async def test_a_watch_that_has_caught_up_asks_no_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention is days behind the present: there is nothing to prove, change by change."""
    async with serving(settings) as live:
        desk, token = await left_behind(live)
        async with Watcher(live).many(desk.project_id, states=[WAITS], resume_token=token) as stream:
            assert len(await heard(stream, REQUESTS)) == REQUESTS
            await desk.request()
            await stream.until("changed")
            monkeypatch.delattr(Store, "oldest_change")
            new = await desk.request()
            assert (await stream.next()).changed.id == new
