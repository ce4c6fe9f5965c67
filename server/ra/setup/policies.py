"""Sets up certificate policies, and reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from server.clock import Clock
from server.ids import new_id
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.issuing.catalog import Catalog
from server.ra.pages import Page
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.ra.setup.impact import Impact
from server.ra.setup.shelf import Shelf
from server.ra.setup.users import refuse_policy_in_use
from server.store.failures import ForeignKeyViolation
from server.store.records import ObjectKind, PolicyRecord
from server.store.store import Store
from server.store.unit import Delete, Insert, Update, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOrder:
    """What a policy is to be."""

    project_id: str
    slug: str
    document: bytes = field(repr=False)
    """The policy as its author wrote it; it contradicts itself nowhere."""


Revise = Callable[[PolicyRecord], PolicyOrder]
"""What a policy is to become, from what it is; may raise Invalid."""

_SLUG_FIELD = "certificate_policy.slug"


class Policies:
    """The certificate policies."""

    def __init__(self, store: Store, catalog: Catalog, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._shelf = Shelf(store, PolicyRecord, ObjectKind.POLICY, name="CertificatePolicy")
        self._impact = Impact(store, catalog)
        self._clock = clock

    async def create(self, caller: Caller, order: PolicyOrder) -> PolicyRecord:
        """A new policy. Raises NotFound, Denied, AlreadyExists."""
        make = partial(self._created, caller, order)
        return await self._retries.once(caller, make, partial(self.by_id, caller))

    async def _created(self, caller: Caller, order: PolicyOrder) -> PolicyRecord:
        await enter_project(self._store, caller, order.project_id, field="certificate_policy.project_id")
        now = self._clock()
        record = PolicyRecord(
            id=new_id(),
            project_id=order.project_id,
            slug=order.slug,
            document=order.document,
            created_at=now,
            updated_at=now,
        )
        attempt = recorded(caller, record.id, now)
        return await self._shelf.put(caller, record, Insert(record), *attempt, slug_field=_SLUG_FIELD)

    async def by_id(self, caller: Caller, id_: str) -> PolicyRecord:
        """A policy by its id. Raises NotFound, Denied."""
        return await self._shelf.by_id(caller, id_)

    async def by_slug(self, caller: Caller, project_id: str, slug: str) -> PolicyRecord:
        """A policy by its name in a project. Raises NotFound, Denied."""
        return await self._shelf.by_slug(caller, project_id, slug)

    async def page(
        self, caller: Caller, project_id: str, page: Page, *, name: str
    ) -> tuple[Sequence[PolicyRecord], str]:
        """A page of a project's policies, and the id of its last one if there is a next page.

        ``name``: see Shelf.
        """
        return await self._shelf.page(caller, project_id, page, name=name)

    async def update(self, caller: Caller, id_: str, revise: Revise, *, etag: str) -> PolicyRecord:
        """The policy changed. Raises NotFound, Denied, Stale, AlreadyExists, what ``revise`` raises.

        And Refused with all violations, if the defaults of profiles would break it.
        """
        await self._shelf.by_id(caller, id_)
        return await settled(partial(self._updated, caller, id_, revise, etag))

    async def delete(self, caller: Caller, id_: str, *, etag: str) -> None:
        """Remove a policy. Raises NotFound, Denied, Stale, and Refused if profiles use it."""
        await self._shelf.by_id(caller, id_)
        await settled(partial(self._deleted, caller, id_, etag))

    async def _updated(self, caller: Caller, id_: str, revise: Revise, etag: str) -> PolicyRecord:
        stored = await self._shelf.present(id_, etag)
        order = revise(stored)
        if (order.slug, order.document) == (stored.slug, stored.document):
            return stored
        record = replace(stored, slug=order.slug, document=order.document, updated_at=self._clock())
        guards: tuple[Write, ...] = ()
        if order.document != stored.document:  # a slug breaks nothing
            guards = (await self._impact.prove(stored, record, now=record.updated_at),)
        values = {"slug": record.slug, "document": record.document, "updated_at": record.updated_at}
        change = Update(PolicyRecord, {"id": id_, "revision": stored.revision}, values)
        return await self._shelf.put(caller, record, *guards, change, slug_field=_SLUG_FIELD)

    async def _deleted(self, caller: Caller, id_: str, etag: str) -> None:
        stored = await self._shelf.present(id_, etag)
        gone = Delete(PolicyRecord, {"id": id_, "revision": stored.revision})
        try:
            await self._shelf.remove(caller, stored, gone, now=self._clock())
        except ForeignKeyViolation:
            await refuse_policy_in_use(self._store, id_)
            raise  # the last user went meanwhile: the next attempt will do
