"""A database by its URL, and the engines that reach it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.failures import NoDatabase

_BUSY_SECONDS = 10
_SCRUB_SECONDS = 1
"""How long a log's emptying waits for readers: writers wait with it."""
_RETRY_SECONDS = 0.02
_WAL_PAGES = 8_192
"""How far SQLite's log grows, 32 MiB, before it is copied into the file. A certificate dirties a page in each
index on a random value: the longer the log, the more of them share a copy. SQLite's own 1,000 pages are four
commits of a busy server."""
_CACHE_KIB = 65_536
_READERS = 4
_POSTGRES_READERS = 10
_POSTGRES_DEFAULTS = {
    # libpq's own would wait minutes for a host that is gone, and hours for one that went away.
    "application_name": "certmanager",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}


@dataclass(frozen=True, slots=True)
class Database:
    """Where the rows are: a SQLite file or a PostgreSQL server."""

    url: URL
    origin: str = field(default_factory=lambda: uuid4().hex)
    """Tells this opening of the database from any other, in notifications."""

    @classmethod
    def at(cls, url: str) -> Database:
        """Understands ``sqlite:///path`` and ``postgresql://…``; raises NoDatabase for anything else."""
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):  # a port that is no number
            parsed = None
        if parsed is None or parsed.drivername not in {"sqlite", "postgresql"}:
            raise NoDatabase("the database URL must begin with sqlite:/// or postgresql://")
        if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
            raise NoDatabase("the database URL of a SQLite database needs a file")
        defaults = {} if parsed.drivername == "sqlite" else _POSTGRES_DEFAULTS
        return cls(parsed.set(query={**defaults, **parsed.query}))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file rather than a server."""
        return self.url.drivername == "sqlite"

    @property
    def path(self) -> str:
        """The SQLite file."""
        return self.url.database or ""

    @property
    def conninfo(self) -> str:
        """What libpq needs to reach the PostgreSQL server, password included."""
        return self.url.render_as_string(hide_password=False)

    def scrub(self) -> bool:
        """Empties SQLite's log into the file, where deleted rows are overwritten; blocks, a second at most.

        False if that cannot be done now. The octets of a row that is deleted
        stand in older pages of the log until then.
        """
        if not self.is_sqlite:
            return True
        try:
            with closing(sqlite3.connect(self.path, timeout=_SCRUB_SECONDS)) as connection:
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    def reader(self) -> AsyncEngine:
        """The engine of all reads. A statement is a snapshot of its own; SQLite's cannot write."""
        if self.is_sqlite:
            url = self.url.set(drivername="sqlite+aiosqlite")
            engine = create_async_engine(
                url, isolation_level="AUTOCOMMIT", pool_size=_READERS, max_overflow=0
            )
            event.listen(engine.sync_engine, "connect", _prepare_reader)
            return engine
        url = self.url.set(drivername="postgresql+psycopg")
        engine = create_async_engine(
            url, isolation_level="AUTOCOMMIT", pool_size=_POSTGRES_READERS, pool_pre_ping=True
        )
        event.listen(engine.sync_engine, "connect", _plan_by_index)
        return engine

    def writer(self) -> Engine:
        """The engine of the writer's one connection; statements are positional on both databases."""
        if not self.is_sqlite:
            url = self.url.set(drivername="postgresql+psycopg")
            return create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, paramstyle="format")
        engine = create_engine(
            self.url.set(drivername="sqlite+pysqlite"),
            pool_size=1,
            max_overflow=0,
            connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare_writer)
        # The driver would begin a deferred transaction, which fails at once, without waiting,
        # when it turns from reading to writing while another process writes.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    _turn_to_wal(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"wal_autocheckpoint = {_WAL_PAGES}",
        f"cache_size = {-_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _turn_to_wal(connection: sqlite3.Connection) -> None:
    """Gives the file a log; SQLite waits for a process that writes, but not for one that does just this."""
    deadline = monotonic() + _BUSY_SECONDS
    while True:
        try:
            return connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(_RETRY_SECONDS)


def _plan_by_index(connection: Any, _record: object) -> None:
    """Every read goes by an index or is of few rows; statistics, old or none, shall not say otherwise.

    Plans are made for the values at hand, for a plan for any values knows no
    limit; and never compiled to machine code, which takes longer than they do.
    """
    cursor = connection.cursor()
    for setting in ("enable_seqscan = off", "plan_cache_mode = force_custom_plan", "jit = off"):
        cursor.execute(f"SET {setting}")
    cursor.close()


def _prepare_reader(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {_BUSY_SECONDS * 1000}", "query_only = ON", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
