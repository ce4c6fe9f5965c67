"""The session's servers, and everybody who calls them."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.access.people import People, gathered
from tests.standing import Standing, standing, standing_postgres, standing_sqlite

__all__ = ["people", "people_postgres", "people_sqlite", "standing", "standing_postgres", "standing_sqlite"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people_sqlite(standing_sqlite: Standing) -> People:
    """Everybody, on SQLite."""
    return await gathered(standing_sqlite)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people_postgres(standing_postgres: Standing) -> People:
    """Everybody, on PostgreSQL."""
    return await gathered(standing_postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def people(request: pytest.FixtureRequest) -> People:
    """Everybody, on each database."""
    made: People = request.getfixturevalue(f"people_{request.param}")
    return made
