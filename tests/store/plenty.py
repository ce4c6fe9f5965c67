"""A hundred thousand certificates and audit rows, filled in once a session, and how a database finds some."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.compiler import compiles

from server.store import Store
from server.store.engine import Database
from server.store.journal import Journal
from tests.databases import Postgres
from tests.store.many import fill
from tests.store.rows import Rows, clock

ROWS = Rows()
"""To whom and to what they belong."""
_FULL = "plenty"


class Explain(Executable, ClauseElement):
    """What the database would do for a query."""

    inherit_cache = False

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query


@compiles(Explain)
def _explained(element: Explain, compiler: Any, **options: Any) -> str:
    words = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{words} {compiler.process(element.query, **options)}"


@pytest.fixture(scope="session")
def full_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that no test changes."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    _fill(f"sqlite:///{shutil.copy(sqlite_template, path)}")
    return path


@pytest.fixture(scope="session")
def full_postgres(postgres: Postgres, postgres_template: str) -> str:
    """The name of a database that no test changes."""
    _fill(postgres.fresh(name=_FULL, template=postgres_template))
    return _FULL


@pytest.fixture(params=["sqlite", "postgres"])
def full_url(request: pytest.FixtureRequest) -> str:
    """Each of them, to be looked at only."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('full_sqlite')}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(request.getfixturevalue("full_postgres"))


@pytest.fixture
async def full(full_url: str) -> AsyncIterator[Store]:
    """A store on each of them."""
    opened = await Store.open(full_url, clock=clock)
    yield opened
    await opened.close()


def _fill(url: str) -> None:
    journal = Journal(Database.at(url), clock=clock)
    journal.write([ROWS.foundation()])
    journal.close()
    fill(url, ROWS)
