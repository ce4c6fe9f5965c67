"""The words that the tables are declared with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, Text

from server.store.columns import Instant


def text(
    name: str, *refers_to: str, nullable: bool = False, primary_key: bool = False, unique: bool = False
) -> Column[str]:
    """A text."""
    references = [ForeignKey(target) for target in refers_to]
    return Column(name, Text, *references, nullable=nullable, primary_key=primary_key, unique=unique or None)


def blob(name: str, *, nullable: bool = False, unique: bool = False) -> Column[bytes]:
    """Octets."""
    return Column(name, LargeBinary, nullable=nullable, unique=unique or None)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    """A point in time."""
    return Column(name, Instant, nullable=nullable)


def flag(name: str) -> Column[bool]:
    """A truth."""
    return Column(name, Boolean, nullable=False)


def number(name: str, *, primary_key: bool = False) -> Column[int]:
    """A 64-bit number."""
    return Column(name, BigInteger, nullable=False, primary_key=primary_key, autoincrement=False)


def identifier() -> Column[str]:
    """The id of a row of ours, its primary key."""
    return text("id", primary_key=True)
