"""Windows of the history of changes, request by request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.ra.watching.queue import Queue, is_within
from server.store.filters import Between
from server.store.queries.certificate_query import Realm
from server.store.records import ChangeRecord, ObjectKind
from server.store.store import Store

_SPAN = 20_000
"""Revisions that one window has, at most: nobody's catching up holds the database for long."""
_ROWS = 500
"""Changes of interest in one window."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one request in a window."""

    request_id: str
    changes: tuple[ChangeRecord, ...]
    """Oldest first."""

    @property
    def first(self) -> int:
        """The revision of the first change."""
        return self.changes[0].revision

    @property
    def last(self) -> int:
        """The revision of the last change."""
        return self.changes[-1].revision


Portion = Sequence[tuple[Step, int]]
"""Some steps, each with the revision up to which all is told once its request was."""


@dataclass(frozen=True, slots=True)
class Window:
    """Everything that happened to the requests of a queue up to a revision, and after another."""

    steps: Sequence[Step]
    """In the order of their first changes."""
    until: int
    is_last: bool = True
    """Whether it reaches what was the present when it was read."""

    def portions(self, size: int) -> Iterator[Portion]:
        """The steps, so many at a time."""
        ends = (*(step.first - 1 for step in self.steps[1:]), self.until)
        steps = tuple(zip(self.steps, ends, strict=False))  # without steps there still is an end
        for begin in range(0, len(steps), size):
            yield steps[begin : begin + size]


async def window(store: Store, queue: Queue, realms: Sequence[Realm], *, after: int) -> Window:
    """The next window; it reaches the present unless that is too far away."""
    latest = store.feed.latest
    until = min(latest, after + _SPAN)
    if until <= after:
        return Window((), after)
    where = {**queue.place, "kind": ObjectKind.REQUEST, "revision": Between(after, until)}
    rows = await store.list(ChangeRecord, limit=_ROWS, order=None, **where)
    if len(rows) == _ROWS:
        until = rows[-1].revision
    seen: dict[str, list[ChangeRecord]] = {}
    for row in rows:
        if queue.is_touched(row) and is_within(realms, row):
            seen.setdefault(row.object_id, []).append(row)
    return Window([Step(id_, tuple(changes)) for id_, changes in seen.items()], until, until == latest)
