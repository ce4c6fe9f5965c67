"""Spans of time as the contract's text: an integer and one of s, m, h, d, w, y, as ``90d``."""

from __future__ import annotations

import re
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

_SPAN = re.compile(r"(0|[1-9][0-9]{0,11})([smhdwy])")
_UNITS = {"y": 365 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_SHOWN = ("y", "d", "h", "m")


def read_span(text: str) -> Duration:
    """The span that a text says; a year is 365 days. Raises ValueError with a sentence."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no span of time like 90d: a whole number and one of s, m, h, d, w, y")
    return Duration(seconds=int(match[1]) * _UNITS[match[2]])


def read_timedelta(text: str) -> timedelta:
    """The same for Python's own arithmetic. Raises ValueError with a sentence."""
    try:
        return timedelta(seconds=read_span(text).seconds)
    except OverflowError:
        raise ValueError(f"'{text}' is longer than time itself") from None


def write_span(span: Duration) -> str:
    """A span in the greatest unit that says it exactly: 90d, 1y, 36h."""
    if span.nanos or span.seconds < 0:
        return span.ToJsonString()
    for unit in _SHOWN:
        if span.seconds and span.seconds % _UNITS[unit] == 0:
            return f"{span.seconds // _UNITS[unit]}{unit}"
    return f"{span.seconds}s"
