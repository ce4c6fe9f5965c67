from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.config import Settings
from tests.databases import Postgres
from tests.facing.faces import Face, facing
from tests.standing import _settings


@pytest.fixture
async def face(sqlite_settings: Settings) -> AsyncIterator[Face]:
    """A server of the test's own, on SQLite."""
    async with facing(sqlite_settings) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_face(sqlite_home: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Face]:
    """The session's server with an HTTP face, on SQLite; for modules marked IN_SESSION."""
    home = shutil.copytree(sqlite_home, tmp_path_factory.mktemp("face") / "data")
    async with facing(_settings(home)) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_face_postgres(
    postgres: Postgres, postgres_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Face]:
    """The same on PostgreSQL."""
    home, template = postgres_home
    copied = shutil.copytree(home, tmp_path_factory.mktemp("face") / "data")
    async with facing(_settings(copied, database_url=postgres.fresh(template=template))) as made:
        yield made
