"""Lists of requests among very many: which index each of them walks, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Executable, Select, insert
from sqlalchemy.ext.compiler import compiles

from server.store import Store
from server.store.engine import Database
from server.store.journal import Journal
from server.store.queries import requests
from server.store.queries.certificate_query import Realm
from server.store.queries.request_query import RequestFilter, RequestQuery
from server.store.queries.walk import ARMS, SCAN, Walk
from server.store.schema import certificate_request
from tests.databases import Postgres
from tests.store.rows import Rows, clock

COUNT = 20_000
EACH = 100
"""One request in a hundred waits."""
ROWS = Rows()
HERE = (Realm(project_id=ROWS.project_id),)
SMALL = Realm(project_id="small")
OWN = Realm(project_id=ROWS.project_id, requester_id="rare")
WAITING = RequestFilter(states=frozenset({"PENDING_APPROVAL"}))
AT = datetime(2026, 1, 1, tzinfo=UTC)


class _Explain(Executable, ClauseElement):
    """What the database would do for a query."""

    inherit_cache = False

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query


@compiles(_Explain)
def _explained(element: _Explain, compiler: Any, **options: Any) -> str:
    words = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{words} {compiler.process(element.query, **options)}"


def _row(n: int) -> dict[str, Any]:
    waits = n % EACH == 0
    return {
        "id": _id(n),
        "project_id": "small" if n % 1000 == 0 else ROWS.project_id,
        "profile_id": ROWS.profile_id,
        "requester_id": "rare" if n % 500 == 0 else ROWS.identity_id,
        "state": "PENDING_APPROVAL" if waits else "ISSUED",
        "key_source": "CSR",
        "order": b"",
        "policy_revision": 1,
        "profile_revision": 1,
        "private_key_state": "",
        "requester_name": "",
        "ca_id": ROWS.ca_id,
        "names": (f"h{n}.example.com",),
        "metadata": {},
        "approval": {},
        "comment": "",
        "created_at": AT,
        "updated_at": AT,
        "expires_at": AT if waits else None,
        "revision": n,
    }


def _id(n: int) -> str:
    return f"{n:08x}-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", params=["sqlite", "sqlite without statistics", "postgres"])
def full_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A database with very many requests, which no test changes."""
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh(template=request.getfixturevalue("postgres_template"))
    else:
        path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("full") / "full.db")
        url = f"sqlite:///{path}"
    journal = Journal(Database.at(url), clock=clock)
    journal.write([ROWS.foundation()])
    journal.close()
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        connection.execute(insert(certificate_request), [_row(n) for n in range(1, COUNT + 1)])
    if request.param != "sqlite without statistics":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return url


