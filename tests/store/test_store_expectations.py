"""What many units of a batch expect is looked at once, unless it was written to in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.store import Change, Delete, Expect, GuardFailed, Insert, ObjectKind, ProjectRecord, Unit, Update
from server.store import journal as journal_module
from server.store.engine import Database
from server.store.journal import Journal
from server.store.unit import Write
from tests.store.rows import Rows, clock


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    opened = Journal(Database.at(database_url), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def rows(journal: Journal) -> Rows:
    made = Rows()
    journal.write([made.foundation()])
    return made


@pytest.fixture
def looks(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> list[Write]:
    """What is asked of the database besides inserts, as it is asked."""
    guarded, asked = journal_module._guarded, list[Write]()

    def counted(connection: object, write: Write, revisions: object) -> None:
        asked.append(write)
        guarded(connection, write, revisions)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_module, "_guarded", counted)
    return asked


def _there(id_: str) -> Expect:
    return Expect(ProjectRecord, {"id": id_}, 1)


def _unit(rows: Rows, *writes: Write) -> Unit:
    """With an insert and a change, as every unit of an issuance has."""
    return Unit((*writes, Insert(rows.identity())), (Change(ObjectKind.PROJECT, rows.project_id),))


def test_units_that_take_turns_are_looked_at_once_each(
    journal: Journal, rows: Rows, looks: list[Write]
) -> None:
    """Certificates of two profiles in one batch cost no more looks than there are profiles."""
    other = rows.project()
    journal.write([_unit(rows, Insert(other))])
    guards = _there(rows.project_id), _there(other.id)
    outcomes = journal.write([_unit(rows, guards[n % 2]) for n in range(8)])
    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    assert looks == list(guards)


@pytest.mark.parametrize("kind", ["update", "delete", "insert"])
def test_what_was_written_to_is_looked_at_again(journal: Journal, rows: Rows, kind: str) -> None:
    """A unit that makes an expectation false fails those after it, and not those before."""
    other = rows.project()
    guard: Expect
    write: Write
    if kind == "insert":
        guard, write = Expect(ProjectRecord, {"id": other.id}, 0), Insert(other)
    else:
        journal.write([_unit(rows, Insert(other))])
        guard = Expect(ProjectRecord, {"id": other.id, "name": other.name}, 1)
        changed = Update(ProjectRecord, {"id": other.id}, {"name": "another"})
        write = changed if kind == "update" else Delete(ProjectRecord, {"id": other.id})
    outcomes = journal.write([_unit(rows, guard), _unit(rows, guard), _unit(rows, write), _unit(rows, guard)])
    assert [isinstance(outcome, GuardFailed) for outcome in outcomes] == [False, False, False, True]
