"""Proves that the audit rows are those that were written, and tells the first link that is broken.

It reads and never writes, so it can run beside a server. Whoever can write to
the database can also make a whole new chain: against that helps an **anchor**,
the place and hash that an earlier check told and that was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import BigInteger, Row, Select, Text, func, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.chain import CONTENT, GENESIS, linked
from server.store.engine import Database
from server.store.schema import audit, revision_counter
from server.store.translation import failure_of

_BATCH = 1000
_RAW = {"at": BigInteger, "details": Text}
_end = (revision_counter.c.audit_sequence, revision_counter.c.audit_hash)
_content = [type_coerce(audit.c[name], _RAW.get(name, audit.c[name].type)) for name in CONTENT]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in the chain and the hash there; as text ``SEQUENCE:HEX``."""

    sequence: int
    hash: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what ``str`` writes; raises ValueError."""
        sequence, _, digits = text.partition(":")
        octets = bytes.fromhex(digits)
        if len(octets) != len(GENESIS) or not (sequence.isascii() and sequence.isdigit()):
            raise ValueError("an anchor is SEQUENCE:HASH, a number and 64 hex digits")
        return cls(int(sequence), octets)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain is whole, and what is wrong beyond."""

    head: Anchor
    """The last row that is as it was written; the place 0 stands before the first row."""
    fault: str = ""
    """Empty if nothing is wrong."""


async def verify(url: str, *, anchor: Anchor | None = None) -> Verdict:
    """Checks every row from the first to the newest. Raises StoreUnavailable."""
    reader = Database.at(url).reader()
    try:
        return await _Check(reader, anchor).run()
    except SQLAlchemyError as error:
        raise failure_of(error) from None
    finally:
        await reader.dispose()


class _Check:
    """One way along the chain."""

    def __init__(self, reader: AsyncEngine, anchor: Anchor | None) -> None:
        self._reader = reader
        self._anchor = anchor
        self._head = Anchor(0, GENESIS)

    async def run(self) -> Verdict:
        """Rows that are written meanwhile are left out: the newest is looked for before the end is."""
        if self._anchor and self._anchor.sequence <= 0 and self._anchor != self._head:
            return Verdict(self._head, f"there is no row {self._anchor.sequence} with the anchor's hash")
        (newest,) = await self._fetch(select(func.max(audit.c.sequence).label("sequence")))
        (kept,) = await self._fetch(select(*_end))
        end = Anchor(kept.audit_sequence, bytes(kept.audit_hash))
        async for row in self._rows():
            if row.sequence > end.sequence:
                break
            if fault := self._follow(row):
                return Verdict(self._head, fault)
        return Verdict(self._head, self._fault_at(end, newest.sequence or 0))

    def _follow(self, row: Row[Any]) -> str:
        place = self._head.sequence + 1
        if row.sequence != place:
            return f"row {place} is missing" if row.sequence > place else f"row {row.sequence} was put in"
        hash_ = linked(self._head.hash, tuple(row)[:-1])
        if hash_ != bytes(row.hash):
            return f"row {place} is not as it was written"
        head = Anchor(place, hash_)
        if self._anchor and self._anchor.sequence == place and self._anchor != head:
            return f"row {place} is not the one of the anchor"
        self._head = head
        return ""

    def _fault_at(self, end: Anchor, newest: int) -> str:
        """What is wrong with the chain's end."""
        place = self._head.sequence
        if self._anchor and self._anchor.sequence > place:
            return f"the chain ends at row {place}, before the anchor"
        if place < end.sequence:
            return f"row {place + 1} is missing"
        if newest > end.sequence:
            return f"row {end.sequence + 1} was put in"
        return "" if self._head == end else f"row {place} is not the one that was written last"

    async def _rows(self) -> AsyncIterator[Row[Any]]:
        query = select(*_content, audit.c.hash).order_by(audit.c.sequence).limit(_BATCH)
        rows = await self._fetch(query)
        while rows:
            for row in rows:
                yield row
            rows = await self._fetch(query.where(audit.c.sequence > rows[-1].sequence))

    async def _fetch(self, query: Select[*tuple[Any, ...]]) -> list[Row[Any]]:
        async with self._reader.connect() as connection:
            return list((await connection.execute(query)).all())