@pytest.fixture
async def full(full_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(full_url, clock=clock)
    yield opened
    await opened.close()


PRIMARY = ("sqlite_autoindex_certificate_request_1", "pk_certificate_request")


QUEUE = ("ix_certificate_request_waiting", "ix_certificate_request_expiring")
"""Both hold only what waits; which one is walked, the database may choose."""


def _named(index: str) -> tuple[str, str]:
    return (f"ix_certificate_request_{index}",) * 2


LISTS: dict[str, tuple[RequestFilter, tuple[Realm, ...] | None, tuple[str, str]]] = {
    "everything": (RequestFilter(), None, PRIMARY),
    "project": (RequestFilter(), HERE, _named("project_id_id")),
    "own": (RequestFilter(), (OWN,), _named("requester_id_id")),
    "requester": (RequestFilter(requester_ids=frozenset({"rare"})), HERE, _named("requester_id_id")),
    "profile": (RequestFilter(profile_ids=frozenset({ROWS.profile_id})), HERE, _named("profile_id_id")),
    "requester of most": (
        RequestFilter(requester_ids=frozenset({ROWS.identity_id})),
        HERE,
        _named("project_id_id"),
    ),
    "own and project": (RequestFilter(), (SMALL, OWN), _named("requester_id_id")),
    "many projects": (
        RequestFilter(),
        (*HERE, *(Realm(project_id=f"p{n}") for n in range(2 * ARMS))),
        _named("project_id_id"),
    ),
    "queue of a project": (WAITING, HERE, QUEUE),
    "queue of two projects": (WAITING, (*HERE, SMALL), QUEUE),
    "own in the queue": (WAITING, (OWN,), QUEUE),
    "queue of everybody": (WAITING, None, QUEUE),
    "issued": (RequestFilter(states=frozenset({"ISSUED"})), HERE, _named("project_id_id")),
    "name": (RequestFilter(names=("h77.example.com",)), HERE, _named("project_id_id")),
}


@pytest.mark.parametrize("name", LISTS)
async def test_requests_are_found_by_the_best_index(full: Store, name: str) -> None:
    """Both the bound of the page and the page itself walk the chosen index, and never the table."""
    wanted, realms, index = LISTS[name]
    walk = await requests.walk_of(RequestQuery(wanted=wanted, realms=realms), full._fetch)
    for after in ((), (_id(COUNT // 2),)):
        await _prove(full, walk, after, index)


async def test_what_is_due_is_found_without_a_look_at_the_rest(full: Store) -> None:
    """The sweep walks an index of what waits, in the order of its end."""
    plan = await _plan(full, requests.due(AT, limit=100))
    assert "ix_certificate_request_expiring" in plan, plan


@pytest.mark.parametrize("name", LISTS)
async def test_found_requests_are_those_that_were_asked_for(full: Store, name: str) -> None:
    """All pages together are what a look at every row finds, newest first, each once."""
    wanted, realms, _ = LISTS[name]
    query, found = RequestQuery(wanted=wanted, realms=realms), list[str]()
    after: tuple[Any, ...] | None = ()
    while after is not None and len(found) < 1500:
        page = await full.requests(query, size=500, after=after)
        found += [record.id for record in page.rows]
        after = page.after
    expected = [_id(n) for n in range(COUNT, 0, -1) if _is_wanted(_row(n), wanted, realms)]
    assert found == expected[: len(found)]
    assert after is not None or len(found) == len(expected)


async def test_a_list_that_finds_nothing_looks_at_few_rows(full: Store) -> None:
    """Every page is short and goes on after as many rows as one may look at."""
    query = RequestQuery(wanted=RequestFilter(names=("nobody",)), realms=HERE)
    first = await full.requests(query, size=50)
    assert (first.rows, first.after) == ([], (_id(COUNT - SCAN - SCAN // 1000),))


async def _prove(store: Store, walk: Walk, after: tuple[Any, ...], index: tuple[str, str]) -> None:
    parts = tuple(walk.parts())
    bounds = [bound for part in parts if (bound := part.floor(after=after)) is not None]
    for query in [*(part.page(limit=51, after=after) for part in parts), *bounds]:
        plan = await _plan(store, query)
        assert index[0] in plan or index[1] in plan, plan
        assert "Seq Scan" not in plan, plan
        scanned = [line for line in plan.splitlines() if line.startswith("SCAN certificate_request")]
        assert all("USING" in line for line in scanned), plan


async def _plan(store: Store, query: Select[*tuple[Any, ...]]) -> str:
    async with store._reader.connect() as connection:
        return "\n".join(row[-1] for row in (await connection.execute(_Explain(query))).all())


def _is_wanted(row: dict[str, Any], wanted: RequestFilter, realms: tuple[Realm, ...] | None) -> bool:
    here = realms is None or any(
        realm.project_id == row["project_id"] and realm.requester_id in ("", row["requester_id"])
        for realm in realms
    )
    return (
        here
        and (not wanted.states or row["state"] in wanted.states)
        and (not wanted.requester_ids or row["requester_id"] in wanted.requester_ids)
        and (not wanted.profile_ids or row["profile_id"] in wanted.profile_ids)
        and (not wanted.names or row["names"] == wanted.names)
    )
