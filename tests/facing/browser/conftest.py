from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.facing.browser.chromium import Browsers
from tests.facing.browser.guests import Visiting, kept


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    """The session's Chromium."""
    async with Browsers.started() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def visiting(browsers: Browsers, request: pytest.FixtureRequest) -> AsyncIterator[Visiting]:
    """Makes visitors; once the test is over, each of them has seen nothing go wrong."""
    async with AsyncExitStack() as stack:
        made = Visiting(browsers, kept(request.node.name), stack)
        yield made
        made.prove_unharmed()
