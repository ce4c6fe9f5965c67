"""Moments as people read them: exactly, and from now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

_UNITS: Final = (
    ("year", 365 * 86400),
    ("month", 30 * 86400),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
)


def when(moment: Timestamp | datetime | None) -> datetime | None:
    """The moment of a timestamp; None for one that is unset."""
    if isinstance(moment, Timestamp):
        return moment.ToDatetime(UTC) if moment.ByteSize() else None
    return moment


def iso(moment: datetime) -> str:
    """As ``2026-11-23T21:55:04Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(moment: datetime) -> str:
    """As ``23 Nov 2026, 21:55 UTC``."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def relative(moment: datetime, now: datetime) -> str:
    """As ``in 3 days`` and ``2 hours ago``: the greatest unit that fits at least once, rounded down."""
    seconds = (moment - now).total_seconds()
    for unit, length in _UNITS:
        count = int(abs(seconds) // length)
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"
