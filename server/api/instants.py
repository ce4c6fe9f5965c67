"""Points in time that a request names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from server.errors import Invalid, Nature, Violation


def instant(request: Any, field: str) -> datetime | None:
    """The time in a field, to the microsecond; None if it is unset. Raises Invalid if it is no date."""
    if not request.HasField(field):
        return None
    stamp = getattr(request, field)
    try:
        return datetime.fromtimestamp(stamp.seconds, UTC) + timedelta(microseconds=stamp.nanos // 1000)
    except (ValueError, OverflowError, OSError):
        text = "the time lies outside the years 1 to 9999"
        broken = Violation(field, "TIME_OUT_OF_RANGE", text, nature=Nature.FORM)
        raise Invalid("the request breaks rules of form", violations=(broken,)) from None
