"""What policies and profiles have in common: a document under a slug that is unique in its project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Generic, TypeVar

from server.errors import AlreadyExists, NotFound, Resource, not_found
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.audit import audited
from server.ra.pages import Page, split
from server.ra.revisions import prove_etag
from server.store.failures import UniqueViolation
from server.store.filters import Like
from server.store.records import ObjectKind, PolicyRecord, ProfileRecord
from server.store.store import Store
from server.store.unit import REVISION, Change, Unit, Write

R = TypeVar("R", bound=PolicyRecord | ProfileRecord)


class Shelf(Generic[R]):
    """The rows of one kind, as callers read and change them."""

    def __init__(self, store: Store, record: type[R], kind: ObjectKind, *, name: str) -> None:
        self._store = store
        self._record = record
        self._kind = kind
        self.name = name
        """The contract's message, as ``CertificatePolicy``."""

    async def by_id(self, caller: Caller, id_: str) -> R:
        """One by its id. Raises NotFound, Denied."""
        return await self._found(caller, not_found(self.name, id_), id=id_)

    async def by_slug(self, caller: Caller, project_id: str, slug: str) -> R:
        """One by its name in a project. Raises NotFound, Denied."""
        return await self._found(caller, not_found(self.name, slug), project_id=project_id, slug=slug)

    async def page(
        self, caller: Caller, project_id: str, page: Page, *, name: str = "", **where: object
    ) -> tuple[Sequence[R], str]:
        """A page of those in a project, and the id of its last one if there is a next page.

        ``name`` is a slug, with ``*`` for anything at either end.
        """
        await enter_project(self._store, caller, project_id)
        if name:
            where["slug"] = Like(name)
        rows = await self._store.page(
            self._record, size=page.size, after=page.after, project_id=project_id, **where
        )
        return split(rows, page)

    async def present(self, id_: str, etag: str) -> R:
        """One whose project the caller has entered, as it is now. Raises NotFound, Stale."""
        record = await self._store.get(self._record, id=id_)
        if record is None:
            raise not_found(self.name, id_)
        prove_etag(record, etag)
        return record

    async def put(self, caller: Caller, record: R, *writes: Write, slug_field: str) -> R:
        """The record as it is once the writes are durable. Raises AlreadyExists if its slug is taken."""
        try:
            revision = await self._store.commit(self._unit(caller, record, writes, now=record.updated_at))
        except UniqueViolation:
            raise await self._taken(record, slug_field) from None
        return replace(record, revision=revision)

    async def remove(
        self, caller: Caller, record: R, *writes: Write, now: datetime, changes: Sequence[Change] = ()
    ) -> None:
        """Make the writes durable that remove the record, and tell of the changes besides."""
        unit = self._unit(caller, record, writes, now=now, new_state="DELETED")
        await self._store.commit(Unit(unit.writes, (*unit.changes, *changes)))

    async def _found(self, caller: Caller, absent: NotFound, **key: str) -> R:
        record = await self._store.get(self._record, **key)
        if record is None:
            raise absent
        profile_id = record.id if self._kind is ObjectKind.PROFILE else ""
        caller.enter(record.project_id, absent=absent, profile_id=profile_id)
        return record

    def _unit(
        self,
        caller: Caller,
        record: R,
        writes: Sequence[Write],
        *,
        now: datetime,
        new_state: str | None = None,
    ) -> Unit:
        change = Change(
            self._kind,
            record.id,
            project_id=record.project_id,
            profile_id=record.id if self._kind is ObjectKind.PROFILE else None,
            new_state=new_state,
        )
        details = {"slug": record.slug, "document_sha256": sha256(record.document).hexdigest(), REVISION: ""}
        if record.revision:
            details["previous_revision"] = str(record.revision)
        row = audited(caller, self._kind, record.id, now=now, details=details)
        return Unit((*writes, row), (change,))

    async def _taken(self, record: R, field: str) -> AlreadyExists:
        holder = await self._store.get(self._record, project_id=record.project_id, slug=record.slug)
        resource = Resource(self.name, holder.id if holder else "", field)
        return AlreadyExists(f"the slug '{record.slug}' is taken", resource=resource, slug=record.slug)
