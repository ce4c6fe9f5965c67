"""Changing what others may change at the same time: etags, and attempts that begin anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from server.errors import Stale
from server.store.failures import ForeignKeyViolation, GuardFailed

_ATTEMPTS = 5

T = TypeVar("T")


class Revised(Protocol):
    """A row with a revision."""

    @property
    def revision(self) -> int:
        """That of its newest change."""


def etag_of(record: Revised) -> str:
    """What a client holds to say which revision it has seen."""
    return str(record.revision)


def prove_etag(record: Revised, etag: str) -> None:
    """Raises Stale, with the present etag, unless the client has seen this revision or names none."""
    if etag and etag != etag_of(record):
        raise Stale("it has changed since; read it again", etag=etag_of(record))


async def settled(attempt: Callable[[], Awaitable[T]]) -> T:
    """What an attempt comes to; one whose grounds changed before it was stored is made again.

    An attempt reads, decides, and hands in a unit that fails unless what was read
    still holds. A client that named an etag is told in the next attempt.
    """
    for _ in range(_ATTEMPTS):
        with suppress(GuardFailed, ForeignKeyViolation):
            return await attempt()
    raise Stale("it is changed by others all the time; try again")
