"""When a stream does something in silence, on a clock of the test's own."""

from __future__ import annotations

import pytest

from server.ra.watching.pace import Pace, Pacing

LEAST, MOST = min, max


def pace(asked: float | None = None, *, spread: object = LEAST, **pacing: float) -> Pace:
    return Pace(Pacing(**pacing), asked, now=100.0, spread=spread)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(None, 30), (0, 0), (0.001, 5), (3, 5), (5, 5), (42, 42), (300, 300), (86_400, 300)],
)
def test_what_a_client_asks_is_brought_into_bounds(asked: float | None, seconds: float) -> None:
    """Between 5 and 300 seconds; zero is never, and unset is half a minute."""
    assert Pacing().interval(asked) == seconds


@pytest.mark.parametrize(("spread", "due"), [(LEAST, 127), (MOST, 133)])
def test_a_heartbeat_is_due_after_the_interval_give_or_take_a_tenth(spread: object, due: float) -> None:
    """And at the latest when the one before it said."""
    one = pace(spread=spread)
    assert not one.beats(due - 0.001)
    assert one.beats(due)
    assert due - 100 <= one.next_within


def test_whatever_is_sent_puts_the_heartbeat_off() -> None:
    """It is for silence only."""
    one = pace()
    one.sent(120.0)
    assert not one.beats(146.9)
    assert one.beats(147.0)


@pytest.mark.parametrize(("spread", "end"), [(LEAST, 1540), (MOST, 2260)])
def test_the_age_is_half_an_hour_give_or_take_a_fifth(spread: object, end: float) -> None:
    """So that a thousand streams do not end at once."""
    one = pace(spread=spread)
    assert not one.is_over(end - 0.001)
    assert one.is_over(end)


def test_the_right_is_looked_at_without_heartbeats_too() -> None:
    """Every half minute."""
    one = pace(0)
    assert not one.checks(129.9)
    assert one.checks(130.0)
    assert not one.beats(1000.0)
    one.checked(130.0)
    assert not one.checks(159.9)


def test_the_right_is_looked_at_before_each_heartbeat() -> None:
    """However often they come."""
    assert pace(5).checks(104.5)


def test_it_waits_for_whatever_is_first() -> None:
    """The end, the next look at the right, or the next heartbeat; never less than no time."""
    assert pace(10, recheck=30).left(100.0) == 9
    assert pace(60, recheck=30).left(100.0) == 30
    assert pace(0, age=10).left(100.0) == 8
    assert pace(5).left(1_000.0) == 0
