from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from server.store import (
    Change,
    Delete,
    ForeignKeyViolation,
    GuardFailed,
    Insert,
    ObjectKind,
    ProjectRecord,
    Record,
    RequestRecord,
    RoleBindingRecord,
    Store,
    StoreUnavailable,
    TokenRecord,
    UniqueViolation,
    Unit,
    Update,
)
from tests.databases import Postgres
from tests.store.rows import NOW, Rows, clock, new_id


async def test_unit_is_stored_whole_or_not_at_all(store: Store, rows: Rows) -> None:
    """The good half of a bad unit is not stored, and neither is its change."""
    before = store.feed.latest
    good = rows.request()
    with pytest.raises(GuardFailed):
        await store.commit(
            Unit((Insert(good), Update(ProjectRecord, {"id": "no"}, {"name": ""})), (rows.change_of(good),))
        )
    assert await store.get(RequestRecord, id=good.id) is None
    assert await store.feed.read(before) == []


UNIQUE: dict[str, Callable[[Rows], tuple[Record, ...]]] = {
    "pk_project": lambda rows: (rows.project(id_=rows.project_id, slug="other"),),
    "uq_project_slug": lambda rows: (rows.project(slug="same"), rows.project(slug="same")),
    "uq_identity_name": lambda rows: (rows.identity(name="same"), rows.identity(name="same")),
    "uq_profile_project_id_slug": lambda rows: (rows.profile(slug="same"), rows.profile(slug="same")),
    "uq_certificate_serial_ca_id": lambda rows: (
        rows.certificate(serial="0a"),
        rows.certificate(serial="0a"),
    ),
    "uq_token_hash": lambda rows: (rows.token(digest=b"same"), rows.token(digest=b"same")),
    "uq_role_binding_server": lambda rows: (rows.owner(), rows.owner()),
    "uq_role_binding_project": lambda rows: (rows.binding(), rows.binding()),
    "uq_role_binding_profile": lambda rows: (
        rows.binding(profile_id=rows.profile_id),
        rows.binding(profile_id=rows.profile_id),
    ),
}


@pytest.mark.parametrize("constraint", UNIQUE)
async def test_unique_violation_names_its_constraint(store: Store, rows: Rows, constraint: str) -> None:
    made = UNIQUE[constraint](rows)
    with pytest.raises(UniqueViolation) as caught:
        await store.commit(Unit(tuple(Insert(row) for row in made)))
    assert caught.value.constraint == constraint


async def test_same_role_on_two_profiles_is_no_violation(store: Store, rows: Rows) -> None:
    other = rows.profile()
    bindings = [rows.binding(profile_id=id_) for id_ in (None, rows.profile_id, other.id)]
    await store.commit(Unit((Insert(other), *map(Insert, bindings))))
    assert len(await store.list(RoleBindingRecord)) == 3


async def test_revoked_role_can_be_given_again(store: Store, rows: Rows) -> None:
    bindings = [rows.binding(revoked_at=at) for at in (NOW, NOW, None)]
    await store.commit(Unit(tuple(map(Insert, bindings))))
    assert len(await store.list(RoleBindingRecord)) == 3


@pytest.mark.parametrize("column", ["ca_id", "policy_id", "project_id"])
async def test_profile_cannot_refer_to_nothing(store: Store, rows: Rows, column: str) -> None:
    profile = replace(rows.profile(), **{column: new_id()})  # type: ignore[arg-type]
    with pytest.raises(ForeignKeyViolation):
        await store.commit(Unit((Insert(profile),)))


async def test_row_in_use_cannot_be_deleted(store: Store, rows: Rows) -> None:
    with pytest.raises(ForeignKeyViolation):
        await store.commit(Unit((Delete(ProjectRecord, {"id": rows.project_id}),)))


@pytest.mark.parametrize("secret", ["hunter2", "cm_0123456789"])
async def test_failure_tells_no_value(store: Store, rows: Rows, secret: str) -> None:
    """Neither the message nor the chain of causes quotes what was to be stored."""
    unit = Unit((Insert(rows.project(slug=secret)), Insert(rows.project(slug=secret))))
    with pytest.raises(UniqueViolation) as caught:
        await store.commit(unit)
    assert secret not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


