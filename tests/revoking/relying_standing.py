"""Servers with a plain listener: one that stands for the whole session, and one a test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.config import Settings
from tests.revoking.relying import Party, party


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def relying_party(home_of_one: Settings) -> AsyncIterator[Party]:
    """For tests that share the session's loop, and what cannot depend on the database."""
    async with party(home_of_one) as made:
        yield made


@pytest.fixture(scope="session")
def home_of_one(sqlite_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a server on SQLite."""
    home = shutil.copytree(sqlite_home, tmp_path_factory.mktemp("relying") / "data")
    addresses = {"grpc_address": "127.0.0.1:0", "http_address": "", "metrics_address": ""}
    return Settings(data_dir=home, drain_delay=0, **addresses)


@pytest.fixture
async def relying(settings: Settings) -> AsyncIterator[Party]:
    """A server of a test's own, on each database."""
    async with party(settings) as made:
        yield made


@pytest.fixture
async def relying_sqlite(sqlite_settings: Settings) -> AsyncIterator[Party]:
    """A server of a test's own, on SQLite."""
    async with party(sqlite_settings) as made:
        yield made
