"""What a database that is in use keeps when its tables are brought up to date."""

from __future__ import annotations

import sqlalchemy as sa

from server.store import migrate
from server.store.engine import Database
from server.store.terms import backwards, forwards, label
from server.store.verify import verify

_CERTIFICATE = {
    "id": "'c1'",
    "project_id": "'p'",
    "ca_id": "'a'",
    "requester_id": "'i'",
    "serial": "'0a'",
    "fingerprint": "'f'",
    "der": "CAST('der' AS {blob})",
    "subject": "'CN=Host'",
    "common_name": "'Host'",
    "key_algorithm": "'X'",
    "not_before": "1",
    "not_after": "2",
    "lineage_id": "'c1'",
    "metadata": """'{"env":"prod"}'""",
    "auto_renewal_enabled": "false",
    "auto_renewal_reason": "''",
    "policy_revision": "1",
    "profile_revision": "1",
    "key_source": "'CSR'",
    "private_key_state": "''",
    "created_at": "1",
    "updated_at": "1",
    "revision": "1",
}
_AUDIT = ("id", "at", "action", "object_kind", "object_id", "trace_id", "details")


def _prepare(url: str) -> None:
    """A database of the first revision with a certificate and three audit rows, not in order."""
    migrate.upgrade(url, revision="0001")
    database = Database.at(url)
    blob = "BLOB" if database.is_sqlite else "BYTEA"
    values = ", ".join(
        value.format(blob=blob) if "{blob}" in value else value for value in _CERTIFICATE.values()
    )
    engine = database.writer()
    with engine.begin() as connection:
        project = "INSERT INTO project VALUES ('p', 'p', 'p', '', 1, 1, 1)"
        authority = (
            "INSERT INTO authority (id, project_id, name, type, state, key_algorithm, subject, chain,"
            " crl_shards, created_at, updated_at, revision)"
            " VALUES ('a', 'p', 'a', 'ROOT', 'ACTIVE', 'X', '', '', 1, 1, 1, 1)"
        )
        certificate = f"INSERT INTO certificate ({', '.join(_CERTIFICATE)}) VALUES ({values})"
        for statement in (project, authority, certificate):
            connection.exec_driver_sql(statement)
        for id_, at in (("e2", 20), ("e3", 20), ("e1", 10)):
            row = f"('{id_}', {at}, 'a', 'K', 'o', 't', '{{}}')"
            connection.exec_driver_sql(f"INSERT INTO audit ({', '.join(_AUDIT)}) VALUES {row}")
    engine.dispose()


def _fetch(url: str, query: str) -> list[tuple[object, ...]]:
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return rows


async def test_audit_rows_are_chained_in_the_order_of_time(empty_database_url: str) -> None:
    _prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    found = _fetch(empty_database_url, "SELECT sequence, id FROM audit ORDER BY sequence")
    assert found == [(1, "e1"), (2, "e2"), (3, "e3")]
    verdict = await verify(empty_database_url)
    assert (verdict.head.sequence, verdict.fault) == (3, "")


def test_certificates_are_found_by_all_their_names(empty_database_url: str) -> None:
    """Whoever migrates reads the certificates, and every name and label is indexed."""
    _prepare(empty_database_url)
    migrate.upgrade(empty_database_url, names_of=lambda der: ("host", f"{der.decode()}.example.com"))
    names = ("host", "der.example.com")
    wanted = {label("env", "prod"), *map(forwards, names), *map(backwards, names)}
    assert {
        str(term) for (term,) in _fetch(empty_database_url, "SELECT term FROM certificate_term")
    } == wanted
    assert _fetch(empty_database_url, "SELECT names FROM certificate") == [("\nhost\nder.example.com\n",)]


def test_certificates_are_found_by_the_common_name_at_least(empty_database_url: str) -> None:
    _prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    assert _fetch(empty_database_url, "SELECT names FROM certificate") == [("\nhost\n",)]


def test_way_back_keeps_the_rows(empty_database_url: str) -> None:
    _prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    migrate.downgrade(empty_database_url, revision="0001")
    assert _fetch(empty_database_url, "SELECT id FROM audit ORDER BY id") == [("e1",), ("e2",), ("e3",)]
    assert _fetch(empty_database_url, "SELECT id, serial FROM certificate") == [("c1", "0a")]
