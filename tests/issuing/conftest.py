"""The session's servers, for tests that leave nothing behind to trip over."""

from __future__ import annotations

from tests.standing import standing, standing_postgres, standing_sqlite

__all__ = ["standing", "standing_postgres", "standing_sqlite"]
