from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.store import migrate
from server.store.engine import Database

FILL = (
    "INSERT INTO project VALUES ('p', 'p', 'p', '', 1, 1, 1)",
    "INSERT INTO identity VALUES ('o', 'owner', 'PERSON', true, NULL, 7, 1)",
    "INSERT INTO identity VALUES ('x', 'gone', 'PERSON', true, 5, 3, 1)",
    "INSERT INTO identity VALUES ('i', 'ci', 'SERVICE', false, NULL, 3, 1)",
    "INSERT INTO token VALUES ('t', 'o', 'bootstrap', 'hash', 7, NULL, NULL, NULL)",
    "INSERT INTO role_binding VALUES ('b', 'i', 'p', 'ADMIN', NULL, 7)",
)


def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Runs statements in one transaction; the rows of the last."""
    engine = Database.at(url).writer()
    try:
        with engine.begin() as connection:
            for statement in statements:
                result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


@pytest.fixture
def first_tables(empty_database_url: str) -> str:
    """A database of the first program, with an owner, one who was revoked, and a service."""
    migrate.upgrade(empty_database_url, revision="0001")
    run(empty_database_url, *FILL)
    return empty_database_url


BINDINGS = "SELECT identity_id, project_id, role, created_at, revoked_at FROM role_binding ORDER BY 1"


def test_owners_become_bindings(first_tables: str) -> None:
    """Those in force, and beside the bindings that there were."""
    migrate.upgrade(first_tables, revision="0002")
    assert run(first_tables, BINDINGS) == [("i", "p", "ADMIN", 7, None), ("o", None, "OWNER", 7, None)]


def test_identities_and_tokens_are_kept(first_tables: str) -> None:
    migrate.upgrade(first_tables, revision="0002")
    found = run(first_tables, "SELECT id, kind, description, revoked_at FROM identity ORDER BY 1")
    assert found == [("i", "SERVICE", "", None), ("o", "PERSON", "", None), ("x", "PERSON", "", 5)]
    assert run(first_tables, "SELECT id, name, prefix FROM token") == [("t", "bootstrap", "")]


def test_the_way_back_keeps_owners(first_tables: str) -> None:
    """What the first tables cannot say is lost: roles that were revoked."""
    migrate.upgrade(first_tables, revision="0002")
    run(first_tables, "UPDATE role_binding SET revoked_at = 9 WHERE id = 'b'")
    migrate.downgrade(first_tables, revision="0001")
    found = run(first_tables, "SELECT id, owner, disabled_at FROM identity ORDER BY 1")
    assert [(id_, bool(owner), at) for id_, owner, at in found] == [
        ("i", False, None),
        ("o", True, None),
        ("x", False, 5),
    ]
    assert run(first_tables, "SELECT id FROM role_binding") == []


def test_the_tables_are_the_programs(first_tables: str) -> None:
    """A database that grew differs in nothing from one made anew."""
    migrate.upgrade(first_tables)
    assert migrate.check(first_tables) == ()
