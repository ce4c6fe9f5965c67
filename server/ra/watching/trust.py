"""A watch on what to trust in a project."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from server.clock import Clock
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.hub import Hub, Interest, Topic
from server.ra.watching.level import Level, Part
from server.ra.watching.tokens import Question
from server.ra.watching.trusted import Trust, Trusted
from server.store.records import ObjectKind
from server.store.store import Store

_KEPT: Final = 1.0
"""Seconds that a look is kept for those who are woken by the same change."""


@dataclass(frozen=True, slots=True)
class _Look:
    interest: Interest
    """Told of everything that makes it another one."""
    task: asyncio.Task[Level[Trust]]


class TrustLooks:
    """Looks at what to trust, shared by all who watch a project: they are woken by the same change.

    A look is good for whoever comes until something of it changes, or has its time;
    what else happens, issuance above all, costs nothing.
    """

    def __init__(self, store: Store, hub: Hub, trusted: Trusted, *, clock: Clock) -> None:
        self._store = store
        self._hub = hub
        self._trusted = trusted
        self._clock = clock
        self._looks: dict[str, _Look] = {}

    async def of(self, project_id: str) -> Level[Trust]:
        """What to trust in a project now."""
        look = self._looks.get(project_id)
        if look is None or look.interest.is_told or self._is_over(look.task):
            look = self._begin(project_id)
        return await asyncio.shield(look.task)

    def _is_over(self, task: asyncio.Task[Level[Trust]]) -> bool:
        if not task.done() or task.cancelled() or task.exception() is not None:
            return False
        until = task.result().until
        return until is not None and until < self._clock()

    def _begin(self, project_id: str) -> _Look:
        stack = ExitStack()
        interest = stack.enter_context(self._hub.interest(*_home(project_id)))
        task = asyncio.create_task(self._level(project_id, interest))
        look = self._looks[project_id] = _Look(interest, task)
        task.add_done_callback(lambda done: self._keep(project_id, look, done, stack))
        return look

    def _keep(self, project_id: str, look: _Look, task: asyncio.Task[Level[Trust]], stack: ExitStack) -> None:
        """For a moment; not at all if it failed."""
        failed = task.cancelled() or task.exception() is not None
        forget = partial(self._forget, project_id, look, stack)
        forget() if failed else asyncio.get_running_loop().call_later(_KEPT, forget)

    def _forget(self, project_id: str, look: _Look, stack: ExitStack) -> None:
        stack.close()
        if self._looks.get(project_id) is look:
            del self._looks[project_id]

    async def _level(self, project_id: str, interest: Interest) -> Level[Trust]:
        level = await self._looked(project_id)
        while self._hub.turn(interest, level.topics):
            level = await self._looked(project_id)
        return level

    async def _looked(self, project_id: str) -> Level[Trust]:
        seen = self._store.feed.latest  # what comes later may be in one of its queries, but not in another
        trust, hierarchy = await self._trusted.of(project_id)
        revision = min(hierarchy.revision, seen)
        # Whatever comes to be in the project, and what there is above it.
        topics = _home(project_id).union(hierarchy.topics)
        parts = (Part(revision, trust),)
        return Level(parts, revision, topics, until=trust.until, aged=trust.aged)


class ProjectTrust:
    """The whole bundle, whatever of it has changed."""

    def __init__(self, store: Store, looks: TrustLooks, project_id: str) -> None:
        self._store = store
        self._looks = looks
        self._id = project_id

    @property
    def question(self) -> Question:
        """That of the project."""
        return Question(b"trust\0" + self._id.encode())

    @property
    def home(self) -> frozenset[Topic]:
        """The CAs and CRLs of the project, also those that are yet to come."""
        return _home(self._id)

    async def enter(self, caller: Caller) -> None:
        """Proves that the caller may read the project's CAs. Raises NotFound, Denied."""
        await enter_project(self._store, caller, self._id)

    async def look(self) -> Level[Trust]:
        """The bundle as it is now."""
        return await self._looks.of(self._id)


def _home(project_id: str) -> frozenset[Topic]:
    return frozenset(Topic(kind, project_id=project_id) for kind in (ObjectKind.AUTHORITY, ObjectKind.CRL))
