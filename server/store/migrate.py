"""Brings a database's schema to the revision of this program, and tells how far it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from server.store.engine import Database
from server.store.failures import StoreAhead, StoreOutdated, StoreUnavailable
from server.store.schema import metadata
from server.store.translation import is_outage

_LOCK = 0x63657274_6D67  # any number that no other program on the server takes


def head() -> str:
    """The revision that this program needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(url: str) -> str | None:
    """The revision that the database is at; None for an empty one."""
    database = Database.at(url)
    if database.is_sqlite and not os.path.exists(database.path):  # noqa: PTH110 - looking must not make the file
        return None
    with _connection(database) as connection:
        return MigrationContext.configure(connection).get_current_revision()


NamesOf = Callable[[bytes], tuple[str, ...]]
"""Reads from a DER certificate the names that it is found by, in lower case."""


def prove_current(url: str) -> None:
    """Raises StoreOutdated or StoreAhead unless the database is at this program's revision."""
    found = current(url)
    _prove_known(found)
    if found != head():
        raise StoreOutdated(found=found, wanted=head())


def upgrade(url: str, *, revision: str = "head", names_of: NamesOf | None = None) -> None:
    """Runs what migrations are missing, all or none; a second process waits and finds nothing to do.

    Without ``names_of`` the certificates of a database from before they could be
    found by name are found by their common names only. Raises StoreAhead for a
    database that a later program has upgraded.
    """
    database = Database.at(url)
    if database.is_sqlite:
        # SQLite gives the files beside the database the same permissions.
        os.close(os.open(database.path, os.O_CREAT | os.O_RDWR, 0o600))
    with _connection(database, locked=True) as connection:
        _prove_known(MigrationContext.configure(connection).get_current_revision())
        command.upgrade(_config(connection, names_of=names_of), revision)


def downgrade(url: str, *, revision: str) -> None:
    """Undoes migrations down to ``revision`` (``base``: all). Their rows are lost."""
    with _connection(Database.at(url), locked=True) as connection:
        command.downgrade(_config(connection), revision)


def check(url: str) -> tuple[str, ...]:
    """In what the database differs from the tables of this program: nothing, after an upgrade."""
    with _connection(Database.at(url)) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return tuple(str(difference) for difference in compare_metadata(context, metadata))


def _prove_known(found: str | None) -> None:
    try:
        ScriptDirectory.from_config(_config()).get_revision(found or "base")
    except CommandError:
        raise StoreAhead(found=str(found), known=head()) from None


def _config(connection: Connection | None = None, **attributes: object) -> Config:
    config = Config(attributes={"connection": connection, **attributes})
    config.set_main_option("script_location", "server.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connection(database: Database, *, locked: bool = False) -> Iterator[Connection]:
    """One transaction around everything; SQLite's begins by locking the file."""
    engine = database.writer()
    if database.is_sqlite:
        # Rebuilding a table, which is how SQLite alters one, would break references to it.
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys = OFF").close())
    try:
        with engine.begin() as connection:
            if locked and not database.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise
        raise StoreUnavailable from error
    finally:
        engine.dispose()
