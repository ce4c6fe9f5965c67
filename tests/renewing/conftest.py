from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.config import Settings
from tests.renewing.stage import Stage
from tests.serving import running
from tests.timepiece import StoppedTimepiece


@pytest.fixture
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    """A stage on each database."""
    clock = StoppedTimepiece()
    async with running(settings, clock=clock) as live:
        await live.app.renewals.close()  # it renews when the test says so, and not before
        yield Stage(live, clock)


@pytest.fixture
async def sqlite_stage(sqlite_settings: Settings) -> AsyncIterator[Stage]:
    """A stage on SQLite, for what cannot depend on the database."""
    clock = StoppedTimepiece()
    async with running(sqlite_settings, clock=clock) as live:
        await live.app.renewals.close()  # it renews when the test says so, and not before
        yield Stage(live, clock)
