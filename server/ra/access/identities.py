"""The identities: who calls the server. They belong to no project, and only owners deal with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from server.clock import Clock
from server.errors import AlreadyExists, Reason, Refused, Resource, not_found
from server.ids import new_id
from server.ra.access.caller import Caller
from server.ra.access.owners import kept_without
from server.ra.audit import audited
from server.ra.pages import Page
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.store.failures import UniqueViolation
from server.store.filters import Among, Like
from server.store.records import (
    IdentityRecord,
    ObjectKind,
    ProjectRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.store import Store
from server.store.unit import Change, Insert, Unit, Update, Write

_TYPE = "Identity"
_IN_FORCE = {"revoked_at": None}


class IdentityKind(Enum):
    """What kind of caller an identity is."""

    PERSON = "PERSON"
    """A human being."""
    SERVICE = "SERVICE"
    """A program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityOrder:
    """What a new identity is to be."""

    name: str
    kind: IdentityKind
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityQuery:
    """Which identities are listed; what is empty or None does not matter."""

    name: str = ""
    """A name, with ``*`` for anything at either end."""
    kind: IdentityKind | None = None
    project_id: str = ""
    """Where they have a role."""
    include_revoked: bool = False

    @property
    def among(self) -> dict[str, object]:
        """The condition that chooses the rows to look at, if there is one."""
        if not self.project_id:
            return {}
        return {"id": Among(RoleBindingRecord, "identity_id", {"project_id": self.project_id, **_IN_FORCE})}

    @property
    def rest(self) -> dict[str, object]:
        """The conditions on the rows that are looked at."""
        rest: dict[str, object] = {} if self.include_revoked else dict(_IN_FORCE)
        if self.name:
            rest["name"] = Like(self.name)
        if self.kind:
            rest["kind"] = self.kind.name
        return rest


class Identities:
    """The identities."""

    def __init__(self, store: Store, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._clock = clock

    async def create(self, caller: Caller, order: IdentityOrder) -> IdentityRecord:
        """A new identity, without a role or a token. Raises Denied, AlreadyExists."""
        make = partial(self._created, caller, order)
        return await self._retries.once(caller, make, partial(self.by_id, caller))

    async def _created(self, caller: Caller, order: IdentityOrder) -> IdentityRecord:
        caller.enter_server()
        record = IdentityRecord(
            id=new_id(),
            name=order.name,
            kind=order.kind.name,
            description=order.description,
            created_at=self._clock(),
        )
        try:
            attempt = recorded(caller, record.id, record.created_at)
            await self._store.commit(self._unit(caller, record, Insert(record), *attempt))
        except UniqueViolation:
            raise await self._taken(order.name) from None
        return record

    async def by_id(self, caller: Caller, id_: str) -> IdentityRecord:
        """An identity by its id. Raises NotFound, Denied."""
        caller.enter_server()
        record = await self._store.get(IdentityRecord, id=id_)
        if record is None:
            raise not_found(_TYPE, id_)
        return record

    async def page(
        self, caller: Caller, query: IdentityQuery, page: Page
    ) -> tuple[Sequence[IdentityRecord], str]:
        """A page of the identities, and the id of its last one if there is a next page.

        Raises Denied, and NotFound for a project that does not exist.
        """
        caller.enter_server()
        if query.project_id and await self._store.get(ProjectRecord, id=query.project_id) is None:
            raise not_found("Project", query.project_id, field="project_id")
        found = await self._store.sift(
            IdentityRecord, size=page.size, after=page.after, among=query.among, rest=query.rest
        )
        return found.rows, found.last

    async def revoke(self, caller: Caller, id_: str) -> IdentityRecord:
        """The identity revoked for good, with its tokens and roles. Raises NotFound, Denied, Refused."""
        return await settled(partial(self._revoked, caller, id_))

    async def _revoked(self, caller: Caller, id_: str) -> IdentityRecord:
        record = await self.by_id(caller, id_)
        if record.revoked_at is not None:
            return record
        now = self._clock()
        left = await kept_without(self._store, id_, now=now)
        end = {"revoked_at": now}
        unit = self._unit(
            caller,
            record,
            *left,
            Update(IdentityRecord, {"id": id_, **_IN_FORCE}, end),
            Update(TokenRecord, {"identity_id": id_, **_IN_FORCE}, end, expect=None),
            Update(RoleBindingRecord, {"identity_id": id_, **_IN_FORCE}, end, expect=None),
        )
        await self._store.commit(unit)
        return replace(record, revoked_at=now)

    def _unit(self, caller: Caller, record: IdentityRecord, *writes: Write) -> Unit:
        details = {"name": record.name, "kind": record.kind}
        row = audited(caller, ObjectKind.IDENTITY, record.id, now=self._clock(), details=details)
        return Unit((*writes, row), (Change(ObjectKind.IDENTITY, record.id),))

    async def _taken(self, name: str) -> AlreadyExists:
        holder = await self._store.get(IdentityRecord, name=name)
        resource = Resource(_TYPE, holder.id if holder else "", "name")
        return AlreadyExists(f"the name '{name}' is taken", resource=resource, name=name)


def revoked(record: IdentityRecord) -> Refused:
    """The refusal to give anything to an identity that was revoked for good."""
    resource = Resource(_TYPE, record.id, "identity_id")
    return Refused("the identity is revoked", reason=Reason.STATE_CONFLICT, resource=resource)
