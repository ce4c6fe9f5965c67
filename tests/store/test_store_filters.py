from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from server.store import (
    Above,
    Change,
    Expect,
    GuardFailed,
    Insert,
    Like,
    ObjectKind,
    ProjectRecord,
    Store,
    Unit,
)
from tests.store.rows import Rows


async def projects(store: Store, rows: Rows, *slugs: str) -> None:
    made = (replace(rows.project(), slug=slug) for slug in slugs)
    await store.commit(Unit(tuple(Insert(row) for row in made)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a_b", {"a_b"}),
        ("a*", {"a_b", "axb", "a%", "aa"}),
        ("A*", {"A_b"}),
        ("*b", {"a_b", "axb", "A_b"}),
        ("*_*", {"a_b", "A_b"}),
        ("*%*", {"a%"}),
        ("a%*", {"a%"}),
        ("a?", set()),
        ("*aa", {"aa"}),
        ("aa*", {"aa"}),
        ("*aaa", set()),
        ("aaa*", set()),
        ("*é*", {"\u00e9"}),
        ("a*b", set()),
    ],
)
async def test_text_with_an_open_end(store: Store, rows: Rows, text: str, found: set[str]) -> None:
    """Both databases agree: case counts, and an asterisk at an end is the only sign with a meaning."""
    slugs = ("a_b", "axb", "a%", "A_b", "aa", "\u00e9")
    await projects(store, rows, *slugs)
    met = await store.list(ProjectRecord, slug=Like(text))
    # The store's first project has a random slug, which may match as well.
    assert {row.slug for row in met} & set(slugs) == found


@pytest.mark.parametrize("text", ["*", "**"])
async def test_an_open_text_is_any_text(store: Store, rows: Rows, text: str) -> None:
    assert await store.get(ProjectRecord, slug=Like(text)) is not None


async def test_a_number_above_another(store: Store, rows: Rows) -> None:
    """The number itself is not above itself."""
    row = await store.get(ProjectRecord, id=rows.project_id)
    assert row is not None
    assert await store.get(ProjectRecord, revision=Above(row.revision - 1)) == row
    assert await store.get(ProjectRecord, revision=Above(row.revision)) is None


@pytest.mark.parametrize("count", [0, 2])
async def test_an_expectation_that_is_not_met_fails_its_unit(store: Store, rows: Rows, count: int) -> None:
    """Nothing of the unit is stored, and the units beside it are."""
    wrong = replace(rows.project(), slug="wrong")
    expect = Expect(ProjectRecord, {"id": rows.project_id}, count)
    outcomes = await asyncio.gather(
        store.commit(Unit((Insert(wrong), expect), (Change(ObjectKind.PROJECT, wrong.id),))),
        projects(store, rows, "right"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], GuardFailed)
    assert await store.get(ProjectRecord, slug="wrong") is None
    assert await store.get(ProjectRecord, slug="right") is not None


async def test_an_expectation_that_is_met_changes_nothing(store: Store, rows: Rows) -> None:
    """The row is as it was, its revision too; an insert before it in the unit counts."""
    before = await store.get(ProjectRecord, id=rows.project_id)
    new = rows.project()
    await store.commit(
        Unit(
            (
                Expect(ProjectRecord, {"id": rows.project_id}, 1),
                Insert(new),
                Expect(ProjectRecord, {"id": new.id}, 1),
            )
        )
    )
    assert await store.get(ProjectRecord, id=rows.project_id) == before


def test_an_expectation_of_no_such_column_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        Expect(ProjectRecord, {"nonsense": 1}, 0)
