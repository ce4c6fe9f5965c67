"""Fixtures that every test may ask for."""

from __future__ import annotations

import os

from hypothesis import settings as property_tests

from tests.databases import (
    database_url,
    empty_database_url,
    postgres,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.serving import (
    live,
    postgres_home,
    postgres_settings,
    settings,
    sqlite_home,
    sqlite_live,
    sqlite_settings,
)

__all__ = [
    "database_url",
    "empty_database_url",
    "live",
    "postgres",
    "postgres_home",
    "postgres_settings",
    "postgres_template",
    "postgres_url",
    "settings",
    "sqlite_home",
    "sqlite_live",
    "sqlite_settings",
    "sqlite_template",
    "sqlite_url",
]

# A slow machine is no fault of the code: no deadline. CI draws the same examples each time, so that
# what fails there fails for everybody; at a desk they differ from run to run.
property_tests.register_profile("desk", deadline=None)
property_tests.register_profile("ci", deadline=None, derandomize=True)
property_tests.load_profile("ci" if os.environ.get("CI") else "desk")
