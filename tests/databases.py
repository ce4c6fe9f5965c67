"""Fresh, migrated databases for tests: a SQLite file, and a database on a private PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from server.store import migrate

_SETTINGS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=100"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, reached over a socket in a directory of its own."""

    directory: Path
    command: tuple[str, ...]
    """What to put before a program's name, the directory of the programs at its end."""
    options: str

    def run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs on the cluster."""
        *prefix, programs = self.command
        command = [*prefix, str(Path(programs, program)), "-D", str(self.directory / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.directory)

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-l", str(self.directory / "log"), "-o", self.options, "start")

    def crash(self) -> None:
        """Ends without writing anything more; a start after it recovers from the log."""
        self.run("pg_ctl", "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.directory}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def fresh(self, *, name: str = "", template: str = "template1") -> str:
        """The URL of a new database."""
        name = name or f"t{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def disconnect(self, url: str) -> None:
        """Ends every connection to the database, as a restart or a fail-over does."""
        ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{_name(url)}'"
        self.execute(ended)


@contextmanager
def cluster(settings: str = "") -> Iterator[Postgres]:
    """A PostgreSQL server of one's own, with its own defaults but for ``settings`` (``-c name=value``)."""
    programs = _programs()
    # A socket's path has 107 bytes at most: pytest's own directories are too deep.
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    command = (*_as_owner(directory), str(programs))
    server = Postgres(directory, command, f"-k {directory} -c listen_addresses='' {settings}")
    try:
        server.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.crash()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this process's tests alone; durability is off, tests of it have another."""
    with cluster(_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database that is only copied."""
    migrate.upgrade(postgres.fresh(name="migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that is only copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A fresh, migrated database on the server."""
    url = postgres.fresh(template=postgres_template)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _programs() -> Path:
    """Where PostgreSQL's server programs are; without them CI fails and a developer is told."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if debian:
        return debian[-1].parent
    missing = "PostgreSQL's programs (initdb, pg_ctl) are not installed: half of the store's tests need them"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def _as_owner(directory: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(directory, "postgres")
    return ["runuser", "-u", "postgres", "--"]
