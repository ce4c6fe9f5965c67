"""The session's servers, and one whose clock stands still."""

from __future__ import annotations

import pytest

from tests.issuing.hours import hours
from tests.issuing.outcomes import Both
from tests.standing import Standing, standing, standing_postgres, standing_sqlite

__all__ = ["both", "hours", "standing", "standing_postgres", "standing_sqlite"]


@pytest.fixture
def both(standing_sqlite: Standing, standing_postgres: Standing) -> Both:
    """The session's servers on both databases."""
    return standing_sqlite, standing_postgres
