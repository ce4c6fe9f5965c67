from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.echoing import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A server with the usual limits."""
    async with Rig() as rig:
        yield rig
