"""From a driver's error to the store's own, without a word of the driver's text."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

from server.store.failures import (
    ForeignKeyViolation,
    StoreError,
    StoreUnavailable,
    UniqueViolation,
    Unstorable,
)
from server.store.mapping import unique_names

_UNIQUE, _FOREIGN_KEY = "23505", "23503"  # PostgreSQL, appendix A: class 23
_SQLITE_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


def is_outage(error: Exception) -> bool:
    """Whether the database or the way to it is at fault, and not what it was given."""
    if isinstance(error, DBAPIError):
        # A bare DatabaseError is SQLite's word for a damaged file.
        at_fault = isinstance(error, OperationalError | InterfaceError | InternalError)
        return error.connection_invalidated or at_fault or type(error) is DatabaseError
    return isinstance(error, SQLAlchemyError) and not isinstance(error, StatementError)


def failure_of(error: Exception) -> StoreError:
    """What to raise instead of ``error``."""
    if isinstance(error, StoreError):
        return error
    if is_outage(error):
        return StoreUnavailable()
    return _violation(error.orig) if isinstance(error, IntegrityError) else Unstorable()


def _violation(driver: object) -> StoreError:
    if isinstance(driver, sqlite3.Error):
        return _sqlite_violation(driver)
    state = getattr(driver, "sqlstate", None)
    if state == _UNIQUE:
        constraint: object = getattr(driver, "diag").constraint_name  # noqa: B009 - psycopg.Error, told by its sqlstate
        return UniqueViolation(str(constraint))
    return ForeignKeyViolation() if state == _FOREIGN_KEY else Unstorable()


def _sqlite_violation(driver: sqlite3.Error) -> StoreError:
    if driver.sqlite_errorcode in _SQLITE_UNIQUE:
        columns = str(driver).partition(": ")[2]
        return UniqueViolation(unique_names().get(columns, columns))
    if driver.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return ForeignKeyViolation()
    return Unstorable()
