"""Spans of time and times as people and documents write them, read in one place.

A span is the contract's text: an integer and one of s, m, h, d, w, y, as
``90d``; a day is 24 hours, a year 365 days. A time is ISO 8601.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

_SPAN = re.compile(r"(0|[1-9][0-9]{0,11})([smhdwy])")
_UNITS = {"y": 365 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_SHOWN = ("y", "d", "h", "m")
_LONGEST = 315_576_000_000
"""Seconds: 10,000 years, the bound of protobuf's Duration."""


def read_span(text: str) -> Duration:
    """The span that a text says. Raises ValueError with a sentence."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no duration like 90d: a whole number and one of s, m, h, d, w, y")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST:
        raise ValueError(f"'{text}' is longer than 10,000 years")
    return Duration(seconds=seconds)


def write_span(span: Duration) -> str:
    """A span in the greatest unit that says it exactly: 90d, 1y, 36h."""
    if span.nanos or span.seconds < 0:
        return span.ToJsonString()
    for unit in _SHOWN:
        if span.seconds and span.seconds % _UNITS[unit] == 0:
            return f"{span.seconds // _UNITS[unit]}{unit}"
    return f"{span.seconds}s"


def read_instant(text: str) -> Timestamp:
    """A date, or a date and time; UTC unless it has an offset. Raises ValueError with a sentence."""
    try:
        moment = datetime.fromisoformat(text)
        return _stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        # With an offset, a time may be before the first or after the last one that there is.
        raise ValueError(f"'{text}' is no time like 2030-01-31 or 2030-01-31T15:00:00Z") from None


def read_instant_or_span(text: str, *, now: datetime) -> Timestamp:
    """A time, or a span from now, as ``30d``. Raises ValueError with a sentence."""
    if _SPAN.fullmatch(text) is None:
        return read_instant(text)
    try:
        return _stamp(now + timedelta(seconds=read_span(text).seconds))
    except OverflowError:
        raise ValueError(f"'{text}' from now is after the end of the calendar") from None


def _stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment.astimezone(UTC))
    return found
