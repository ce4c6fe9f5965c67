from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.config import Settings
from tests.serving import Live, running
from tests.timepiece import Timepiece


@pytest.fixture
def clock() -> Timepiece:
    return Timepiece()


@pytest.fixture
async def mutual(settings: Settings, clock: Timepiece) -> AsyncIterator[Live]:
    """A server, on each database, with a listener for clients that show certificates."""
    changed = settings.model_copy(update={"mtls_address": "127.0.0.1:0"})
    async with running(changed, clock=clock) as made:
        yield made
