"""How counts become a picture."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.web.ui.plot import plot, scale

_TODAY = date(2026, 11, 23)


def _days(*counts: int) -> list[tuple[date, int]]:
    """Counts of the last days, today's at last."""
    return [(_TODAY - timedelta(len(counts) - 1 - n), count) for n, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("most", "step", "top"),
    [(0, 1, 1), (5, 1, 5), (6, 2, 6), (7, 2, 8), (11, 5, 15), (99, 20, 100), (9_999, 2000, 10_000)],
)
def test_lines_stand_at_round_numbers(most: int, step: int, top: int) -> None:
    assert scale(most) == (step, top)


@given(some.integers(min_value=1, max_value=10**9))
def test_the_uppermost_line_is_just_above_the_most(most: int) -> None:
    """No bar is cut off, little stays empty, and there are at most five lines."""
    step, top = scale(most)
    assert top - step < most <= top
    assert top <= 5 * step


def test_a_bar_is_as_high_as_its_count() -> None:
    """In proportion, on the ground, and from left to right."""
    low, high = plot(_days(2, 0, 4)).bars
    assert high.height == pytest.approx(2 * low.height)
    assert {round(bar.y + bar.height, 2) for bar in (low, high)} == {plot(_days(1)).floor}
    assert low.x + low.width < high.x
    assert [(bar.day.day, bar.count) for bar in (low, high)] == [(21, 2), (23, 4)]


def test_the_highest_bar_reaches_its_line() -> None:
    drawn = plot(_days(1, 5))
    assert drawn.bars[-1].y == pytest.approx(drawn.lines[-1].y)


def test_few_beside_many_are_still_seen() -> None:
    few, many = plot(_days(1, 10_000)).bars
    assert few.height >= 2
    assert many.height > 100


def test_nothing_is_drawn_of_nothing() -> None:
    """But the ground and the days stand."""
    drawn = plot(_days(*[0] * 30))
    assert drawn.bars == ()
    assert [line.value for line in drawn.lines] == [0, 1]


@pytest.mark.parametrize(
    ("days", "named"),
    [(1, [23]), (3, [21, 22, 23]), (30, [26, 2, 9, 16, 23])],
)
def test_today_is_named_and_weeks_before(days: int, named: list[int]) -> None:
    assert [word.day.day for word in plot(_days(*[1] * days)).words] == named


@given(some.lists(some.integers(min_value=0, max_value=10_000), min_size=1, max_size=90))
def test_everything_stands_in_the_picture(counts: list[int]) -> None:
    drawn = plot(_days(*counts))
    assert all(drawn.left <= bar.x and bar.x + bar.width <= drawn.right for bar in drawn.bars)
    assert all(0 < bar.y < drawn.floor for bar in drawn.bars)
    assert len(drawn.words) <= 8
