"""The role bindings: who is what, and where. Nobody gives or takes what they have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from server.clock import Clock
from server.errors import AlreadyExists, Resource, not_found
from server.ids import new_id
from server.ra.access.caller import Caller, denied
from server.ra.access.identities import revoked
from server.ra.access.owners import kept
from server.ra.access.projects import enter_project
from server.ra.access.roles import Role, project_role
from server.ra.audit import audited
from server.ra.pages import Page, split
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.store.failures import UniqueViolation
from server.store.filters import OneOf
from server.store.records import IdentityRecord, ObjectKind, ProfileRecord, RoleBindingRecord
from server.store.store import Store
from server.store.unit import Change, Expect, Insert, Unit, Update, Write

_TYPE = "RoleBinding"


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingOrder:
    """Who is to be what."""

    identity_id: str
    role: Role
    project_id: str = ""
    """Empty for an owner, and only then."""
    profile_id: str = ""
    """If set, the role is narrowed to this profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingQuery:
    """Which bindings are listed; what is empty or None does not matter."""

    identity_id: str = ""
    project_id: str = ""
    role: Role | None = None
    include_revoked: bool = False

    @property
    def where(self) -> dict[str, object]:
        """The conditions on the rows, but for those on the project."""
        wanted = {"identity_id": self.identity_id, "role": self.role and self.role.name}
        where: dict[str, object] = {name: value for name, value in wanted.items() if value}
        return where if self.include_revoked else {**where, "revoked_at": None}


class RoleBindings:
    """The role bindings."""

    def __init__(self, store: Store, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._clock = clock

    async def create(self, caller: Caller, order: BindingOrder) -> RoleBindingRecord:
        """A new binding. Raises NotFound, Denied, AlreadyExists, and Refused for a revoked identity."""
        make = partial(settled, partial(self._created, caller, order))
        return await self._retries.once(caller, make, partial(self._within_reach, caller))

    async def by_id(self, caller: Caller, id_: str) -> RoleBindingRecord:
        """A binding by its id. Raises NotFound, Denied."""
        absent = not_found(_TYPE, id_)
        record = await self._store.get(RoleBindingRecord, id=id_)
        if record is None:
            raise absent
        if record.project_id is not None:
            caller.enter(record.project_id, absent=absent)
        elif caller.principal.owner:
            caller.enter_server()
        else:
            raise absent
        return record

    async def page(
        self, caller: Caller, query: BindingQuery, page: Page
    ) -> tuple[Sequence[RoleBindingRecord], str]:
        """A page of the bindings that the caller may read, and the id of its last if there are more."""
        where = query.where
        if query.project_id:
            await enter_project(self._store, caller, query.project_id)
            where["project_id"] = query.project_id
        elif (seen := caller.enter_projects()) is not None:
            where["project_id"] = OneOf(seen)
        rows = await self._store.page(RoleBindingRecord, size=page.size, after=page.after, **where)
        return split(rows, page)

    async def revoke(self, caller: Caller, id_: str) -> RoleBindingRecord:
        """The binding revoked. Raises NotFound, Denied, and Refused for the last owner's."""
        return await settled(partial(self._revoked, caller, id_))

    async def _created(self, caller: Caller, order: BindingOrder) -> RoleBindingRecord:
        guards = (*await self._placed(caller, order), await self._known(order.identity_id))
        record = RoleBindingRecord(
            id=new_id(),
            identity_id=order.identity_id,
            project_id=order.project_id or None,
            role=order.role.name,
            profile_id=order.profile_id or None,
            created_at=self._clock(),
            created_by_id=caller.principal.identity_id,
        )
        attempt = recorded(caller, record.id, record.created_at)
        try:
            await self._store.commit(self._unit(caller, record, *guards, Insert(record), *attempt))
        except UniqueViolation:
            raise await self._held(record) from None
        return record

    async def _within_reach(self, caller: Caller, id_: str) -> RoleBindingRecord:
        """A binding that the caller could give, and so take away. Raises NotFound, Denied."""
        record = await self.by_id(caller, id_)
        if record.project_id is not None:
            _prove_may_give(caller, project_role(record.role), record.project_id)
        return record

    async def _placed(self, caller: Caller, order: BindingOrder) -> tuple[Expect, ...]:
        """Enter where the role is to be held; guards that the place is still there at the commit."""
        if order.role is Role.OWNER:
            caller.enter_server()
            return ()
        await enter_project(self._store, caller, order.project_id)
        _prove_may_give(caller, order.role, order.project_id)
        return (await self._narrowed(order),) if order.profile_id else ()

    async def _narrowed(self, order: BindingOrder) -> Expect:
        key = {"id": order.profile_id, "project_id": order.project_id}
        if await self._store.get(ProfileRecord, **key) is None:
            raise not_found("CertificateProfile", order.profile_id, field="profile_id")
        return Expect(ProfileRecord, key, 1)

    async def _known(self, identity_id: str) -> Expect:
        identity = await self._store.get(IdentityRecord, id=identity_id)
        if identity is None:
            raise not_found("Identity", identity_id, field="identity_id")
        if identity.revoked_at is not None:
            raise revoked(identity)
        return Expect(IdentityRecord, {"id": identity_id, "revoked_at": None}, 1)

    async def _revoked(self, caller: Caller, id_: str) -> RoleBindingRecord:
        record, now = await self._within_reach(caller, id_), self._clock()
        if record.revoked_at is not None:
            return record
        owns = record.project_id is None
        left = await kept(self._store, now=now, without_identity=record.identity_id) if owns else ()
        end = Update(RoleBindingRecord, {"id": id_, "revoked_at": None}, {"revoked_at": now})
        await self._store.commit(self._unit(caller, record, *left, end))
        return replace(record, revoked_at=now)

    def _unit(self, caller: Caller, record: RoleBindingRecord, *writes: Write) -> Unit:
        details = {"role_binding_id": record.id, "role": record.role}
        if record.profile_id:
            details["profile_id"] = record.profile_id
        row = audited(caller, ObjectKind.IDENTITY, record.identity_id, now=self._clock(), details=details)
        return Unit((*writes, row), (Change(ObjectKind.IDENTITY, record.identity_id),))

    async def _held(self, record: RoleBindingRecord) -> AlreadyExists:
        holder = await self._store.get(
            RoleBindingRecord,
            identity_id=record.identity_id,
            project_id=record.project_id,
            role=record.role,
            profile_id=record.profile_id,
            revoked_at=None,
        )
        resource = Resource(_TYPE, holder.id if holder else "", "role")
        return AlreadyExists("the identity has the role already", resource=resource)


def _prove_may_give(caller: Caller, role: Role | None, project_id: str) -> None:
    """Raises Denied unless the caller has there all that the role grants; an unknown role is an owner's."""
    if caller.principal.owner:
        return
    lacking = caller.principal.lacks(role, project_id) if role else caller.permission
    if lacking:
        raise denied(lacking)
