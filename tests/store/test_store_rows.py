from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime

import pytest

from server.store import (
    CertificateRecord,
    Insert,
    ObjectKind,
    ProjectRecord,
    Record,
    RequestRecord,
    Store,
    TokenRecord,
    Unit,
    Unstorable,
    Update,
)
from server.store.mapping import TABLES
from tests.store.rows import BYTES, NOW, Rows

MAKERS: list[Callable[[Rows], Record]] = [
    Rows.project,
    Rows.identity,
    Rows.authority,
    Rows.policy,
    Rows.profile,
    Rows.binding,
    Rows.token,
    Rows.request,
    Rows.certificate,
    Rows.audit,
]


@pytest.mark.parametrize("record", TABLES, ids=lambda record: record.__name__)
def test_fields_are_the_columns(record: type[Record]) -> None:
    """A record and its table name the same things in the same order."""
    assert [f.name for f in fields(record)] == TABLES[record].columns.keys()


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
async def test_round_trip(store: Store, rows: Rows, make: Callable[[Rows], Record]) -> None:
    """What is read equals what was written: times with microseconds, any text, any bytes."""
    row = make(rows)
    await store.commit(Unit((Insert(row),)))
    assert await store.get(type(row), id=row.id) == row  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
async def test_round_trip_of_none(store: Store, rows: Rows, make: Callable[[Rows], Record]) -> None:
    """Every column that may be null comes back as None."""
    full = make(rows)
    optional = {c.name: None for c in TABLES[type(full)].columns if c.nullable}
    row = replace(full, **optional)
    await store.commit(Unit((Insert(row),)))
    assert await store.get(type(row), id=row.id) == row  # type: ignore[attr-defined]


async def test_meta_is_read_by_key(store: Store, rows: Rows) -> None:
    fact = rows.meta()
    await store.commit(Unit((Insert(fact),)))
    assert await store.meta(fact.key) == BYTES


async def test_every_database_has_an_epoch(store: Store) -> None:
    epoch = await store.meta("epoch")
    assert epoch is not None
    assert len(epoch) == 16


async def test_change_is_read_back_as_told(store: Store, rows: Rows) -> None:
    """A change has its kind, its states, its references and the time of the commit."""
    request = rows.request(state="PENDING_APPROVAL")
    revision = await store.commit(rows.submitted(request))
    (change,) = await store.feed.read(revision - 1)
    assert (change.revision, change.kind, change.object_id) == (revision, ObjectKind.REQUEST, request.id)
    assert (change.project_id, change.profile_id) == (rows.project_id, rows.profile_id)
    assert (change.requester_id, change.old_state, change.new_state) == (
        rows.identity_id,
        None,
        "PENDING_APPROVAL",
    )
    assert change.created_at == NOW


async def test_row_gets_the_revision_of_its_change(store: Store, rows: Rows) -> None:
    request = rows.request()
    revision = await store.commit(rows.submitted(request))
    stored = await store.get(RequestRecord, id=request.id)
    assert stored is not None
    assert stored.revision == revision


async def test_update_gets_the_revision_of_its_change(store: Store, rows: Rows) -> None:
    request = rows.request()
    await store.commit(rows.submitted(request))
    update = Update(RequestRecord, {"id": request.id}, {"state": "ISSUED"})
    revision = await store.commit(Unit((update,), (rows.change_of(request),)))
    assert await store.get(RequestRecord, id=request.id) == replace(
        request, state="ISSUED", revision=revision
    )


async def test_absent_row_is_none(store: Store) -> None:
    assert await store.get(ProjectRecord, id="nothing") is None


async def test_none_in_where_asks_for_null(store: Store, rows: Rows) -> None:
    live = replace(rows.token(), revoked_at=None)
    await store.commit(Unit((Insert(rows.token()), Insert(live))))
    assert await store.list(TokenRecord, revoked_at=None) == [live]


@pytest.mark.parametrize(("order", "expected"), [("slug", "abc"), ("-slug", "cba")])
async def test_list_is_ordered_and_limited(store: Store, rows: Rows, order: str, expected: str) -> None:
    await store.commit(Unit(tuple(Insert(rows.project(slug=slug)) for slug in "bca")))
    found = [p.slug for p in await store.list(ProjectRecord, order=order, limit=4) if len(p.slug) == 1]
    assert "".join(found) == expected


def test_no_repr_shows_a_secret(rows_without_database: Rows) -> None:
    """Neither a key nor a hash nor an encoding reaches a log by way of a repr."""
    made = rows_without_database
    shown = repr((made.authority(), made.token(digest=b"\xab" * 32), made.certificate(), made.request()))
    assert "\\xab" not in shown
    assert "\\x00\\x01" not in shown


@pytest.fixture
def rows_without_database() -> Rows:
    return Rows()


@pytest.mark.parametrize(
    "wrong",
    [
        {"created_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a naive time is what is refused
        {"subject": None},
        {"policy_revision": 2**63},
        {"der": object()},
    ],
    ids=["naive", "null", "too-big", "no-bytes"],
)
async def test_value_that_does_not_fit_is_refused(store: Store, rows: Rows, wrong: dict[str, object]) -> None:
    row = replace(rows.certificate(), **wrong)  # type: ignore[arg-type]
    with pytest.raises(Unstorable):
        await store.commit(Unit((Insert(row),)))
    assert await store.get(CertificateRecord, id=row.id) is None


def test_unknown_column_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="RequestRecord has no colour"):
        Update(RequestRecord, {"id": "x"}, {"colour": "red"})


async def test_ping_answers(store: Store) -> None:
    await store.ping()
