"""The database beneath a server, without our own code: what is in it, and how to make it wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.e2e.conftest import Home


def rows(home: Home, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    if home.database:
        with psycopg.connect(home.database, row_factory=dict_row) as connection:
            return connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
    with closing(sqlite3.connect(home.directory / "certmanager.db")) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute(f"SELECT * FROM {table}")]


def issued(home: Home) -> list[dict[str, Any]]:
    """The certificates that somebody asked for: not those of the CAs."""
    return [row for row in rows(home, "certificate") if row["certified_ca_id"] is None]


@contextmanager
def writes_blocked(home: Home) -> Iterator[None]:
    """Holds the database so that whatever commits a certificate waits until the end of the block."""
    if home.database:
        with psycopg.connect(home.database) as connection:
            connection.execute("LOCK TABLE certificate IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(home.directory / "certmanager.db", isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
