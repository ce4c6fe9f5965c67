from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from server.config import Settings
from tests.retries.creating import Desk
from tests.serving import Live, running
from tests.timepiece import Timepiece


@dataclass(slots=True)
class Timed(Desk):
    """A desk on a server whose clock the test moves."""

    clock: Timepiece


@pytest.fixture
def desk(live: Live) -> Desk:
    """A server on each database."""
    return Desk(live)


@pytest.fixture
async def timed(settings: Settings) -> AsyncIterator[Timed]:
    """A server on each database whose clock the test moves."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        yield Timed(live, clock)
