from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.store import Store, StoreOutdated, StoreUnavailable, migrate
from server.store.engine import Database
from tests.store.rows import clock


def test_migrations_make_the_tables_of_the_program(empty_database_url: str) -> None:
    """From nothing to head, and autogeneration finds no difference."""
    migrate.upgrade(empty_database_url)
    assert migrate.check(empty_database_url) == ()


def test_drift_is_found(database_url: str) -> None:
    """The check above can fail: a column that the program does not know is told."""
    engine = Database.at(database_url).writer()
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE project ADD COLUMN colour TEXT"))
    engine.dispose()
    (difference,) = migrate.check(database_url)
    assert "colour" in difference


def test_up_down_up(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    migrate.downgrade(empty_database_url, revision="base")
    assert migrate.current(empty_database_url) is None
    migrate.upgrade(empty_database_url)
    assert migrate.check(empty_database_url) == ()


def test_upgrade_is_idempotent(database_url: str) -> None:
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.head()


def test_two_processes_upgrade_at_once(empty_database_url: str) -> None:
    """One does the work while the other waits; both succeed."""
    code = "import sys; from server.store import migrate; migrate.upgrade(sys.argv[1])"
    command = [sys.executable, "-c", code, empty_database_url]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert migrate.check(empty_database_url) == ()


async def test_outdated_database_is_refused(empty_database_url: str) -> None:
    """Both revisions are named."""
    with pytest.raises(StoreOutdated, match=f"none.*{migrate.head()}"):
        await Store.open(empty_database_url, clock=clock)


async def test_unreachable_database_is_unavailable() -> None:
    """Nothing listens at this address; opening says so in the store's own words."""
    with pytest.raises(StoreUnavailable, match="the database does not answer"):
        await Store.open("postgresql://127.0.0.1:1/nothing", clock=clock)


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert migrate.current(f"sqlite:///{tmp_path / 'absent.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate.upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database"):
        Database.at(url)


def test_setting_in_the_url_wins() -> None:
    """The defaults for PostgreSQL give way to what the operator wrote."""
    query = Database.at("postgresql://h/d?connect_timeout=3").url.query
    assert (query["connect_timeout"], query["application_name"]) == ("3", "certmanager")


WANTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": 10_000,
}


@pytest.mark.parametrize("pragma", WANTED)
def test_writer_of_a_file_is_durable_and_strict(sqlite_url: str, pragma: str) -> None:
    engine = Database.at(sqlite_url).writer()
    with engine.begin() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == WANTED[pragma]
    engine.dispose()


async def test_reader_of_a_file_cannot_write(sqlite_url: str) -> None:
    engine = Database.at(sqlite_url).reader()
    async with engine.connect() as connection:
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            await connection.execute(sa.text("DELETE FROM meta"))
    await engine.dispose()


PLANS = {"enable_seqscan": "off", "plan_cache_mode": "force_custom_plan", "jit": "off"}


@pytest.mark.parametrize("setting", PLANS)
async def test_reader_of_a_server_plans_by_index(postgres_url: str, setting: str) -> None:
    """However often a connection goes back to the pool and is taken again."""
    engine = Database.at(postgres_url).reader()
    for _ in range(3):
        async with engine.connect() as connection:
            assert (await connection.execute(sa.text(f"SHOW {setting}"))).scalar_one() == PLANS[setting]
    await engine.dispose()
