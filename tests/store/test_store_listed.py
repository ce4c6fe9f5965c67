"""What a CRL reads: a hundred thousand revoked certificates, page by page, by one index and without DER."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from server.store import Store
from server.store.engine import Database
from server.store.queries.crls import Listed, revoked
from tests.databases import Postgres
from tests.store.many import COUNT, START
from tests.store.rows import clock

BEGIN = datetime.fromtimestamp(START // 1_000_000, UTC)
END = BEGIN + timedelta(days=90)
"""When the first certificate ends, but for its own second."""

_REVOKED = "UPDATE certificate SET crl_id = 'list', revoked_at = created_at, revocation_reason = 'SUPERSEDED'"
_OTHERS = "UPDATE certificate SET crl_id = 'other' WHERE serial LIKE '%7'"
_GOOD = "UPDATE certificate SET revoked_at = NULL WHERE serial LIKE '%3'"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def listed_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a hundred thousand certificates, most of them revoked and on one CRL."""
    if request.param == "sqlite":
        path = shutil.copy(
            request.getfixturevalue("full_sqlite"), tmp_path_factory.mktemp("listed") / "full.db"
        )
        url = f"sqlite:///{path}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh(template=request.getfixturevalue("full_postgres"))
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        for statement in (_REVOKED, _OTHERS, _GOOD):
            connection.execute(text(statement))
    engine.dispose()
    return url


@pytest.fixture
async def listed(listed_url: str) -> AsyncIterator[Store]:
    """A store on it."""
    opened = await Store.open(listed_url, clock=clock)
    yield opened
    await opened.close()


async def _walked(store: Store, ends_from: datetime, *, limit: int) -> list[str]:
    """The serial numbers of all pages."""
    found: list[str] = []
    after: Listed | None = None
    while True:
        rows = await store.revoked_of("list", ends_from=ends_from, after=after, limit=limit)
        found += [row.serial for row in rows]
        if len(rows) < limit:
            return found
        after = rows[-1].not_after, rows[-1].id


async def test_each_revoked_certificate_is_read_once(listed: Store) -> None:
    """In pages of any size; none of another CRL, and none that is good."""
    wanted = [f"7f{n:08x}" for n in range(1, COUNT + 1) if f"{n:x}"[-1] not in "37"]
    assert await _walked(listed, BEGIN, limit=20_000) == wanted
    assert await _walked(listed, BEGIN, limit=7_001) == wanted


async def test_what_has_ended_is_left_out(listed: Store) -> None:
    """By the second: a certificate that ends just then is still read."""
    edge = END + timedelta(seconds=COUNT - 8)
    assert await _walked(listed, edge, limit=500) == [
        f"7f{n:08x}" for n in range(COUNT - 8, COUNT + 1) if f"{n:x}"[-1] not in "37"
    ]


@pytest.mark.parametrize("after", [None, (START, "id")], ids=["first", "next"])
async def test_a_page_walks_its_own_index(listed_url: str, after: Listed | None) -> None:
    """In its order: nothing is sorted, and no other row is looked at."""
    query = revoked("list", ends_from=BEGIN, after=after, limit=500)
    is_sqlite = listed_url.startswith("sqlite")
    dialect = sqlite.dialect() if is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    words = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    engine = Database.at(listed_url).writer()
    with engine.connect() as connection:
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{words} {compiled}"))
    engine.dispose()
    assert "ix_certificate_listed" in plan
    assert not any(word in plan for word in ("Sort", "TEMP B-TREE", "Seq Scan", "SCAN certificate"))


def test_it_reads_no_encodings() -> None:
    """They are most of a row."""
    read = str(revoked("list", ends_from=BEGIN, after=None, limit=1)).partition("FROM")[0]
    assert "certificate.serial" in read
    assert not [
        name for name in ("der", "names", "metadata", "renewal_error") if f"certificate.{name}" in read
    ]
