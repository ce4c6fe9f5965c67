"""A hundred thousand certificates and audit rows, made by the database itself in seconds."""

from __future__ import annotations

import sqlalchemy as sa

from server.store import Unit
from server.store.engine import Database
from server.store.terms import terms_of
from tests.store.rows import Rows

COUNT = 100_000
DAY = 86_400_000_000
START = 1_700_000_000_000_000
"""When the first certificate was made, in microseconds; one was made each second."""

_SERIES = {
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT {0}) SELECT n FROM s)",
    "postgresql": "(SELECT generate_series(1, {0}::bigint) AS n) s",
}
_HEX = {"sqlite": "printf('%08x', {0})", "postgresql": "lpad(to_hex({0}), 8, '0')"}


def id_of(n: int) -> str:
    """The id of the ``n``-th certificate, from 1; ids grow with time."""
    return f"{n:08x}-0000-7000-8000-000000000000"


def name_of(n: int) -> str:
    return f"h{n:08x}.g{n % 100}.example.com"


def project_of(n: int, rows: Rows) -> str:
    """One in a thousand is of another project."""
    return "small" if n % 1000 == 0 else rows.project_id


def fill(url: str, rows: Rows) -> None:
    """Fills an empty database. One certificate in 500 is the rare requester's, one in 2000 is revoked.

    They live 90 days each; every tenth has the label env=test, every 900th team=rare.
    """
    database = Database.at(url)
    engine = database.writer()
    with engine.begin() as connection:
        kind = connection.dialect.name
        connection.execute(sa.text(_certificates(kind, rows)))
        connection.execute(sa.text(_audit(kind, rows)))
        _terms(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _certificates(kind: str, rows: Rows) -> str:
    hex_ = _HEX[kind].format("n")
    values = {
        "id": f"{hex_} || '-0000-7000-8000-000000000000'",
        "project_id": f"CASE WHEN n % 1000 = 0 THEN 'small' ELSE '{rows.project_id}' END",
        "profile_id": f"CASE WHEN n % 700 = 0 THEN 'rare' ELSE '{rows.profile_id}' END",
        "ca_id": f"'{rows.ca_id}'",
        "requester_id": f"CASE WHEN n % 500 = 0 THEN 'rare' ELSE '{rows.identity_id}' END",
        "serial": f"'7f' || {hex_}",
        "fingerprint": f"'fe' || {hex_}",
        "der": "'der'" if kind == "sqlite" else "decode('00', 'hex')",
        "subject": "'CN=x'",
        "names": f"'\n' || 'h' || {hex_} || '.g' || (n % 100) || '.example.com' || '\n'",
        "key_algorithm": "'EC_PRIME256V1'",
        "not_before": f"{START} + n * 1000000",
        "not_after": f"{START} + 90 * {DAY} + n * 1000000",
        "lineage_id": f"{hex_} || '-0000-7000-8000-000000000000'",
        "metadata": """CASE WHEN n % 900 = 0 THEN '{"env":"test","team":"rare"}'"""
        """ WHEN n % 10 = 0 THEN '{"env":"test"}' ELSE '{}' END""",
        "auto_renewal_enabled": "n % 3 = 0",
        "auto_renewal_reason": "''",
        "renewal_terms": "'{}'",
        "renewal_attempts": "0",
        "renewal_due_at": f"CASE WHEN n % 3 = 0 THEN {START} + 60 * {DAY} + n * 1000000 END",
        "ca_generation": "1",
        "revoked_at": f"CASE WHEN n % 2000 = 0 THEN {START} + n END",
        "policy_revision": "1",
        "profile_revision": "1",
        "key_source": "'CSR'",
        "private_key_state": "''",
        "created_at": f"{START} + n * 1000000",
        "updated_at": f"{START} + n * 1000000",
        "revision": "n",
    }
    return _insert("certificate", values, kind)


def _audit(kind: str, rows: Rows) -> str:
    blob = "x'00'" if kind == "sqlite" else "decode('00', 'hex')"
    values = {
        "sequence": "n + 1000",
        "id": _HEX[kind].format("n"),
        "at": f"{START} + n / 2 * 1000000",
        "identity_id": f"CASE WHEN n % 500 = 0 THEN 'rare' ELSE '{rows.identity_id}' END",
        "project_id": f"CASE WHEN n % 1000 = 0 THEN 'small' ELSE '{rows.project_id}' END",
        "action": "CASE WHEN n % 100 = 0 THEN 'rare' ELSE 'usual' END",
        "object_kind": "'CERTIFICATE'",
        "object_id": _HEX[kind].format("n / 3"),
        "trace_id": "''",
        "source": "''",
        "details": "'{}'",
        "hash": blob,
    }
    return _insert("audit", values, kind)


def _insert(table: str, values: dict[str, str], kind: str) -> str:
    series = _SERIES[kind].format(COUNT)
    return f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {series}"


def _terms(connection: sa.Connection) -> None:
    rows = [(term, id_of(n)) for n in range(1, COUNT + 1) for term in terms_of((name_of(n),), _labels(n))]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO certificate_term VALUES (?, ?)", sorted(rows))
        return
    cursor = connection.connection.cursor()
    with cursor.copy("COPY certificate_term FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _labels(n: int) -> dict[str, str]:
    return {
        key: value for every, key, value in ((10, "env", "test"), (900, "team", "rare")) if n % every == 0
    }


def foundation(rows: Rows) -> Unit:
    return rows.foundation()
