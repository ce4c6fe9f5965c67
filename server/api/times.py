"""Durations and times that the contract's messages can say but nobody can mean."""

from __future__ import annotations

from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

TIMES: Final = frozenset({Duration.DESCRIPTOR.full_name, Timestamp.DESCRIPTOR.full_name})

# For these the server itself waits; every other duration ends in a certificate or a calendar.
_EXACT: Final = frozenset({"wait", "heartbeat_interval"})
# RFC 5280, sections 4.1.2.5 and 5.3.2: no fractions of a second.
_WHOLE: Final = frozenset({"not_before", "not_after", "invalidity_date"})
_NANOS: Final = 1_000_000_000
_YEAR_1, _YEAR_9999 = -62_135_596_800, 253_402_300_799


def time_fault(name: str, time: Duration | Timestamp) -> tuple[str, str] | None:
    """The rule that the value of the field of this name breaks, and a sentence on it.

    What would have to be cut is refused: nobody gets another time than they asked for.
    """
    return _of_duration(name, time) if isinstance(time, Duration) else _of_instant(name, time)


def _of_duration(name: str, span: Duration) -> tuple[str, str] | None:
    # As duration.proto has it: less than a second, and of the sign of the seconds.
    if abs(span.nanos) >= _NANOS or span.seconds * span.nanos < 0:
        return "TIME_OUT_OF_RANGE", "nanos must be less than a second, and of the sign of seconds"
    if span.nanos and name not in _EXACT:
        return "DURATION_FRACTION", "a duration is whole seconds"
    return None


def _of_instant(name: str, instant: Timestamp) -> tuple[str, str] | None:
    if not _YEAR_1 <= instant.seconds <= _YEAR_9999:
        return "TIME_OUT_OF_RANGE", "the time lies outside the years 1 to 9999"
    if not 0 <= instant.nanos < _NANOS:
        return "TIME_OUT_OF_RANGE", "nanos must be from 0 to 999,999,999"
    if instant.nanos and name in _WHOLE:
        return "TIME_FRACTION", "a time in a certificate is whole seconds"
    return None
