from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.store import Store
from tests.store.rows import Rows, clock


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on a fresh database of each kind."""
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def rows(store: Store) -> Rows:
    """A project with an authority, policy and profile in it, and the rows that refer to them."""
    made = Rows()
    await store.commit(made.foundation())
    return made
