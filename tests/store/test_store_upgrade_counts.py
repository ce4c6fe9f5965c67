"""What a database in use becomes when its certificates can be counted, and back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from server.store import migrate
from server.store.engine import Database
from tests.store.test_store_upgrade_authorities import fetch, prepare

_INDEXES = {"ix_certificate_good", "ix_certificate_failing"}
_COUNTED = "SELECT count(*) FROM certificate WHERE revoked_at IS NULL AND not_after >= 0"


def _indexes(url: str) -> set[str]:
    engine = Database.at(url).writer()
    found = {str(each["name"]) for each in sa.inspect(engine).get_indexes("certificate")}
    engine.dispose()
    return found


@pytest.fixture
def before(empty_database_url: str) -> str:
    """A database of the release before, with the certificate of a CA in it."""
    prepare(empty_database_url)
    migrate.upgrade(empty_database_url, revision="0005")
    return empty_database_url


def test_certificates_that_are_there_are_indexed(before: str) -> None:
    assert not _INDEXES & _indexes(before)
    migrate.upgrade(before)
    assert _indexes(before) >= _INDEXES
    assert fetch(before, _COUNTED) == [(1,)]
    assert migrate.check(before) == ()


def test_way_back_keeps_them(before: str) -> None:
    migrate.upgrade(before)
    migrate.downgrade(before, revision="0005")
    assert not _INDEXES & _indexes(before)
    assert fetch(before, _COUNTED) == [(1,)]
