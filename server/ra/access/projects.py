"""The projects: what everything else belongs to, and is kept apart by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from server.clock import Clock
from server.errors import AlreadyExists, NotFound, Resource, not_found
from server.ids import new_id
from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.pages import Page
from server.ra.retries import Retries, recorded
from server.ra.revisions import prove_etag, settled
from server.store.failures import UniqueViolation
from server.store.filters import Like, OneOf
from server.store.records import ObjectKind, ProjectRecord
from server.store.store import Store
from server.store.unit import Change, Insert, Unit, Update, Write

_TYPE = "Project"


@dataclass(frozen=True, slots=True)
class ProjectWords:
    """What people call a project, and what they say it is for."""

    name: str
    description: str


Revise = Callable[[ProjectRecord], ProjectWords]
"""What a project is to become, from what it is; may raise Invalid."""


class Projects:
    """The projects."""

    def __init__(self, store: Store, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._clock = clock

    async def create(self, caller: Caller, slug: str, words: ProjectWords) -> ProjectRecord:
        """A new project; nobody but owners has a role in it yet. Raises Denied, AlreadyExists."""
        make = partial(self._created, caller, slug, words)
        return await self._retries.once(caller, make, partial(self._again, caller))

    async def _created(self, caller: Caller, slug: str, words: ProjectWords) -> ProjectRecord:
        id_, now = new_id(), self._clock()
        caller.enter_server(project_id=id_)
        record = ProjectRecord(
            id=id_,
            slug=slug,
            name=words.name or slug,
            description=words.description,
            created_at=now,
            updated_at=now,
        )
        try:
            return await self._stored(caller, record, Insert(record), *recorded(caller, id_, now))
        except UniqueViolation:
            raise await self._taken(slug) from None

    async def _again(self, caller: Caller, id_: str) -> ProjectRecord:
        caller.enter_server(project_id=id_)
        return await self.by_id(caller, id_)

    async def by_id(self, caller: Caller, id_: str) -> ProjectRecord:
        """A project by its id. Raises NotFound, Denied."""
        return await self._found(caller, not_found(_TYPE, id_), id=id_)

    async def by_slug(self, caller: Caller, slug: str) -> ProjectRecord:
        """A project by its name in the server. Raises NotFound, Denied."""
        return await self._found(caller, not_found(_TYPE, slug), slug=slug)

    async def page(
        self, caller: Caller, page: Page, *, name: str = ""
    ) -> tuple[Sequence[ProjectRecord], str]:
        """A page of the projects that the caller may read, and the id of its last if there are more.

        ``name`` is a slug, with ``*`` for anything at either end.
        """
        seen = caller.enter_projects()
        among = {} if seen is None else {"id": OneOf(seen)}
        rest = {"slug": Like(name)} if name else {}
        found = await self._store.sift(
            ProjectRecord, size=page.size, after=page.after, among=among, rest=rest
        )
        return found.rows, found.last

    async def update(self, caller: Caller, id_: str, revise: Revise, *, etag: str) -> ProjectRecord:
        """The project changed. Raises NotFound, Denied, Stale, what ``revise`` raises."""
        return await settled(partial(self._updated, caller, id_, revise, etag))

    async def _updated(self, caller: Caller, id_: str, revise: Revise, etag: str) -> ProjectRecord:
        stored = await self.by_id(caller, id_)
        prove_etag(stored, etag)
        words = revise(stored)
        values = {"name": words.name or stored.slug, "description": words.description}
        if values == {"name": stored.name, "description": stored.description}:
            return stored
        now = self._clock()
        record = replace(stored, name=values["name"], description=values["description"], updated_at=now)
        where = {"id": id_, "revision": stored.revision}
        return await self._stored(caller, record, Update(ProjectRecord, where, {**values, "updated_at": now}))

    async def _found(self, caller: Caller, absent: NotFound, **key: str) -> ProjectRecord:
        record = await self._store.get(ProjectRecord, **key)
        if record is None:
            raise absent
        caller.enter(record.id, absent=absent)
        return record

    async def _stored(self, caller: Caller, record: ProjectRecord, *writes: Write) -> ProjectRecord:
        details = {"slug": record.slug, "name": record.name}
        row = audited(caller, ObjectKind.PROJECT, record.id, now=record.updated_at, details=details)
        change = Change(ObjectKind.PROJECT, record.id, project_id=record.id)
        revision = await self._store.commit(Unit((*writes, row), (change,)))
        return replace(record, revision=revision)

    async def _taken(self, slug: str) -> AlreadyExists:
        holder = await self._store.get(ProjectRecord, slug=slug)
        resource = Resource(_TYPE, holder.id if holder else "", "slug")
        return AlreadyExists(f"the slug '{slug}' is taken", resource=resource, slug=slug)


async def enter_project(store: Store, caller: Caller, id_: str, *, field: str = "project_id") -> None:
    """Take the caller into the project that a request names. Raises NotFound, to owners too, and Denied."""
    absent = not_found(_TYPE, id_, field=field)
    if await store.get(ProjectRecord, id=id_) is None:
        raise absent
    caller.enter(id_, absent=absent)
