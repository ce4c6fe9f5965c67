"""The live queue of a project: a snapshot, and every change after it.

A window of the history is told request by request, in the order of their first
changes in it. What is sent of a request is its present state, so all its
changes of the window are one message; and once it is sent, everything before
the next request's first change has been: that is the message's revision.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from server.ra.access.caller import Caller
from server.ra.access.reach import reach, reach_in
from server.ra.hub import Topic
from server.ra.requests.reading import RequestReading
from server.ra.requests.search import within_reach
from server.ra.watching.events import Beat, Complete, Event, Shown, Told
from server.ra.watching.history import Portion, Step, Window, window
from server.ra.watching.opening import Ask, Ground
from server.ra.watching.queue import Queue, is_within, text_of
from server.ra.watching.tokens import Phase, Position, Question
from server.ra.watching.vigil import Right, Vigil
from server.store.filters import OneOf
from server.store.queries.certificate_query import Realm
from server.store.queries.request_query import RequestQuery
from server.store.queries.walk import Place, Slice
from server.store.records import ChangeRecord, ObjectKind, RequestRecord
from server.store.store import Store

_AT_ONCE = 16
"""Requests read in one go: few, so that what waits for a slow reader does not grow stale."""


class ManyRequests:
    """A watch on the requests of a project that match a filter."""

    def __init__(self, ground: Ground, store: Store, ask: Ask, queue: Queue) -> None:
        self._ground = ground
        self._store = store
        self._reading = RequestReading(store)
        self._ask = ask
        self._queue = queue
        self._realms: tuple[Realm, ...] = ()
        self._question = Question(b"")
        self._at = 0
        """Everything up to here has been told."""
        self._is_present = False
        """Whether it has caught up with what happened before it began."""
        self._ahead: dict[str, int] = {}
        """Requests that were sent in a state from beyond that, and its revision."""

    async def events(self) -> AsyncGenerator[Event]:
        """The snapshot, unless a token skips it, and the changes; it has no end of its own.

        Raises as ``OneRequest.events``, and OutOfRange when what the caller may
        see is no longer what the stream began with.
        """
        topic = Topic(ObjectKind.REQUEST, project_id=self._queue.project_id)
        with self._ground.vigil(self._ask, topic) as vigil:
            phase = await self._begin(vigil)
            await self._ask.accepted()
            parts = (self._snapshot, self._changes)
            for part in parts[phase:]:
                async with aclosing(part(vigil)) as events:
                    async for event in events:
                        yield event
                        vigil.sent()

    async def _snapshot(self, vigil: Vigil) -> AsyncGenerator[Event]:
        query = await within_reach(self._store, self._queue.filter, self._realms)
        count = 0
        after: Place | None = ()
        while after is not None:
            page = await self._page(vigil, query, after)
            for found in await self._reading.told(page.rows):
                if self._queue.wants(found.record.state):  # what is decided about meanwhile comes after it
                    yield self._event(Shown(Told.SNAPSHOT, found), Phase.SNAPSHOT)
                    count += 1
            after = page.after
        yield self._event(Complete(count))

    async def _changes(self, vigil: Vigil) -> AsyncGenerator[Event]:
        concerned = True
        while True:
            if concerned:
                news = await self._news()
                for portion in news.portions(_AT_ONCE):
                    for reached, shown in await self._told(vigil, portion):
                        self._at = reached
                        yield self._event(shown)
                self._pass(news.until)
                if not news.is_last:
                    continue
            if beat := vigil.beat():
                yield self._event(beat)
            turn = await vigil.turn()
            self._pass(turn.clear)
            concerned = turn.concerned

    async def _begin(self, vigil: Vigil) -> Phase:
        """Where the stream begins."""
        caller, token = self._ask.caller, self._ask.resume_token
        self._realms = await reach(self._store, caller, self._queue.project_id) or ()
        self._question = question_of(self._queue, self._realms)
        vigil.narrow(self._concerns)
        vigil.guard(caller, Right(self._ask.identify, self._enter))
        await vigil.prove()
        # Before the first row is read: what changes while the snapshot is sent comes after it.
        begin = Position(self._store.feed.latest, Phase.SNAPSHOT)
        position = await self._ground.tokens.read(token, self._question) if token else begin
        if position.phase is Phase.SNAPSHOT:
            position = begin
        self._at = position.revision
        return position.phase

    def _concerns(self, change: ChangeRecord) -> bool:
        """Whether a change may have to be told; what becomes of the caller's rights always matters."""
        if change.kind is not ObjectKind.REQUEST:
            return True
        return self._queue.is_touched(change) and is_within(self._realms, change)

    async def _enter(self, caller: Caller) -> None:
        """Proves that the caller still sees what the stream began with, no more and no less."""
        if frozenset(reach_in(caller, self._queue.project_id)) != frozenset(self._realms):
            raise await self._ground.tokens.expired("what the caller may see has changed")

    async def _page(self, vigil: Vigil, query: RequestQuery, after: Place) -> Slice[RequestRecord]:
        await vigil.prove()
        return await self._store.requests(query, size=_AT_ONCE, after=after)

    async def _news(self) -> Window:
        """The next window. Raises OutOfRange if some of it was forgotten before it was read.

        Only a watch that has yet to catch up can be so far behind. It is proven
        after the rows are read: what is still kept then was there.
        """
        news = await window(self._store, self._queue, self._realms, after=self._at)
        if news.until > self._at and not (self._is_present and news.is_last):
            await self._ground.tokens.prove_kept(self._at)
        self._is_present = news.is_last
        return news

    async def _told(self, vigil: Vigil, portion: Portion) -> Sequence[tuple[int, Shown]]:
        """What there is to say of some steps, each with the revision that is reached by saying it."""
        await vigil.prove()
        fresh = [step.request_id for step, _ in portion if self._ahead.get(step.request_id, 0) < step.last]
        records = await self._store.list(RequestRecord, limit=_AT_ONCE, id=OneOf(fresh)) if fresh else ()
        present = {found.record.id: found for found in await self._reading.told(records)}
        said = []
        for step, reached in portion:
            found = present.get(step.request_id)
            if found and (why := self._why(step, found.record)):
                self._ahead[step.request_id] = found.record.revision
                said.append((reached, Shown(why, found)))
        return said

    def _why(self, step: Step, record: RequestRecord) -> Told | None:
        """Why a request is told of: it belongs to the queue now, or it did before one of the changes."""
        if self._queue.wants(record.state):
            return Told.CHANGED
        return Told.LEFT if any(self._queue.wants(change.old_state) for change in step.changes) else None

    def _pass(self, until: int) -> None:
        self._at = max(self._at, until)
        self._ahead = {id_: revision for id_, revision in self._ahead.items() if revision > self._at}

    def _event(self, what: Shown | Complete | Beat, phase: Phase = Phase.LIVE) -> Event:
        token = self._ground.tokens.write(Position(self._at, phase), self._question)
        return Event(self._at, token, what)


def question_of(queue: Queue, realms: Sequence[Realm]) -> Question:
    """What the resume tokens of a queue belong to, as somebody sees it."""
    return Question(queue.text, text_of(realms))
