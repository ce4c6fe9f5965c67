"""Reads certificate requests with their decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.errors import not_found
from server.ra.access.caller import Caller
from server.ra.issuing.certificates import Found
from server.ra.requests.progress import Progress, progress_of
from server.ra.requests.steps import TERMINAL
from server.store.filters import OneOf
from server.store.queries.request_query import WAITING
from server.store.records import DecisionRecord, RequestRecord
from server.store.store import Store

_MOST_DECISIONS = 128
"""Of one request: ten steps of at most ten approvals, and one rejection."""


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request as it is at one instant, with the progress of its approvals."""

    record: RequestRecord
    progress: Progress = field(default_factory=Progress)
    certificate: Found | None = None
    """Once it is issued, where the whole of one request is told."""

    @property
    def is_terminal(self) -> bool:
        """Whether it will never change again."""
        return self.record.state in TERMINAL


class RequestReading:
    """The requests as they are stored."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def entered(self, caller: Caller, id_: str) -> FoundRequest:
        """A request that the caller may do this to. Raises NotFound, Denied."""
        record = _entered(caller, id_, await self._store.get(RequestRecord, id=id_))
        (found,) = await self.told([record])
        return found

    async def present(self, id_: str) -> FoundRequest | None:
        """A request as it is now, for somebody who has yet to be let in; None if there is none."""
        record = await self._store.get(RequestRecord, id=id_)
        return (await self.told([record]))[0] if record else None

    def let_in(self, caller: Caller, id_: str, found: FoundRequest | None) -> FoundRequest:
        """What ``present`` found, for a caller that may do this to it. Raises NotFound, Denied."""
        _entered(caller, id_, found.record if found else None)
        assert found is not None, "nobody is let in to nothing"
        return found

    async def told(self, records: Sequence[RequestRecord]) -> Sequence[FoundRequest]:
        """The requests with their progress, in the order of the records.

        One that is decided about between the look at it and the look at its decisions is told as
        it has become: what has the same revision is the same, whoever reads it.
        """
        newest = {record.id: record for record in records}
        decisions: dict[str, list[DecisionRecord]] = {}
        unread: Sequence[str] = [record.id for record in records if record.approval]
        while unread:
            decisions |= await self._decisions(unread)
            unread = await self._outrun(newest, unread)
        return [
            FoundRequest(newest[each.id], progress_of(newest[each.id], decisions.get(each.id, ())))
            for each in records
        ]

    async def _outrun(self, newest: dict[str, RequestRecord], ids: Sequence[str]) -> list[str]:
        """Those of the requests that have changed since they were read; they are put in their places."""
        waiting = [id_ for id_ in ids if newest[id_].state == WAITING]  # others get no decisions any more
        if not waiting:
            return []
        present = await self._store.list(RequestRecord, limit=len(waiting), id=OneOf(waiting))
        changed = {record.id: record for record in present if record.revision != newest[record.id].revision}
        newest |= changed
        return list(changed)

    async def _decisions(self, ids: Sequence[str]) -> dict[str, list[DecisionRecord]]:
        """The decisions by request, oldest first: their ids are time-ordered."""
        found: dict[str, list[DecisionRecord]] = defaultdict(list)
        if ids:
            limit = _MOST_DECISIONS * len(ids)
            for each in await self._store.list(DecisionRecord, limit=limit, request_id=OneOf(ids)):
                found[each.request_id].append(each)
        return found


def _entered(caller: Caller, id_: str, record: RequestRecord | None) -> RequestRecord:
    absent = not_found("CertificateRequest", id_)
    if record is None:
        raise absent
    caller.enter(
        record.project_id, absent=absent, requester_id=record.requester_id, profile_id=record.profile_id
    )
    return record
