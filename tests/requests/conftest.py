"""The session's servers, with an office that requests are decided in."""

from __future__ import annotations

import pytest

from tests.requests.offices import Office
from tests.standing import Standing, standing, standing_postgres, standing_sqlite

__all__ = ["office", "sqlite_office", "standing", "standing_postgres", "standing_sqlite"]


@pytest.fixture
def office(standing: Standing) -> Office:
    """An office on each database."""
    return Office(standing.live)


@pytest.fixture
def sqlite_office(standing_sqlite: Standing) -> Office:
    """An office on SQLite, for what cannot depend on the database."""
    return Office(standing_sqlite.live)
