"""Durations as text, and the window of time that a certificate covers.

Everything is in whole seconds, UTC. A certificate is valid through its last
second (RFC 5280, 4.1.2.5: the range is inclusive), so the lifetime that was
asked for is ``not_after - not_before + 1 s``. Nothing here refuses a window for
being too long or over already: that is for policies and ``lint`` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from server.pki.faults import DurationOverflow, TimeFault

SECOND: Final = timedelta(seconds=1)

_DURATION: Final = re.compile(r"([1-9][0-9]{0,8})([smhdwy])", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 365 * 86_400}
_EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
"""The first instant that UTCTime can name, and the first that the library encodes."""


def parse_duration(text: str) -> timedelta:
    """Reads ``90d`` and the like: s, m (minutes), h, d, w and y (365 d); raises TimeFault.

    One that is well-formed but too long to be counted raises DurationOverflow, a TimeFault.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise TimeFault("a duration is a number from 1 to 999999999 and one of s, m, h, d, w, y")
    try:
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    except OverflowError:
        raise DurationOverflow("the duration is longer than time can be counted") from None


@dataclass(frozen=True, slots=True)
class Validity:
    """The first and the last second of a certificate's life."""

    not_before: datetime
    not_after: datetime

    @property
    def lifetime(self) -> timedelta:
        """How long it lasts, both ends included."""
        return self.not_after - self.not_before + SECOND


def window(
    *, now: datetime, lifetime: timedelta, backdate: timedelta, issuer_not_before: datetime
) -> Validity:
    """The window of a lifetime that begins shortly before now.

    The backdate lies inside the lifetime, is at most a tenth of it, and never
    reaches behind the issuer's own beginning.
    """
    back = min(_whole(backdate), _whole(lifetime // 10))
    return window_from(_begin(now, back, issuer_not_before), lifetime=lifetime)


def window_until(
    not_after: datetime, *, now: datetime, backdate: timedelta, issuer_not_before: datetime
) -> Validity:
    """The window that ends exactly then, backdated as ``window`` does for the lifetime that results.

    With r seconds left, a lifetime L = r + L/10 is 10r/9, so that its tenth is r/9.
    """
    end = _instant(not_after)
    left = max(end - _instant(now) + SECOND, timedelta())
    back = min(_whole(backdate), _whole(left // 9))
    return Validity(_begin(now, back, issuer_not_before), end)


def window_from(not_before: datetime, *, lifetime: timedelta) -> Validity:
    """The window that begins exactly then; there is no backdate."""
    begin = _instant(not_before)
    return Validity(begin, _shift(begin, _whole(lifetime) - SECOND))


def window_between(not_before: datetime, not_after: datetime) -> Validity:
    """The window whose both ends were asked for, cut to whole seconds."""
    return Validity(_instant(not_before), _instant(not_after))


def _begin(now: datetime, back: timedelta, issuer_not_before: datetime) -> datetime:
    return max(_shift(_instant(now), -back), _instant(issuer_not_before))


def _whole(duration: timedelta) -> timedelta:
    return duration // SECOND * SECOND


def _instant(time: datetime) -> datetime:
    """The time in UTC and whole seconds; raises TimeFault before 1950."""
    try:
        instant = time.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):
        raise TimeFault("the time lies outside the years 1950 to 9999") from None
    if instant < _EARLIEST:
        raise TimeFault("the time lies outside the years 1950 to 9999")
    return instant


def _shift(time: datetime, by: timedelta) -> datetime:
    try:
        return _instant(time + by)
    except OverflowError:
        raise TimeFault("the time lies outside the years 1950 to 9999") from None
