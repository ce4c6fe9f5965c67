"""The session's servers, and the desk where certificates are revoked."""

from __future__ import annotations

import pytest

from tests.revoking.desk import Desk
from tests.revoking.relying_standing import home_of_one, relying, relying_party, relying_sqlite
from tests.standing import Standing, standing, standing_postgres, standing_sqlite

__all__ = [
    "desk",
    "home_of_one",
    "relying",
    "relying_party",
    "relying_sqlite",
    "sqlite_desk",
    "standing",
    "standing_postgres",
    "standing_sqlite",
]


@pytest.fixture
def desk(standing: Standing) -> Desk:
    """A desk on each database."""
    return Desk(standing.live)


@pytest.fixture
def sqlite_desk(standing_sqlite: Standing) -> Desk:
    """A desk on SQLite, for what cannot depend on the database."""
    return Desk(standing_sqlite.live)
