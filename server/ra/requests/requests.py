"""The certificate requests: looks them up, withdraws them and lets them expire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from server.clock import Clock
from server.ra.access.caller import Caller
from server.ra.access.reach import reach
from server.ra.issuing.certificates import Certificates
from server.ra.pages import Page
from server.ra.requests.approvals import Said, conflict, prove_seen
from server.ra.requests.reading import FoundRequest, RequestReading
from server.ra.requests.search import within_reach
from server.ra.requests.steps import CANCELLED, EXPIRED, expiry, transition
from server.ra.revisions import settled
from server.ra.tasks import Tasks
from server.ra.turns import Turns
from server.store.failures import GuardFailed
from server.store.queries.request_query import WAITING, RequestFilter
from server.store.records import RequestRecord
from server.store.store import Store

_CHUNK = 200
_MOST_CHUNKS = 10
"""How far one page looks for what the caller may approve: ten times two hundred waiting requests."""


class Requests:
    """The certificate requests, from their arrival to their end."""

    def __init__(
        self,
        store: Store,
        certificates: Certificates,
        *,
        turns: Turns,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = RequestReading(store)
        self._certificates = certificates
        self._turns = turns
        self._tasks = tasks
        self._clock = clock

    async def by_id(self, caller: Caller, id_: str) -> FoundRequest:
        """A request, with its certificate once it is issued. Raises NotFound, Denied."""
        found = await self._reading.entered(caller, id_)
        certificate_id = found.record.certificate_id
        if certificate_id is None:
            return found
        return replace(found, certificate=await self._certificates.by_id(caller, certificate_id))

    async def page(
        self, caller: Caller, wanted: RequestFilter, page: Page, *, project_id: str = ""
    ) -> tuple[Sequence[FoundRequest], str]:
        """A page of the requests that the caller may see, and where the next begins; empty at the end.

        Newest first; a page can be short, for it looks at a bounded number of rows. Raises NotFound, Denied.
        """
        realms = await reach(self._store, caller, project_id)
        after = (page.after,) if page.after else ()
        query = await within_reach(self._store, wanted, realms)
        found = await self._store.requests(query, size=page.size, after=after)
        told = await self._reading.told(found.rows)
        fitting = [each for each in told if not wanted.states or each.record.state in wanted.states]
        return fitting, found.after[0] if found.after else ""

    async def awaiting(
        self, caller: Caller, wanted: RequestFilter, page: Page, *, project_id: str
    ) -> tuple[Sequence[FoundRequest], str]:
        """As ``page``, but only of those that the caller may approve now."""
        waiting = replace(wanted, states=(wanted.states or {WAITING}) & {WAITING})
        if not waiting.states:
            await reach(self._store, caller, project_id)
            return (), ""
        mine: list[FoundRequest] = []
        chunk, last = Page(_CHUNK, page.after), page.after
        for _ in range(_MOST_CHUNKS):
            found, last = await self.page(caller, waiting, chunk, project_id=project_id)
            mine += [each for each in found if self._awaits(caller, each)]
            if len(mine) > page.size:
                return mine[: page.size], mine[page.size - 1].record.id
            if not last:
                break
            chunk = Page(_CHUNK, last)
        return mine, last

    async def cancel(self, caller: Caller, id_: str, said: Said) -> FoundRequest:
        """The request, withdrawn. Raises NotFound, Denied, Stale, Refused."""
        await self._reading.entered(caller, id_)

        async def settle() -> FoundRequest:
            async with self._turns.of(id_):
                return await settled(partial(self._cancelled, caller, id_, said))

        return await self._tasks.own(settle())

    async def expire_due(self, limit: int) -> int:
        """Let requests expire that nobody decided in time; answers how many did, at most ``limit``."""
        due = await self._store.due_requests(self._clock(), limit=limit)
        return sum(await asyncio.gather(*(self._expired(record) for record in due)))

    async def _cancelled(self, caller: Caller, id_: str, said: Said) -> FoundRequest:
        found = await self._reading.entered(caller, id_)
        record, now = found.record, self._clock()
        if record.state == CANCELLED:
            return found
        due = record.expires_at is not None and record.expires_at <= now
        if found.is_terminal or due:
            raise conflict(found, state=record.state if found.is_terminal else EXPIRED)
        prove_seen(found, said.revision)
        values = {"state": CANCELLED, "comment": said.comment}
        await self._store.commit(transition(caller, record, values, now=now))
        return await self._reading.entered(caller, id_)

    async def _expired(self, record: RequestRecord) -> bool:
        """Whether it did: somebody may have decided about it, or another process was faster."""
        with suppress(GuardFailed):
            await self._store.commit(expiry(record, now=self._clock()))
            return True
        return False

    def _awaits(self, caller: Caller, found: FoundRequest) -> bool:
        record = found.record
        overdue = record.expires_at is not None and record.expires_at <= self._clock()
        return not overdue and found.progress.awaits(caller.principal, record)
