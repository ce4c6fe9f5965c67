"""A revocation costs the same whatever is revoked already: so many statements, each by an index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, create_engine, event, insert

from server.config import Settings
from server.ids import new_id
from server.store.records import CertificateRecord
from server.store.schema import certificate
from tests.revoking.desk import Desk, new_csr
from tests.serving import running
from tests.watching.insides import counted_queries

MANY = 10_000
WATCHED = ("certificate", "crl", "blocked_key", "authority", "certificate_term", "attempt")

Statement = tuple[str, Any]


@pytest_asyncio.fixture
async def quiet(settings: Settings) -> AsyncIterator[Desk]:
    """A desk on each database whose server has nothing to do of its own."""
    async with running(settings.model_copy(update={"upkeep_interval": 86_400.0})) as live:
        yield Desk(live)


@contextmanager
def transactions(desk: Desk) -> Iterator[list[list[Statement]]]:
    """What the server writes from here on, transaction by transaction."""
    engine = desk.live.app.store.writer._journal._engine
    made: list[list[Statement]] = [[]]
    listeners: dict[str, Any] = {
        "commit": lambda _: made.append([]),
        "before_cursor_execute": lambda _c, _k, sql, values, *_: made[-1].append((sql, values)),
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield made
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


async def cost(desk: Desk, reason: str) -> tuple[int, list[Statement]]:
    """How many queries one revocation makes, and what it writes."""
    id_ = await desk.new(new_csr())
    with counted_queries() as queries, transactions(desk) as made:
        await desk.revoke(id_, reason)
    (mine,) = [one for one in made if any(_revokes(statement, id_) for statement in one)]
    return len(queries), mine


def _revokes(statement: Statement, id_: str) -> bool:
    sql, values = statement
    return sql.startswith("UPDATE certificate SET") and id_ in str(values)


def outside(desk: Desk) -> Engine:
    """A connection of one's own to the server's database."""
    return create_engine(desk.live.settings.database.replace("postgresql://", "postgresql+psycopg://"))


def fill(engine: Engine, sample: CertificateRecord) -> None:
    """As many certificates more as are many, all revoked, and all on one CRL."""
    rows = [
        {**asdict(sample), "id": new_id(), "serial": f"{number:040x}", "lineage_id": new_id()}
        for number in range(1, MANY + 1)
    ]
    with engine.begin() as connection:
        connection.execute(insert(certificate), rows)


def plan(engine: Engine, sql: str, values: Any) -> str:
    """How the database would go about a statement, if it has any index that it could take."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {sql}", values).all()
        return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("reason", ["SUPERSEDED", "KEY_COMPROMISE"])
async def test_ten_thousand_revoked_ones_cost_nothing(quiet: Desk, reason: str) -> None:
    """As many queries and statements as without them, and no statement looks a table through."""
    await cost(quiet, reason)  # the first one loads what is then kept in memory
    first = await cost(quiet, reason)
    engine = outside(quiet)
    try:
        fill(engine, await quiet.row(str((await quiet.revoke(await quiet.new())).id)))
        queries, statements = await cost(quiet, reason)
        assert (queries, len(statements)) == (first[0], len(first[1]))
        plans = {sql: plan(engine, sql, values) for sql, values in statements if _reads(sql)}
        assert len(plans) >= 2
        assert [sql for sql, how in plans.items() if _looks_through(how)] == []
    finally:
        engine.dispose()


def _reads(sql: str) -> bool:
    """Whether a statement has to find rows of a table that grows."""
    words = sql.replace("\n", " ").split()
    if words[0] == "UPDATE":
        return words[1] in WATCHED
    return words[0] == "SELECT" and "FROM" in words and words[words.index("FROM") + 1] in WATCHED


def _looks_through(how: str) -> bool:
    return "SCAN" in how.split() or "Seq Scan" in how


async def test_one_revocation_is_few_rows(quiet: Desk) -> None:
    """The certificate's own, its CRL's time, the change and the audit row, whatever else there is."""
    _, statements = await cost(quiet, "SUPERSEDED")
    tables = [sql.split()[1 if sql.startswith("UPDATE") else 2] for sql, _ in statements if _writes(sql)]
    assert sorted(table for table in tables if table in (*WATCHED, "change", "audit")) == [
        "audit",
        "certificate",
        "change",
        "crl",
    ]


def _writes(sql: str) -> bool:
    return sql.startswith(("UPDATE", "INSERT"))
