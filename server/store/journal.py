"""Turns batches of units into transactions, on the writer's one connection; runs in its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from server.store.engine import Database
from server.store.failures import GuardFailed, StoreError, StoreUnavailable
from server.store.mapping import conditions, table_of
from server.store.records import ChangeRecord
from server.store.schema import revision_counter
from server.store.statements import InsertPlan, Revisions, insert_plans
from server.store.translation import failure_of, is_outage
from server.store.unit import Change, Delete, Insert, Unit, Update

CHANNEL = "certmanager_change"
"""The PostgreSQL channel on which a commit tells its last revision and its origin."""

Outcome = tuple[ChangeRecord, ...] | StoreError
"""The changes of a unit that is stored, or why it is not."""

_Pending = dict[InsertPlan, list[tuple[object, ...]]]

_ADVANCE = (
    update(revision_counter)
    .values(value=revision_counter.c.value + bindparam("steps"))
    .returning(revision_counter.c.value)
)
_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("news")))


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
        self._database = database
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
            stamped = self._stamp(connection, units)
            self._apply(connection, stamped)
        return [each.changes for each in stamped]

    def _apart(self, units: Sequence[Unit]) -> list[Outcome]:
        with self._transaction() as connection:
            return [self._alone(connection, unit) for unit in units]

    def _alone(self, connection: Connection, unit: Unit) -> Outcome:
        """The unit behind a savepoint; its revisions are given back if it fails."""
        try:
            with connection.begin_nested():
                stamped = self._stamp(connection, [unit])
                self._apply(connection, stamped)
        except Exception as error:
            if is_outage(error):
                raise
            return failure_of(error)
        return stamped[0].changes

    def _stamp(self, connection: Connection, units: Sequence[Unit]) -> list[_Stamped]:
        steps = sum(len(unit.changes) for unit in units)
        last = self._advance(connection, steps) if steps else 0
        revisions = iter(range(last - steps + 1, last + 1))
        now = self._clock()
        return [
            _Stamped(unit, tuple(_record(c, next(revisions), now) for c in unit.changes)) for unit in units
        ]

    def _advance(self, connection: Connection, steps: int) -> int:
        """Takes revisions. The row stays locked until the commit, so they grow in commit order.

        A sequence would not do: its numbers can be committed out of order, and a
        reader that has seen the higher one would never look for the lower.
        """
        last = int(connection.execute(_ADVANCE, {"steps": steps}).scalar_one())
        if not self._database.is_sqlite:
            connection.execute(_NOTIFY, {"news": f"{last} {self._database.origin}"})
        return last

    def _apply(self, connection: Connection, stamped: Sequence[_Stamped]) -> None:
        """Inserts wait, to go as one statement a table, until an update or delete might meet them."""
        pending: _Pending = {}
        for each in stamped:
            revisions = {change.object_id: change.revision for change in each.changes}
            for write in each.unit.writes:
                if isinstance(write, Insert):
                    plan = self._plans[type(write.record)]
                    pending.setdefault(plan, []).append(plan.row(write.record, revisions))
                else:
                    _flush(connection, pending)
                    _guarded(connection, write, revisions)
            plan = self._plans[ChangeRecord]
            pending.setdefault(plan, []).extend(plan.row(change, revisions) for change in each.changes)
        _flush(connection, pending)

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


def _guarded(connection: Connection, write: Update | Delete, revisions: Revisions) -> None:
    table = table_of(write.type)
    where = conditions(write.type, write.where)
    if isinstance(write, Delete):
        met = connection.execute(delete(table).where(*where)).rowcount
    else:
        values = dict(write.values)
        revision = revisions.get(cast("str", write.where.get("id")))
        if revision is not None and "revision" in table.c:
            values["revision"] = revision
        met = connection.execute(update(table).where(*where).values(values)).rowcount
    if write.expect is not None and met != write.expect:
        raise GuardFailed(table.name, expected=write.expect, met=met)
