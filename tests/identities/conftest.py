from __future__ import annotations

import pytest

from tests.identities.actors import Stage
from tests.serving import Live


@pytest.fixture
def stage(live: Live) -> Stage:
    """A server on each database."""
    return Stage(live)


@pytest.fixture
def sqlite_stage(sqlite_live: Live) -> Stage:
    """A server on SQLite, for what cannot depend on the database."""
    return Stage(sqlite_live)
