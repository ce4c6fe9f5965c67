"""What becomes of CAs that are there when revocation comes: CRLs, and rows of those that CAs signed."""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa

from server.store import migrate
from server.store.engine import Database
from server.store.terms import backwards, forwards

DER = b"of the intermediate"
_AUTHORITIES = """
INSERT INTO authority (id, project_id, parent_id, name, type, state, key_algorithm, subject, serial,
    certificate, chain, sealed_key, not_before, not_after, csr, crl_shards, crl_validity, created_at,
    updated_at, revision)
VALUES ('root', 'p', NULL, 'root', 'ROOT', 'ACTIVE', 'X', 'CN=Root', '01', :der, '', :der, 1, 9, NULL, 16,
        604800, 1, 1, 1),
    ('below', 'q', 'root', 'below', 'INTERMEDIATE', 'ACTIVE', 'X', 'CN=Below', '02', :der, '', :der, 2, 8,
        NULL, 1, 604800, 1700000000000000, 4, 2),
    ('asking', 'p', NULL, 'asking', 'INTERMEDIATE', 'AWAITING_CERTIFICATE', 'X', 'CN=Asking', NULL, NULL, '',
        :der, NULL, NULL, :der, 1, 604800, 1, 1, 3)
"""
_AUDIT = """
INSERT INTO audit (sequence, id, at, identity_id, action, object_kind, object_id, trace_id, source, details,
    hash)
VALUES (1, 'e1', 1, 'somebody', 'certificateAuthorities.create', 'AUTHORITY', 'below', '', '', '{}', :der),
    (2, 'e2', 2, 'else', 'certificateAuthorities.update', 'AUTHORITY', 'below', '', '', '{}', :der)
"""


def prepare(url: str) -> None:
    """A database of the fourth revision with a root, a CA that it signed, and one that awaits its own."""
    migrate.upgrade(url, revision="0004")
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        for id_ in ("p", "q"):
            project = f"INSERT INTO project VALUES ('{id_}', '{id_}', '{id_}', '', 1, 1, 1)"
            connection.exec_driver_sql(project)
        for statement in (_AUTHORITIES, _AUDIT):
            connection.execute(sa.text(statement), {"der": DER})
    engine.dispose()


def fetch(url: str, query: str) -> list[tuple[object, ...]]:
    engine = Database.at(url).writer()
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return rows


def test_a_ca_that_one_of_ours_signed_becomes_a_certificate(empty_database_url: str) -> None:
    """In the project of its parent, on the parent's CRL, asked for by who created it."""
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    found = fetch(
        empty_database_url,
        "SELECT c.certified_ca_id, c.ca_id, c.project_id, c.requester_id, c.serial, c.fingerprint, c.subject,"
        " c.not_before, c.not_after, c.ca_generation, c.private_key_state, c.auto_renewal_reason, l.ca_id"
        " FROM certificate AS c JOIN crl AS l ON l.id = c.crl_id",
    )
    fingerprint = sha256(DER).hexdigest()
    assert found == [
        ("below", "root", "p", "somebody", "02", fingerprint, "CN=Below", 2, 8, 1, "", "PROFILE_OFF", "root")
    ]


def test_it_stands_where_it_belongs_in_time(empty_database_url: str) -> None:
    """Its id, a UUIDv7, begins with the milliseconds of when the CA was made."""
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    ((id_, lineage),) = fetch(empty_database_url, "SELECT id, lineage_id FROM certificate")
    assert id_ == lineage
    assert str(id_).replace("-", "")[:13] == f"{1700000000000:012x}7"


def test_it_is_found_by_its_names(empty_database_url: str) -> None:
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url, names_of=lambda _: ("below",))
    terms = {str(term) for (term,) in fetch(empty_database_url, "SELECT term FROM certificate_term")}
    assert terms == {forwards("below"), backwards("below")}
    assert fetch(empty_database_url, "SELECT names FROM certificate") == [("\nbelow\n",)]


def test_each_ca_that_can_sign_has_one_crl(empty_database_url: str) -> None:
    """Due at once, whatever shards it was to have: no certificate names one yet."""
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url)
    found = fetch(
        empty_database_url, "SELECT ca_id, key_generation, shard, shards, due_at FROM crl ORDER BY ca_id"
    )
    assert found == [("below", 1, 0, 1, 4), ("root", 1, 0, 1, 1)]
    generations = fetch(
        empty_database_url, "SELECT DISTINCT generation, key_generation, crl_shards FROM authority"
    )
    assert generations == [(1, 1, 1)]


def test_way_back_keeps_the_cas_and_takes_their_rows_away(empty_database_url: str) -> None:
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url, names_of=lambda _: ("below",))
    migrate.downgrade(empty_database_url, revision="0004")
    assert fetch(empty_database_url, "SELECT id FROM authority ORDER BY id") == [
        ("asking",), ("below",), ("root",)
    ]  # fmt: skip
    for table in ("certificate", "certificate_term"):
        assert fetch(empty_database_url, f"SELECT count(*) FROM {table}") == [(0,)]
