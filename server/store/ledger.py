"""The one row that every commit passes: it gives out revisions, and holds the end of the audit chain."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, update

from server.store.chain import Chain
from server.store.engine import Database
from server.store.schema import revision_counter

CHANNEL = "certmanager_change"
"""The PostgreSQL channel on which a commit tells its last revision and its origin."""

_row = revision_counter.c
_ADVANCE = (
    update(revision_counter)
    .values(value=_row.value + bindparam("steps"))
    .returning(_row.value, _row.audit_sequence, _row.audit_hash)
)
_KEEP = update(revision_counter).values(
    audit_sequence=bindparam("sequence"), audit_hash=bindparam("head", type_=_row.audit_hash.type)
)
_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("news")))


class Ledger:
    """Takes from the row and puts back into it, within the writer's transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def advance(self, connection: Connection, steps: int) -> tuple[int, Chain]:
        """The last of ``steps`` new revisions (which can be none), and the end of the audit chain.

        The row stays locked until the commit, so both grow in commit order. A
        sequence would not do: its numbers can be committed out of order, and a
        reader that has seen the higher one would never look for the lower.
        """
        last, sequence, head = connection.execute(_ADVANCE, {"steps": steps}).one()
        if steps and not self._database.is_sqlite:
            connection.execute(_NOTIFY, {"news": f"{last} {self._database.origin}"})
        return int(last), Chain(int(sequence), bytes(head))

    def keep(self, connection: Connection, chain: Chain) -> None:
        """Makes this the end of the chain."""
        connection.execute(_KEEP, {"sequence": chain.sequence, "head": chain.head})
