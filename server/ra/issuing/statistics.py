"""Counts a project's certificates, for whoever looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from server.clock import Clock
from server.ra.access.caller import Caller
from server.ra.access.reach import reach
from server.store.queries.statistics import StatisticsQuery
from server.store.store import Store

SOON: Final = timedelta(days=7)
"""What ends within this is about to expire."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of one instant; each goes to a bound and no further."""

    issued: Mapping[date, int]
    """By day, in UTC; the oldest first, and today last."""
    active: int
    expiring: int
    renewals_failing: int
    pending_approval: int
    is_capped: bool
    """Whether a count reached its bound."""


class Counting:
    """Counts what a caller may see of a project."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, caller: Caller, project_id: str, *, days: int) -> Statistics:
        """The counts of the last ``days`` days, and of now. Raises NotFound, Denied."""
        now = self._clock()
        realms = await reach(self._store, caller, project_id) or ()
        begins = _days(now, days)
        query = StatisticsQuery(realms=realms, days=(*begins, begins[-1] + _DAY), now=now, soon=now + SOON)
        counted = await self._store.statistics(query)
        *issued, active, expiring, failing, waiting = (each.number for each in counted)
        return Statistics(
            {begin.date(): number for begin, number in zip(begins, issued, strict=True)},
            active,
            expiring,
            failing,
            waiting,
            is_capped=not all(each.is_whole for each in counted),
        )


def _days(now: datetime, count: int) -> list[datetime]:
    """The beginnings of the last days."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return [today - _DAY * back for back in range(count - 1, -1, -1)]
