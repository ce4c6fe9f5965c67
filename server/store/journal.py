"""Turns batches of units into transactions, on the writer's one connection; runs in its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from server.store.chain import Chain
from server.store.engine import Database
from server.store.failures import GuardFailed, StoreError, StoreUnavailable
from server.store.ledger import Ledger
from server.store.mapping import conditions, table_of
from server.store.records import AuditRecord, CertificateRecord, CertificateTermRecord, ChangeRecord, Record
from server.store.statements import InsertPlan, Revisions, insert_plans
from server.store.terms import terms_of
from server.store.translation import failure_of, is_outage
from server.store.unit import REVISION, AtMost, Change, Delete, Expect, Insert, Unit, Update

Outcome = tuple[ChangeRecord, ...] | StoreError
"""The changes of a unit that is stored, or why it is not."""

_Pending = dict[InsertPlan, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class _Stamped:
    """A unit whose changes have their revisions."""

    unit: Unit
    changes: tuple[ChangeRecord, ...]


class _LostError(Exception):
    """The connection went away before the commit was sent: nothing is stored, for certain."""


class Journal:
    """Writes each batch in one transaction; its effect is that of its units, one after the other."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._ledger = Ledger(database)
        self._engine = database.writer()
        self._clock = clock
        self._plans = insert_plans(self._engine.dialect)
        self._connection: Connection | None = None
        self._committing = False

    def write(self, units: Sequence[Unit]) -> list[Outcome]:
        """The outcome of each unit, in order. A connection found lost is made again once."""
        with suppress(_LostError):
            return self._write(units)
        with suppress(_LostError):
            return self._write(units)
        return [StoreUnavailable() for _ in units]

    def close(self) -> None:
        """Lets go of the connection."""
        self._abandon()
        self._engine.dispose()

    def _write(self, units: Sequence[Unit]) -> list[Outcome]:
        try:
            return self._together(units)
        except Exception as error:  # noqa: BLE001 - whatever a unit did wrong must fail that unit alone
            if not is_outage(error):
                return self._after_fault(units, error)
            return self._after_outage(units, error)

    def _after_fault(self, units: Sequence[Unit], error: Exception) -> list[Outcome]:
        if len(units) == 1:
            return [failure_of(error)]
        try:
            return self._apart(units)
        except SQLAlchemyError as outage:
            return self._after_outage(units, outage)

    def _after_outage(self, units: Sequence[Unit], error: Exception) -> list[Outcome]:
        self._abandon()
        if isinstance(error, DBAPIError) and error.connection_invalidated and not self._committing:
            raise _LostError from None
        return [failure_of(error) for _ in units]

    def _together(self, units: Sequence[Unit]) -> list[Outcome]:
        with self._transaction() as connection:
            return [each.changes for each in self._store(connection, units)]

    def _apart(self, units: Sequence[Unit]) -> list[Outcome]:
        with self._transaction() as connection:
            return [self._alone(connection, unit) for unit in units]

    def _alone(self, connection: Connection, unit: Unit) -> Outcome:
        """The unit behind a savepoint; its revisions are given back if it fails."""
        try:
            with connection.begin_nested():
                (stored,) = self._store(connection, [unit])
        except Exception as error:
            if is_outage(error):
                raise
            return failure_of(error)
        return stored.changes

    def _store(self, connection: Connection, units: Sequence[Unit]) -> list[_Stamped]:
        steps, links = sum(len(unit.changes) for unit in units), sum(map(_links, units))
        taken = steps or links or any(map(_locks, units))
        last, chain = self._ledger.advance(connection, steps) if taken else (0, None)
        stamped = self._stamp(units, revisions=iter(range(last - steps + 1, last + 1)))
        self._apply(connection, stamped, chain)
        if chain and links:
            self._ledger.keep(connection, chain)
        return stamped

    def _stamp(self, units: Sequence[Unit], *, revisions: Iterator[int]) -> list[_Stamped]:
        now = self._clock()
        return [
            _Stamped(unit, tuple(_record(c, next(revisions), now) for c in unit.changes)) for unit in units
        ]

    def _apply(self, connection: Connection, stamped: Sequence[_Stamped], chain: Chain | None) -> None:
        """Inserts wait, to go as one statement a table, until another write might meet them.

        What units expect of a table that nothing was written to since is looked at once for all of them.
        """
        pending: _Pending = {}
        met: list[Expect] = []
        for each in stamped:
            revisions = {change.object_id: change.revision for change in each.changes}
            for write in each.unit.writes:
                if isinstance(write, Insert):
                    self._queue(pending, write.record, revisions=revisions, chain=chain)
                else:
                    self._meet(connection, write, revisions, pending=pending, met=met)
            plan = self._plans[ChangeRecord]
            pending.setdefault(plan, []).extend(plan.row(change, revisions) for change in each.changes)
        _flush(connection, pending)

    def _meet(
        self,
        connection: Connection,
        write: Update | Delete | Expect | AtMost,
        revisions: Revisions,
        *,
        pending: _Pending,
        met: list[Expect],
    ) -> None:
        """Does a write that is no insert; ``met`` are the expectations that nothing was written against."""
        is_written = self._plans[write.type] in pending
        if write in met and not is_written:
            return
        if is_written or isinstance(write, Update | Delete):
            met[:] = [known for known in met if self._plans[known.type] not in pending]
            _flush(connection, pending)
        _guarded(connection, write, revisions)
        if isinstance(write, Expect):
            met.append(write)
        elif not isinstance(write, AtMost):
            met[:] = [known for known in met if known.type is not write.type]

    def _queue(self, pending: _Pending, record: Record, *, revisions: Revisions, chain: Chain | None) -> None:
        """The rows that a record is: an audit row as a link of the chain, a certificate with its terms."""
        plan = self._plans[type(record)]
        if isinstance(record, AuditRecord) and REVISION in record.details:
            revision = str(revisions[record.object_id])
            record = replace(record, details={**record.details, REVISION: revision})
        row = plan.row(record, revisions)
        if chain and isinstance(record, AuditRecord):
            row = chain.append(row)
        pending.setdefault(plan, []).append(row)
        if isinstance(record, CertificateRecord):
            terms = pending.setdefault(self._plans[CertificateTermRecord], [])
            terms.extend((term, record.id) for term in terms_of(record.names, record.metadata))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        self._committing = False
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            yield self._connection
            self._committing = True

    def _abandon(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()
            with suppress(SQLAlchemyError):
                connection.close()


def _links(unit: Unit) -> int:
    return sum(isinstance(write, Insert) and isinstance(write.record, AuditRecord) for write in unit.writes)


def _locks(unit: Unit) -> bool:
    """Whether it locks rows that are there: two processes that do so at once would wait for each other."""
    return any(isinstance(write, Update | Delete) for write in unit.writes)


def _record(change: Change, revision: int, at: datetime) -> ChangeRecord:
    return ChangeRecord(
        revision=revision,
        kind=change.kind,
        object_id=change.object_id,
        project_id=change.project_id,
        profile_id=change.profile_id,
        requester_id=change.requester_id,
        old_state=change.old_state,
        new_state=change.new_state,
        created_at=at,
    )


def _flush(connection: Connection, pending: _Pending) -> None:
    for plan in sorted(pending, key=lambda plan: plan.rank):
        rows = pending[plan]
        if rows:
            # One row is not sent as a list of one: psycopg would open a pipeline for it.
            connection.exec_driver_sql(plan.sql, rows if len(rows) > 1 else rows[0])
    pending.clear()


def _guarded(connection: Connection, write: Update | Delete | Expect | AtMost, revisions: Revisions) -> None:
    table = table_of(write.type)
    where = conditions(write.type, write.where)
    expected = write.count if isinstance(write, Expect | AtMost) else write.expect
    match write:
        case Expect() | AtMost():
            # One row more than expected is enough to know, and a table can be long.
            rows = select(1).select_from(table).where(*where).limit(write.count + 1)
            met = len(connection.execute(rows).all())
        case Delete():
            met = connection.execute(delete(table).where(*where)).rowcount
        case Update():
            values = _revised(write, revisions)
            met = connection.execute(update(table).where(*where).values(values)).rowcount
    enough = isinstance(write, AtMost) and met < write.count
    if expected is not None and met != expected and not enough:
        raise GuardFailed(table.name, expected=expected, met=met)


def _revised(write: Update, revisions: Revisions) -> dict[str, object]:
    """The values, with the revision of the row's change if there is one."""
    values = dict(write.values)
    revision = revisions.get(cast("str", write.where.get("id")))
    if revision is not None and "revision" in table_of(write.type).c:
        values["revision"] = revision
    return values
