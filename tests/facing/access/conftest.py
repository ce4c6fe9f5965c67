"""Everybody of the authorization matrix, at a server with an HTTP face."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import create_engine

from tests.access.people import gathered
from tests.facing.access.visitors import Visitors
from tests.facing.faces import Face
from tests.standing import Standing


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def visitors(standing_face: Face) -> AsyncIterator[Visitors]:
    """Everybody, with tokens and with sessions."""
    engine = create_engine(standing_face.live.settings.database)
    made = await Visitors.of(standing_face, await gathered(Standing(standing_face.live, engine)))
    yield made
    await made.close()
    engine.dispose()
