"""The chain of the audit rows, and the check that finds every way to falsify it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from server.cli import main
from server.store import AuditRecord, GuardFailed, Insert, ProjectRecord, Store, Unit, Update
from server.store.chain import CONTENT, GENESIS
from server.store.engine import Database
from server.store.verify import Anchor, verify
from tests.store.rows import Rows, clock

ROWS = 6


def _execute(url: str, *statements: str) -> None:
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


async def _written(store: Store, rows: Rows, count: int = ROWS) -> None:
    for _ in range(count):
        await store.commit(Unit((Insert(rows.audit()),)))


async def test_empty_log_is_whole(database_url: str) -> None:
    verdict = await verify(database_url)
    assert (verdict.head, verdict.fault) == (Anchor(0, GENESIS), "")


async def test_rows_are_linked_in_the_order_of_their_commits(
    database_url: str, store: Store, rows: Rows
) -> None:
    """Places without gaps from 1, also within a unit and among units of one batch."""
    events = [rows.audit() for _ in range(9)]
    units = [Unit(tuple(Insert(event) for event in events[n : n + 3])) for n in (0, 3, 6)]
    await asyncio.gather(*(store.commit(unit) for unit in units))
    stored = await store.list(AuditRecord)
    assert [event.sequence for event in stored] == list(range(1, 10))
    assert [event.id for event in stored] == [event.id for event in events]
    verdict = await verify(database_url)
    assert (verdict.head, verdict.fault) == (Anchor(9, stored[-1].hash), "")


async def test_failed_unit_leaves_no_gap(database_url: str, store: Store, rows: Rows) -> None:
    """The links of a unit that fails in a batch are given back."""
    broken = Unit((Insert(rows.audit()), Update(ProjectRecord, {"id": "no"}, {"name": ""})))
    good = [Unit((Insert(rows.audit()),)) for _ in range(4)]
    outcomes = await asyncio.gather(
        *map(store.commit, [*good[:2], broken, *good[2:]]), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, int, GuardFailed, int, int]
    verdict = await verify(database_url)
    assert (verdict.head.sequence, verdict.fault) == (4, "")


async def test_two_processes_make_one_chain(database_url: str, store: Store, rows: Rows) -> None:
    """Two stores, as two replicas have them, write at once: there is one chain, and it is whole."""
    other = await Store.open(database_url, clock=clock)
    await asyncio.gather(
        *(s.commit(Unit((Insert(rows.audit()),))) for _ in range(100) for s in (store, other))
    )
    await other.close()
    verdict = await verify(database_url)
    assert (verdict.head.sequence, verdict.fault) == (200, "")


CHANGED = {
    "id": "'x'",
    "at": "at + 1",
    "identity_id": "NULL",
    "token_id": "'x'",
    "project_id": "NULL",
    "action": "'x'",
    "object_kind": "'x'",
    "object_id": "'x'",
    "trace_id": "''",
    "source": "'x'",
    "details": "details || ' '",
    "hash": "(SELECT hash FROM audit WHERE sequence = 2)",
}


def test_every_column_is_tampered_with() -> None:
    assert {*CHANGED, "sequence"} == {*CONTENT, "hash"}


@pytest.mark.parametrize("column", CHANGED)
async def test_changed_column_is_found(database_url: str, store: Store, rows: Rows, column: str) -> None:
    await _written(store, rows)
    _execute(database_url, f"UPDATE audit SET {column} = {CHANGED[column]} WHERE sequence = 3")
    verdict = await verify(database_url)
    assert verdict.fault == "row 3 is not as it was written"
    assert verdict.head.sequence == 2


_COPY = ", ".join(name for name in CONTENT if name != "sequence")
_PUT_IN = (
    f"INSERT INTO audit (sequence, hash, {_COPY}) SELECT {{}}, hash, {_COPY} FROM audit WHERE sequence = 3"
)
FALSIFIED: dict[str, tuple[Sequence[str], str]] = {
    "taken out": (["DELETE FROM audit WHERE sequence = 3"], "row 3 is missing"),
    "first taken out": (["DELETE FROM audit WHERE sequence = 1"], "row 1 is missing"),
    "taken out and closed up": (
        [
            "DELETE FROM audit WHERE sequence = 3",
            *(f"UPDATE audit SET sequence = {n - 1} WHERE sequence = {n}" for n in (4, 5, 6)),
            "UPDATE revision_counter SET audit_sequence = 5",
        ],
        "row 3 is not as it was written",
    ),
    "moved": (
        [
            f"UPDATE audit SET sequence = {to} WHERE sequence = {place}"
            for place, to in ((3, 99), (4, 3), (99, 4))
        ],
        "row 3 is not as it was written",
    ),
    "put in before": (
        [_PUT_IN.format(0)],
        "row 0 was put in",
    ),
    "put in at the end": (
        [_PUT_IN.format(7)],
        "row 7 was put in",
    ),
    "cut off": (["DELETE FROM audit WHERE sequence > 4"], "row 5 is missing"),
    "emptied": (["DELETE FROM audit"], "row 1 is missing"),
    "other head": (
        ["UPDATE revision_counter SET audit_hash = (SELECT hash FROM audit WHERE sequence = 1)"],
        "row 6 is not the one that was written last",
    ),
}


@pytest.mark.parametrize("how", FALSIFIED)
async def test_falsified_log_is_found(database_url: str, store: Store, rows: Rows, how: str) -> None:
    await _written(store, rows)
    statements, fault = FALSIFIED[how]
    _execute(database_url, *statements)
    assert (await verify(database_url)).fault == fault


_CUT = (
    "DELETE FROM audit WHERE sequence > 4",
    "UPDATE revision_counter SET audit_sequence = 4",
    "UPDATE revision_counter SET audit_hash = (SELECT hash FROM audit WHERE sequence = 4)",
)


async def test_cut_with_the_counter_is_found_by_an_anchor_alone(
    database_url: str, store: Store, rows: Rows
) -> None:
    """Who can write everything can shorten the log, but not below what an auditor has kept."""
    await _written(store, rows)
    kept = (await verify(database_url)).head
    _execute(database_url, *_CUT)
    assert (await verify(database_url)).fault == ""
    assert (await verify(database_url, anchor=kept)).fault == "the chain ends at row 4, before the anchor"


async def test_rewritten_chain_is_found_by_an_anchor(database_url: str, store: Store, rows: Rows) -> None:
    """The log is cut and written anew, whole in itself: it is not the one of the anchor."""
    await _written(store, rows)
    kept = (await verify(database_url)).head
    _execute(database_url, *_CUT)
    await _written(store, rows)
    assert (await verify(database_url)).fault == ""
    assert (await verify(database_url, anchor=kept)).fault == "row 6 is not the one of the anchor"


async def test_anchor_within_the_log_is_passed(database_url: str, store: Store, rows: Rows) -> None:
    await _written(store, rows)
    kept = (await verify(database_url)).head
    await _written(store, rows)
    verdict = await verify(database_url, anchor=kept)
    assert (verdict.head.sequence, verdict.fault) == (2 * ROWS, "")


async def test_many_rows_are_read_in_batches(database_url: str, store: Store, rows: Rows) -> None:
    """More rows than one read takes; the fault in the last batch is found."""
    await store.commit(Unit(tuple(Insert(rows.audit()) for _ in range(2500))))
    assert (await verify(database_url)).head.sequence == 2500
    _execute(database_url, "UPDATE audit SET action = 'x' WHERE sequence = 2400")
    assert (await verify(database_url)).fault == "row 2400 is not as it was written"


async def test_equal_events_have_different_hashes(store: Store, rows: Rows) -> None:
    event = rows.audit()
    await store.commit(Unit((Insert(event), Insert(replace(event)))))
    first, second = await store.list(AuditRecord)
    assert first.hash != second.hash


@pytest.mark.parametrize("anchor", [Anchor(0, b"\x11" * 32), Anchor(-1, GENESIS)])
async def test_anchor_before_the_first_row_is_no_free_pass(
    database_url: str, store: Store, rows: Rows, anchor: Anchor
) -> None:
    """Only what an empty log tells stands there."""
    await _written(store, rows)
    assert (await verify(database_url, anchor=anchor)).fault.startswith(f"there is no row {anchor.sequence}")
    assert (await verify(database_url, anchor=Anchor(0, GENESIS))).fault == ""


def _run(url: str, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["audit", "verify", "--database-url", url, *arguments])
    return result.exit_code, result.output


async def test_command_prints_the_anchor(database_url: str, store: Store, rows: Rows) -> None:
    await _written(store, rows)
    head = (await verify(database_url)).head
    status, told = await asyncio.to_thread(_run, database_url)
    assert (status, told) == (0, f"the audit log is whole: {head}\n")
    status, _ = await asyncio.to_thread(_run, database_url, "--anchor", str(head))
    assert status == 0


async def test_command_fails_on_a_broken_log(database_url: str, store: Store, rows: Rows) -> None:
    await _written(store, rows)
    _execute(database_url, "UPDATE audit SET action = 'x' WHERE sequence = 3")
    status, told = await asyncio.to_thread(_run, database_url)
    assert status == 1
    assert "row 3 is not as it was written" in told


NOUGHT = "0" * 64


@pytest.mark.parametrize(
    "anchor",
    ["", "6", "6:ab", f"x:{NOUGHT}", "6:" + "g" * 64, f"-1:{NOUGHT}", f"+1:{NOUGHT}", f"1_0:{NOUGHT}"],
)
def test_command_refuses_what_is_no_anchor(sqlite_url: str, anchor: str) -> None:
    status, told = _run(sqlite_url, f"--anchor={anchor}")
    assert status == 2
    assert "Traceback" not in told
