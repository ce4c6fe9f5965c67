"""Fixtures that every test may ask for."""

from __future__ import annotations

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