async def test_compare_and_set_lets_one_of_many_win(store: Store, rows: Rows) -> None:
    """Deciders that saw the same revision: one succeeds, the others are told."""
    request = rows.request()
    seen = await store.commit(rows.submitted(request))

    def decision(state: str) -> Unit:
        guard = {"id": request.id, "revision": seen}
        return Unit((Update(RequestRecord, guard, {"state": state}),), (rows.change_of(request),))

    outcomes = await asyncio.gather(
        *(store.commit(decision(f"STATE_{n}")) for n in range(20)), return_exceptions=True
    )
    assert [type(o) for o in outcomes if not isinstance(o, int)] == [GuardFailed] * 19
    stored = await store.get(RequestRecord, id=request.id)
    assert stored is not None
    assert [stored.revision] == [o for o in outcomes if isinstance(o, int)]


async def test_unit_without_change_answers_zero(store: Store, rows: Rows) -> None:
    assert await store.commit(Unit((Insert(rows.audit()),))) == 0


async def test_cancelled_waiter_does_not_take_the_unit_back(store: Store, rows: Rows) -> None:
    request = rows.request()
    waiter = asyncio.create_task(store.commit(rows.submitted(request)))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    await store.commit(Unit((Insert(rows.audit()),)))
    assert await store.get(RequestRecord, id=request.id) is not None


async def test_units_handed_in_together_share_commits(store: Store, rows: Rows) -> None:
    before = store.writer.commits
    await asyncio.gather(*(store.commit(rows.submitted()) for _ in range(128)))
    assert store.writer.commits - before <= 4
    assert store.writer.units == 1 + 128


async def test_close_commits_what_was_handed_in(database_url: str, store: Store, rows: Rows) -> None:
    second = await Store.open(database_url, clock=clock)
    requests = [rows.request() for _ in range(100)]
    waiters = [asyncio.create_task(second.commit(rows.submitted(request))) for request in requests]
    await asyncio.sleep(0)
    await second.close()
    await asyncio.gather(*waiters)
    assert len(await store.list(RequestRecord)) == 100


async def test_closed_store_refuses(database_url: str) -> None:
    store = await Store.open(database_url, clock=clock)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.commit(Rows().foundation())


async def test_deleted_row_is_gone(store: Store, rows: Rows) -> None:
    token = rows.token()
    await store.commit(Unit((Insert(token),)))
    change = Change(ObjectKind.IDENTITY, rows.identity_id)
    await store.commit(Unit((Delete(TokenRecord, {"id": token.id}),), (change,)))
    assert await store.get(TokenRecord, id=token.id) is None


_COMMITTER = """
import asyncio, sys
from server.store import Store
from tests.store.rows import Rows, clock

async def main():
    store, rows = await Store.open(sys.argv[1], clock=clock), Rows()
    await store.commit(rows.foundation())
    while True:
        requests = [rows.request() for _ in range(5)]
        await asyncio.gather(*(store.commit(rows.submitted(request)) for request in requests))
        print(*(request.id for request in requests), flush=True)

asyncio.run(main())
"""


def test_acknowledged_units_survive_kill(database_url: str) -> None:
    """Whatever a process said to be committed is there after it was killed at work."""
    command = [sys.executable, "-c", _COMMITTER, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        told += [line for line in process.stdout if line.endswith("\n")]
    kept = asyncio.run(_request_ids(database_url))
    assert {id_ for line in told for id_ in line.split()} <= kept
    assert len(kept) >= 100


async def _request_ids(url: str) -> set[str]:
    store = await Store.open(url, clock=clock)
    kept = {row.id for row in await store.list(RequestRecord, limit=100_000)}
    await store.close()
    return kept


async def test_lost_connections_are_made_again(postgres: Postgres, postgres_url: str) -> None:
    """The server ends every connection; the next write, read and news of others just work."""
    store, other = [await Store.open(postgres_url, clock=clock) for _ in range(2)]
    rows = Rows()
    await store.commit(rows.foundation())
    postgres.disconnect(postgres_url)
    request = rows.request()
    revision = await other.commit(rows.submitted(request))
    assert await store.get(RequestRecord, id=request.id) is not None
    assert await store.feed.wait_beyond(revision - 1, seconds=10)
    await store.commit(rows.submitted())
    await store.close()
    await other.close()


async def test_full_disk_is_an_outage_and_passes(sqlite_url: str) -> None:
    """A unit that finds no room fails as unavailable; the next one is stored, without any repair."""
    store, rows = await Store.open(sqlite_url, clock=clock), Rows()
    await store.commit(rows.foundation())
    connection = store.writer._journal._connection
    assert connection is not None
    assert connection.connection.dbapi_connection is not None
    connection.connection.dbapi_connection.execute("PRAGMA max_page_count = 1").close()
    large = replace(rows.request(), order=bytes(1_000_000))
    with pytest.raises(StoreUnavailable):
        await store.commit(rows.submitted(large))
    await store.commit(rows.submitted(large))
    await store.close()
