"""The session's servers, with an office that requests are decided in."""

from __future__ import annotations

import pytest

from tests.requests.offices import Office
from tests.serving import Live
from tests.standing import Standing, standing, standing_postgres, standing_sqlite

__all__ = ["live", "office", "standing", "standing_postgres", "standing_sqlite"]


@pytest.fixture
def live(standing: Standing) -> Live:
    """A server on each database, for the whole session."""
    return standing.live


@pytest.fixture
def office(standing: Standing) -> Office:
    """An office on each database."""
    return Office(standing.live)
