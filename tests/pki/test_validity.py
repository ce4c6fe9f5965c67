"""Durations and windows, at their boundaries."""

# ruff: noqa: E501 - tables read in rows

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.faults import TimeFault
from server.pki.validity import (
    SECOND,
    Validity,
    parse_duration,
    window,
    window_between,
    window_from,
    window_until,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1s", SECOND),
        ("60m", timedelta(hours=1)),
        ("24h", DAY),
        ("90d", timedelta(days=90)),
        ("2w", timedelta(days=14)),
        ("1y", timedelta(days=365)),
        ("999999999s", timedelta(seconds=999_999_999)),
        ("999999999d", timedelta(days=999_999_999)),
    ],
)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    """Each unit has its length; m is minutes and y is 365 days."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "0d", "01d", "d", "1", "1 d", " 1d", "1d\n", "-1d", "+1d", "1.5d", "1D", "1M", "1mo", "1d1h", "1000000000s",
     "１d", "999999999y"],  # noqa: RUF001 - a full-width digit is the point
)  # fmt: skip
def test_a_malformed_duration_is_refused(text: str) -> None:
    """There is one grammar; what overflows is a fault too and not an accident."""
    with pytest.raises(TimeFault):
        parse_duration(text)


@pytest.mark.parametrize(
    ("lifetime", "backdate", "back"),
    [
        (90 * DAY, MINUTE, MINUTE),
        (10 * MINUTE, MINUTE, MINUTE),
        (10 * MINUTE - SECOND, MINUTE, MINUTE - SECOND),
        (9 * SECOND, MINUTE, timedelta()),
        (10 * SECOND, MINUTE, SECOND),
        (90 * DAY, timedelta(), timedelta()),
    ],
)
def test_the_backdate_is_inside_the_lifetime(
    lifetime: timedelta, backdate: timedelta, back: timedelta
) -> None:
    """The backdate is the policy's, but at most a tenth; the lifetime is what was asked, to the second."""
    found = window(now=NOW, lifetime=lifetime, backdate=backdate, issuer_not_before=LONG_AGO)
    assert found == Validity(NOW - back, NOW - back + lifetime - SECOND)
    assert found.lifetime == lifetime


def test_a_window_does_not_begin_before_the_issuer() -> None:
    """A CA that is ten seconds old backdates by ten seconds; the lifetime stays whole."""
    found = window(now=NOW, lifetime=DAY, backdate=MINUTE, issuer_not_before=NOW - 10 * SECOND)
    assert (found.not_before, found.lifetime) == (NOW - 10 * SECOND, DAY)


def test_microseconds_are_cut() -> None:
    """A window is in whole seconds even if the clock is not."""
    now = NOW.replace(microsecond=999_999)
    assert (
        window(now=now, lifetime=DAY, backdate=MINUTE, issuer_not_before=LONG_AGO).not_before == NOW - MINUTE
    )


def test_an_end_in_another_zone_is_told_in_utc() -> None:
    """An asked-for end keeps its instant."""
    east = timezone(timedelta(hours=2))
    end = (NOW + DAY).astimezone(east)
    found = window_until(end, now=NOW, backdate=MINUTE, issuer_not_before=LONG_AGO)
    assert found == Validity(NOW - MINUTE, NOW + DAY)
    assert found.not_after.tzinfo is UTC


def test_both_ends_can_be_asked_for() -> None:
    """An explicit beginning has no backdate."""
    assert window_from(NOW, lifetime=DAY) == window_between(NOW, NOW + DAY - SECOND)


def test_an_end_in_the_past_is_left_to_the_judges() -> None:
    """Nothing is refused here for being over: the window says what was asked."""
    found = window_until(NOW - DAY, now=NOW, backdate=MINUTE, issuer_not_before=LONG_AGO)
    assert found == Validity(NOW, NOW - DAY)


@given(left=st.integers(1, 10**8), backdate=st.integers(0, 10**6), micro=st.integers(0, 999_999))
def test_an_exact_end_is_backdated_as_its_lifetime_asks(left: int, backdate: int, micro: int) -> None:
    """The window to an exact end is the window that its own lifetime would get."""
    now, back = NOW.replace(microsecond=micro), timedelta(seconds=backdate)
    found = window_until(NOW + left * SECOND, now=now, backdate=back, issuer_not_before=LONG_AGO)
    assert found == window(now=now, lifetime=found.lifetime, backdate=back, issuer_not_before=LONG_AGO)


@pytest.mark.parametrize("lifetime", [timedelta(days=365 * 8000), timedelta.max])
def test_a_window_beyond_the_year_9999_is_a_fault(lifetime: timedelta) -> None:
    """No OverflowError leaves, neither for a late end nor for an early beginning."""
    with pytest.raises(TimeFault):
        window(now=NOW, lifetime=lifetime, backdate=MINUTE, issuer_not_before=LONG_AGO)


@pytest.mark.parametrize("year", [1, 1949])
def test_a_beginning_before_1950_is_a_fault(year: int) -> None:
    """The library encodes no time before UTCTime's first."""
    with pytest.raises(TimeFault):
        window_from(datetime(year, 12, 31, tzinfo=timezone(timedelta(hours=14))), lifetime=DAY)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(),
    st.timedeltas(timedelta()),
    st.datetimes(timezones=st.just(UTC)),
)
def test_no_time_makes_any_other_error(
    now: datetime, lifetime: timedelta, backdate: timedelta, issuer: datetime
) -> None:
    """Whatever is asked for, the answer is a window or a TimeFault."""
    asks: list[Callable[[], Validity]] = [
        lambda: window(now=now, lifetime=lifetime, backdate=backdate, issuer_not_before=issuer),
        lambda: window_until(issuer, now=now, backdate=backdate, issuer_not_before=issuer),
        lambda: window_from(now, lifetime=lifetime),
    ]
    for ask in asks:
        try:
            assert isinstance(ask(), Validity)
        except TimeFault:
            continue
