from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.config import Settings
from tests.keys.counter import Counter
from tests.requests.offices import Person
from tests.serving import running
from tests.timepiece import Timepiece


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    """A counter on each database."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        yield Counter(live, clock)


@pytest.fixture
async def sqlite_counter(sqlite_settings: Settings) -> AsyncIterator[Counter]:
    """A counter on SQLite, for what is said of its files."""
    clock = Timepiece()
    async with running(sqlite_settings, clock=clock) as live:
        yield Counter(live, clock)


@pytest.fixture
async def requester(counter: Counter) -> Person:
    return await counter.person("REQUESTER")
