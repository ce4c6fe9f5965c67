"""What a batch does: exactly what its units would have done one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.store import (
    Change,
    Delete,
    Expect,
    GuardFailed,
    Insert,
    ObjectKind,
    ProjectRecord,
    StoreError,
    StoreUnavailable,
    UniqueViolation,
    Unit,
    Unstorable,
    Update,
    Write,
)
from server.store import journal as journal_module
from server.store.engine import Database
from server.store.journal import Journal, Outcome
from server.store.mapping import conditions, table_of
from tests.store.rows import NOW, Rows, clock

_examples = count()


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


def _names(journal: Journal, prefix: str) -> dict[str, str]:
    table = table_of(ProjectRecord)
    assert journal._connection is not None
    with journal._connection.begin():
        found = journal._connection.execute(table.select().where(table.c.slug.startswith(prefix))).all()
    return {row.slug.removeprefix(prefix): row.name for row in found}


def _revisions(outcomes: list[Outcome]) -> list[int]:
    return [change.revision for outcome in outcomes if isinstance(outcome, tuple) for change in outcome]


def test_bad_units_fail_alone_in_a_batch(journal: Journal, rows: Rows) -> None:
    """A broken guard and a taken name among good units: only those two fail."""
    guard = Unit((Update(ProjectRecord, {"id": "no"}, {"name": ""}),))
    taken = Unit((Insert(rows.project(id_=rows.project_id)),), (Change(ObjectKind.PROJECT, "x"),))
    outcomes = journal.write([rows.submitted(), guard, rows.submitted(), taken, rows.submitted()])
    assert [type(o) for o in outcomes] == [tuple, GuardFailed, tuple, UniqueViolation, tuple]


def test_what_units_expect_is_looked_at_after_all_before_them(journal: Journal, rows: Rows) -> None:
    """Once for units in a row, but anew after a row of the table was written, in whatever unit."""
    none = Expect(ProjectRecord, {"slug": "late"}, 0)
    other = Expect(ProjectRecord, {"slug": "never"}, 0)
    late = rows.project(id_="late", slug="late")
    outcomes = journal.write(
        [
            Unit((none,)),
            Unit((none, Insert(late))),
            Unit((other,)),
            Unit((none,)),
            Unit((Delete(ProjectRecord, {"id": "late"}),)),
            Unit((none,)),
        ]
    )
    assert [type(each) for each in outcomes] == [tuple, tuple, tuple, GuardFailed, tuple, tuple]


def test_units_that_expect_the_same_ask_once(
    journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred issuances of one CA ask the database once, not a hundred times."""
    asked: list[object] = []
    guarded = journal_module._guarded

    def counted(connection: Any, write: Any, revisions: Any) -> None:
        asked.append(write)
        guarded(connection, write, revisions)

    monkeypatch.setattr(journal_module, "_guarded", counted)
    present = Expect(ProjectRecord, {"id": rows.project_id}, 1)
    units = [Unit((present, *rows.submitted().writes)) for _ in range(100)]
    assert {type(each) for each in journal.write(units)} == {tuple}
    assert asked == [present]


def test_update_to_an_unfit_value_fails_alone(journal: Journal, rows: Rows) -> None:
    """A naive time in one unit is that unit's fault, not an outage of the database."""
    naive = Update(ProjectRecord, {"id": rows.project_id}, {"updated_at": NOW.replace(tzinfo=None)})
    outcomes = journal.write([rows.submitted(), Unit((naive,)), rows.submitted()])
    assert [type(o) for o in outcomes] == [tuple, Unstorable, tuple]


def test_failed_unit_leaves_no_gap_in_the_revisions(journal: Journal, rows: Rows) -> None:
    taken = Unit((Insert(rows.project(id_=rows.project_id)),), (Change(ObjectKind.PROJECT, "x"),))
    revisions = _revisions(journal.write([rows.submitted(), taken, rows.submitted(), rows.submitted()]))
    assert revisions == [2, 3, 4]


def test_revisions_follow_the_order_of_the_units(journal: Journal, rows: Rows) -> None:
    units = [rows.submitted() for _ in range(64)]
    outcomes = journal.write(units)
    assert _revisions(outcomes) == list(range(2, 66))
    told = [outcome[0].object_id for outcome in outcomes if isinstance(outcome, tuple)]
    assert told == [unit.changes[0].object_id for unit in units]


def test_replaced_row_in_one_unit(journal: Journal, rows: Rows) -> None:
    """Delete, then insert under the same unique key: the order within a unit is kept."""
    first, second = rows.project(slug="same"), rows.project(slug="same")
    (outcome,) = journal.write(
        [Unit((Insert(first), Delete(ProjectRecord, {"id": first.id}), Insert(second)))]
    )
    assert outcome == ()
    assert list(_names(journal, "same")) == [""]


def test_guard_of_any_number(journal: Journal, rows: Rows) -> None:
    (outcome,) = journal.write([Unit((Delete(ProjectRecord, {"id": "no"}, expect=None),))])
    assert outcome == ()


def test_unreachable_database_is_unavailable() -> None:
    """Nothing listens at this address: every unit is told, and nothing of the URL."""
    journal = Journal(Database.at("postgresql://u:hunter2@127.0.0.1:1/x"), clock=clock)
    outcomes = journal.write([Rows().foundation(), Rows().foundation()])
    assert [type(o) for o in outcomes] == [StoreUnavailable] * 2
    assert "hunter2" not in repr(outcomes)
    journal.close()


SLUGS = st.sampled_from("xyz")
WRITES = st.one_of(
    st.tuples(st.just("insert"), SLUGS, st.none()),
    st.tuples(st.just("update"), SLUGS, st.sampled_from([1, 1, 0, None])),
    st.tuples(st.just("delete"), SLUGS, st.sampled_from([1, 1, None])),
)
BATCHES = st.lists(st.lists(WRITES, min_size=1, max_size=3), min_size=1, max_size=6)


def _write(prefix: str, step: int, kind: str, slug: str, expect: int | None) -> Write:
    where = {"slug": prefix + slug}
    if kind == "update":
        return Update(ProjectRecord, where, {"name": f"update {step}"}, expect)
    if kind == "delete":
        return Delete(ProjectRecord, where, expect)
    return Insert(
        ProjectRecord(
            id=f"{prefix}{step}", slug=prefix + slug, name=f"insert {step}", created_at=NOW, updated_at=NOW
        )
    )


def _units(prefix: str, batch: list[list[tuple[str, str, int | None]]]) -> list[Unit]:
    step = count()
    return [
        Unit(
            tuple(_write(prefix, next(step), *write) for write in writes),
            (Change(ObjectKind.PROJECT, f"{prefix}{n}"),),
        )
        for n, writes in enumerate(batch)
    ]


def _kinds(outcomes: list[Outcome]) -> list[object]:
    return [str(o) if isinstance(o, StoreError) else "stored" for o in outcomes]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(batch=BATCHES)
def test_batch_equals_its_units_in_turn(
    journal: Journal, batch: list[list[tuple[str, str, int | None]]]
) -> None:
    """Outcomes and rows of a batch are those of the same units, each in a transaction of its own."""
    example = next(_examples)
    together = journal.write(_units(f"b{example}-", batch))
    apart = [journal.write([unit])[0] for unit in _units(f"a{example}-", batch)]
    assert _kinds(together) == _kinds(apart)
    assert _names(journal, f"b{example}-") == _names(journal, f"a{example}-")


def test_condition_on_none_is_null() -> None:
    (condition,) = conditions(ProjectRecord, {"name": None})
    assert str(condition) == "project.name IS NULL"
