"""How far back changes can be read, and what is left in the files of rows that are gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.ra import retention
from server.ra.retention import Retention
from server.store import Change, Delete, Insert, ObjectKind, Store, Unit, migrate
from server.store.filters import UpTo
from server.store.records import ChangeRecord, HeldSecretRecord
from tests.store.rows import clock, new_id

WEEK = timedelta(days=7)


@dataclass(slots=True)
class Later:
    """The store's clock, and some time."""

    by: timedelta

    def __call__(self) -> datetime:
        return clock() + self.by


async def changes(store: Store, many: int) -> None:
    for _ in range(many):
        await store.commit(Unit((), (Change(ObjectKind.PROJECT, new_id()),)))


async def kept(store: Store) -> list[int]:
    return [change.revision for change in await store.list(ChangeRecord)]


async def test_every_change_is_there_at_first(store: Store) -> None:
    assert await store.oldest_change() == 1
    await changes(store, 3)
    assert await store.oldest_change() == 1


async def test_the_oldest_that_is_kept_is_told(store: Store) -> None:
    await changes(store, 3)
    await store.commit(Unit((Delete(ChangeRecord, {"revision": UpTo(2)}, expect=None),)))
    assert await store.oldest_change() == 3


async def test_without_any_it_is_the_next_to_come(store: Store) -> None:
    """A watcher that has seen all misses nothing, although nothing is kept."""
    await changes(store, 3)
    await store.commit(Unit((Delete(ChangeRecord, {"revision": UpTo(3)}, expect=None),)))
    assert await store.oldest_change() == 4


async def test_changes_are_kept_for_their_time(store: Store) -> None:
    await changes(store, 3)
    await Retention(store, clock=Later(WEEK - timedelta(seconds=1))).forget_changes()
    assert await kept(store) == [1, 2, 3]


async def test_old_changes_go_in_portions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the oldest on, so that what is kept has no gap."""
    monkeypatch.setattr(retention, "_BATCH", 2)
    await changes(store, 3)
    old = Retention(store, clock=Later(WEEK + timedelta(seconds=1)))
    assert [await old.forget_changes(), await kept(store)] == [2, [3]]
    assert [await old.forget_changes(), await kept(store)] == [1, []]
    assert await old.forget_changes() == 0


async def test_new_revisions_go_on_where_the_old_ones_ended(store: Store) -> None:
    """Nothing is used twice, so no token can mean another change than it did."""
    await changes(store, 3)
    await store.commit(Unit((Delete(ChangeRecord, {"revision": UpTo(3)}, expect=None),)))
    await changes(store, 1)
    assert await kept(store) == [4]


async def test_a_young_change_ends_what_goes(store: Store) -> None:
    """The clocks of replicas differ: an older time behind it is left until the younger one goes, too."""
    early, late = clock(), clock() + timedelta(hours=1)
    for revision, at in ((101, early), (102, late), (103, early)):
        await store.commit(Unit((Insert(_change(revision, at)),)))
    old = Retention(store, clock=Later(WEEK + timedelta(minutes=1)))
    assert [await old.forget_changes(), await kept(store)] == [1, [102, 103]]


async def test_nothing_is_left_of_a_deleted_row(tmp_path: Path) -> None:
    """Neither in SQLite's file nor in its log, although both are in use."""
    path = tmp_path / "store.db"
    store = await _on(path)
    secret = b"sealed octets that are to be gone" * 8
    row = HeldSecretRecord(object_id="a", sealed=secret, expires_at=clock())
    await store.commit(Unit((Insert(row),)))
    assert _found(path, secret) == {"store.db-wal"}
    await store.commit(Unit((Delete(HeldSecretRecord, {"object_id": "a"}),)))
    assert _found(path, secret) == {"store.db-wal"}
    assert await store.scrub()
    assert _found(path, secret) == set()
    await store.close()


async def test_who_reads_too_long_puts_it_off(tmp_path: Path) -> None:
    """It says so, and does it the next time."""
    path = tmp_path / "store.db"
    store = await _on(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM change").fetchall()
        await changes(store, 1)
        assert not await store.scrub()
    assert await store.scrub()
    await store.close()


def _change(revision: int, at: datetime) -> ChangeRecord:
    return ChangeRecord(revision=revision, kind=ObjectKind.PROJECT, object_id=new_id(), created_at=at)


async def _on(path: Path) -> Store:
    url = f"sqlite:///{path}"
    migrate.upgrade(url)
    return await Store.open(url, clock=clock)


def _found(path: Path, octets: bytes) -> set[str]:
    return {each.name for each in path.parent.iterdir() if octets in each.read_bytes()}
