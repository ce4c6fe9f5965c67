"""How the store fails.

    StoreError
    ├── UniqueViolation       a unique constraint, named, holds the value already
    ├── ForeignKeyViolation   a row names another that is not there, or is still named
    ├── GuardFailed           an update or delete met another number of rows than expected
    ├── Unstorable            a value does not fit its column
    ├── StoreUnavailable      the database is gone, locked or full; it may be back in a moment
    ├── StoreOutdated         the database's schema is not the one of this program
    ├── StoreAhead            a later program has upgraded the database
    └── NoDatabase            a URL names no database that this program knows

No message holds text of a driver: it can quote values of the row.
"""

from __future__ import annotations

from server.errors import Unavailable


class StoreError(Exception):
    """The store did not do what it was asked; nothing of the unit is stored."""


class UniqueViolation(StoreError):
    """A unique constraint holds the value already; ``constraint`` is its name in the schema."""

    def __init__(self, constraint: str) -> None:
        super().__init__(f"the values of {constraint} are taken")
        self.constraint = constraint


class ForeignKeyViolation(StoreError):
    """A row names another that is not there, or one that is deleted is still named.

    It tells no constraint, because SQLite does not know which one it was.
    """

    def __init__(self) -> None:
        super().__init__("a reference between rows would be broken")


class GuardFailed(StoreError):
    """An update or delete met another number of rows than its unit expected."""

    def __init__(self, table: str, *, expected: int, met: int) -> None:
        super().__init__(f"a write to {table} expected {expected} rows and met {met}")
        self.table = table
        self.expected = expected
        self.met = met


class Unstorable(StoreError):
    """A value does not fit its column: too long, out of range, a NUL in a text, or none at all."""

    def __init__(self) -> None:
        super().__init__("a value does not fit its column")


class StoreUnavailable(StoreError, Unavailable):
    """The database is gone, locked or full. Whether a unit handed in was stored is not known."""

    def __init__(self, message: str = "the database does not answer", *, retry_after: float = 1.0) -> None:
        Unavailable.__init__(self, message, retry_after=retry_after)


class StoreOutdated(StoreError):
    """The database's schema is not the one that this program was written for."""

    def __init__(self, *, found: str | None, wanted: str) -> None:
        advice = "run 'certmanager migrate'" if found else "run 'certmanager bootstrap'"
        super().__init__(
            f"the database is at revision {found or 'none'}, this program needs {wanted}; {advice}"
        )
        self.found = found
        self.wanted = wanted


class StoreAhead(StoreError):
    """A later program has upgraded the database; this one would not understand it."""

    def __init__(self, *, found: str, known: str) -> None:
        super().__init__(f"the database is at revision {found}, this program knows none after {known}")


class NoDatabase(StoreError, ValueError):
    """A URL names no database that this program knows. The URL is not told: it can hold a password."""
