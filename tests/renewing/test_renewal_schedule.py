"""When the server looks at a certificate that it renews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ra.renewing.schedule import first_look, lease_until, next_look, patient_look, waiting_look

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIFETIMES = [timedelta(minutes=5), timedelta(days=90), timedelta(days=3650)]
IDS = [f"id-{n}" for n in range(1000)]


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_the_first_look_is_spread_a_little_over_the_time_that_is_left(lifetime: timedelta) -> None:
    """Never before the plan, never near the end, and not all at once."""
    end = NOW + lifetime
    looks = [first_look(NOW, not_after=end, id_=id_) for id_ in IDS]
    assert all(NOW <= look <= NOW + lifetime * 0.03 for look in looks)
    assert max(looks) - min(looks) > lifetime * 0.02
    assert len(set(looks)) > len(looks) * 0.9


def test_the_first_look_is_the_same_wherever_it_is_reckoned() -> None:
    end = NOW + LIFETIMES[1]
    assert first_look(NOW, not_after=end, id_="a") == first_look(NOW, not_after=end, id_="a")


def test_a_plan_at_the_end_is_not_moved_beyond_it() -> None:
    assert first_look(NOW, not_after=NOW, id_="a") == NOW
    assert first_look(NOW, not_after=NOW - SECOND, id_="a") == NOW


@given(
    left=st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=36500)),
    failures=st.integers(min_value=1, max_value=10_000),
)
def test_the_next_attempt_is_within_a_tenth_of_what_is_left(left: timedelta, failures: int) -> None:
    """But for the last second, which is the shortest pause, and never long after the end."""
    due = next_look(NOW, not_after=NOW + left, id_="a", failures=failures)
    assert NOW < due <= NOW + max(left / 10, SECOND)
    assert due <= NOW + left + SECOND


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_pauses_grow_from_seconds(lifetime: timedelta) -> None:
    """The first at most ten seconds, or a hundredth of what is left; each longer than the one before."""
    end = NOW + lifetime
    pauses = [next_look(NOW, not_after=end, id_="a", failures=n) - NOW for n in range(1, 5)]
    assert pauses[0] <= max(min(timedelta(seconds=10), lifetime / 100), SECOND)
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_who_fails_to_the_end_has_tried_often_and_not_too_often(lifetime: timedelta) -> None:
    """Dozens of attempts, whether minutes or years are left; the last one in the last seconds."""
    now, end, attempts = NOW, NOW + lifetime, 0
    while now <= end:
        attempts += 1
        last, now = now, next_look(now, not_after=end, id_="a", failures=attempts)
    assert 20 < attempts < 250
    assert end - last <= 2 * SECOND


@pytest.mark.parametrize(("left", "lease"), [(86_400, 60), (240, 60), (100, 25), (2, 1), (-5, 1)])
def test_a_lease_is_a_minute_and_a_quarter_of_what_is_left_at_most(left: int, lease: int) -> None:
    """Who dies with it near the end leaves time for another one."""
    assert lease_until(NOW, not_after=NOW + left * SECOND) == NOW + lease * SECOND


def test_people_are_asked_again_only_after_a_tenth_of_what_is_left() -> None:
    """Ten seconds after a no they would be asked in vain."""
    assert patient_look(NOW, not_after=NOW + timedelta(days=30)) == NOW + timedelta(days=3)


def test_what_waits_is_looked_at_when_its_request_expires_or_the_certificate_ends() -> None:
    """Whichever is first; and soon, if the request should have expired already."""
    day = timedelta(days=1)
    looks = [
        waiting_look(NOW, not_after=NOW + 7 * day, expires_at=at)
        for at in (NOW + day, NOW + 9 * day, None, NOW - day)
    ]
    assert looks == [NOW + day + SECOND, NOW + 7 * day + SECOND, NOW + 7 * day + SECOND, NOW + SECOND]
