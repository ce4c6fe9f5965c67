"""One request, to its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial

from server.errors import not_found
from server.ra.access.caller import Caller
from server.ra.hub import Topic
from server.ra.requests.reading import FoundRequest
from server.ra.requests.requests import Requests
from server.ra.watching.events import Beat, Event, Shown, Told
from server.ra.watching.opening import Ask, Ground
from server.ra.watching.tokens import Position, Question
from server.ra.watching.vigil import Right, Vigil
from server.store.records import ObjectKind, RequestRecord


class OneRequest:
    """A watch on one request. Its row tells whether anything is new: the history is not needed."""

    def __init__(self, ground: Ground, requests: Requests, ask: Ask, id_: str) -> None:
        self._ground = ground
        self._requests = requests
        self._ask = ask
        self._id = id_
        self._question = Question(b"request\0" + id_.encode())
        self._at = 0
        """Everything about the request up to here has been told."""

    async def events(self) -> AsyncGenerator[Event]:
        """The request as it is, then as it becomes, until its state is terminal.

        Raises NotFound and Denied, what a token raises, and what ends a watch
        (see ``Vigil.turn``).
        """
        with self._ground.vigil(self._ask, Topic(ObjectKind.REQUEST, object_id=self._id)) as vigil:
            found, known = await self._begin(vigil)
            await self._ask.accepted()
            # OK says that the terminal state was sent: so it is, whatever the client had before.
            if found.record.revision > known or found.is_terminal:
                yield self._shown(found)
                vigil.sent()
            while not found.is_terminal:
                turn = await vigil.turn()
                self._at = max(self._at, turn.clear)
                if turn.concerned:
                    before, found = found.record.revision, await self._found(turn.caller)
                    if found.record.revision > before:
                        yield self._shown(found)
                        vigil.sent()
                if not found.is_terminal and (beat := vigil.beat()):
                    yield self._event(beat)
                    vigil.sent()

    async def _begin(self, vigil: Vigil) -> tuple[FoundRequest, int]:
        """The request, and up to which revision the client knows it; 0 if it does not."""
        caller, token = self._ask.caller, self._ask.resume_token
        found = await self._requests.by_id(caller, self._id)
        vigil.guard(caller, Right(self._ask.identify, partial(_enter, found.record)))
        await vigil.prove()
        if not token:
            return found, 0
        position = await self._ground.tokens.read(token, self._question)
        self._at = position.revision
        # Before, the database here may have been behind.
        return await self._found(await vigil.caller()), position.revision

    async def _found(self, caller: Caller) -> FoundRequest:
        return await self._requests.by_id(caller, self._id)

    def _shown(self, found: FoundRequest) -> Event:
        self._at = max(self._at, found.record.revision)
        return self._event(Shown(Told.PRESENT, found))

    def _event(self, what: Shown | Beat) -> Event:
        return Event(self._at, self._ground.tokens.write(Position(self._at), self._question), what)


async def _enter(record: RequestRecord, caller: Caller) -> None:
    absent = not_found("CertificateRequest", record.id)
    caller.enter(
        record.project_id, absent=absent, requester_id=record.requester_id, profile_id=record.profile_id
    )
