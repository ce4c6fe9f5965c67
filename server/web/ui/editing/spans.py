"""Durations as people write them: ``90d``."""

from __future__ import annotations

import re
from typing import Final

from google.protobuf.duration_pb2 import Duration

_SECONDS: Final = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORDS: Final = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_SHORTHAND: Final = re.compile(r"(0|[1-9][0-9]{0,9}) ?([smhdwy])")
EXPECTED: Final = "write a whole number and one of s, m (minutes), h, d, w, y, as 90d"


def written_span(span: Duration) -> str:
    """The shorthand in the greatest unit up to days that loses nothing. Fractions of a second are lost."""
    amount, unit = _split(span)
    return f"{amount}{unit}"


def told_span(span: Duration) -> str:
    """In words, as ``90 days``."""
    amount, unit = _split(span)
    return f"{amount} {_WORDS[unit]}" + ("" if amount == 1 else "s")


def read_span(text: str) -> Duration:
    """The duration of a shorthand. Raises ValueError."""
    match = _SHORTHAND.fullmatch(text)
    if match is None:
        raise ValueError(EXPECTED)
    return Duration(seconds=int(match[1]) * _SECONDS[match[2]])


def _split(span: Duration) -> tuple[int, str]:
    unit = next((unit for unit in _WORDS if span.seconds and span.seconds % _SECONDS[unit] == 0), "s")
    return span.seconds // _SECONDS[unit], unit
