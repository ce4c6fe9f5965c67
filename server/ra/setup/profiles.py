"""Sets up certificate profiles, and reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from server.clock import Clock
from server.errors import Invalid, Nature, Refused, not_found
from server.ids import new_id
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.audit import audited
from server.ra.issuing.catalog import Catalog
from server.ra.issuing.profile import Profile
from server.ra.pages import Page
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.ra.setup.approvers import approver_faults
from server.ra.setup.defaults import newly_broken
from server.ra.setup.profile_order import ProfileOrder, ProfileQuery, Revise
from server.ra.setup.shelf import Shelf
from server.ra.setup.users import refuse_profile_in_use
from server.store.failures import ForeignKeyViolation, GuardFailed
from server.store.records import (
    CertificateRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    RoleBindingRecord,
)
from server.store.store import Store
from server.store.unit import Change, Delete, Expect, Insert, Update, Write

_BINDINGS = 10_000


class Profiles:
    """The certificate profiles."""

    def __init__(self, store: Store, catalog: Catalog, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._shelf = Shelf(store, ProfileRecord, ObjectKind.PROFILE, name="CertificateProfile")
        self._catalog = catalog
        self._clock = clock

    async def create(self, caller: Caller, order: ProfileOrder) -> ProfileRecord:
        """A new profile. Raises NotFound, AlreadyExists, and Invalid or Refused for its own defaults."""
        make = partial(self._entered, caller, order)
        return await self._retries.once(caller, make, partial(self.by_id, caller))

    async def by_id(self, caller: Caller, id_: str) -> ProfileRecord:
        """A profile by its id. Raises NotFound, Denied."""
        return await self._shelf.by_id(caller, id_)

    async def by_slug(self, caller: Caller, project_id: str, slug: str) -> ProfileRecord:
        """A profile by its name in a project. Raises NotFound, Denied."""
        return await self._shelf.by_slug(caller, project_id, slug)

    async def page(
        self, caller: Caller, query: ProfileQuery, page: Page
    ) -> tuple[Sequence[ProfileRecord], str]:
        """A page of a project's profiles, and the id of its last one if there is a next page."""
        return await self._shelf.page(caller, query.project_id, page, name=query.name, **query.where)

    async def update(self, caller: Caller, id_: str, revise: Revise, *, etag: str) -> ProfileRecord:
        """The profile changed. Raises NotFound, Denied, Stale, AlreadyExists, what ``revise`` raises.

        And Refused with all violations, if its defaults would break its policy.
        """
        await self._shelf.by_id(caller, id_)
        return await settled(partial(self._updated, caller, id_, revise, etag))

    async def delete(self, caller: Caller, id_: str, *, etag: str) -> None:
        """Remove a profile, and revoke the roles that are narrowed to it.

        Raises NotFound, Denied, Stale, and Refused if anything was issued or asked for by it.
        """
        await self._shelf.by_id(caller, id_)
        await settled(partial(self._deleted, caller, id_, etag))

    async def _entered(self, caller: Caller, order: ProfileOrder) -> ProfileRecord:
        await enter_project(self._store, caller, order.project_id)
        return await settled(partial(self._created, caller, order))

    async def _created(self, caller: Caller, order: ProfileOrder) -> ProfileRecord:
        now = self._clock()
        record = ProfileRecord(
            id=new_id(),
            project_id=order.project_id,
            slug=order.slug,
            ca_id=order.ca_id,
            policy_id=order.policy_id,
            api_config_id=new_id(),
            document=order.document,
            disabled=order.disabled,
            created_at=now,
            updated_at=now,
        )
        guard = await self._prove(order, record)
        writes: tuple[Write, ...] = (guard, Insert(record), *recorded(caller, record.id, now))
        return await self._shelf.put(caller, record, *writes, slug_field=order.at("slug"))

    async def _updated(self, caller: Caller, id_: str, revise: Revise, etag: str) -> ProfileRecord:
        stored = await self._shelf.present(id_, etag)
        order = revise(stored)
        values: dict[str, object] = {
            "slug": order.slug,
            "ca_id": order.ca_id,
            "policy_id": order.policy_id,
            "disabled": order.disabled,
            "document": order.document,
        }
        if not order.faults and all(getattr(stored, name) == value for name, value in values.items()):
            return stored
        values["updated_at"] = self._clock()
        record: ProfileRecord = replace(stored, **values)  # type: ignore[arg-type]
        guard = await self._prove(order, record, stored)
        change = Update(ProfileRecord, {"id": id_, "revision": stored.revision}, values)
        return await self._shelf.put(caller, record, guard, change, slug_field=order.at("slug"))

    async def _deleted(self, caller: Caller, id_: str, etag: str) -> None:
        stored, now = await self._shelf.present(id_, etag), self._clock()
        narrowed: dict[str, Any] = {"profile_id": id_, "revoked_at": None}
        bindings = await self._store.list(RoleBindingRecord, limit=_BINDINGS, **narrowed)
        writes: tuple[Write, ...] = (
            Expect(CertificateRecord, {"profile_id": id_}, 0),
            Update(RoleBindingRecord, narrowed, {"revoked_at": now}, expect=len(bindings)),
            *(_unbound(caller, binding, now=now) for binding in bindings),
            Delete(ProfileRecord, {"id": id_, "revision": stored.revision}),
        )
        holders = dict.fromkeys(binding.identity_id for binding in bindings)
        changes = tuple(Change(ObjectKind.IDENTITY, holder) for holder in holders)
        try:
            await self._shelf.remove(caller, stored, *writes, now=now, changes=changes)
        except (ForeignKeyViolation, GuardFailed):
            await refuse_profile_in_use(self._store, id_)
            raise  # it changed meanwhile, or its last user went: the next attempt will tell

    async def _prove(
        self, order: ProfileOrder, record: ProfileRecord, stored: ProfileRecord | None = None
    ) -> Expect:
        """Raises NotFound, Invalid, Refused; answers what must still hold when the record is stored."""
        profile = await self._compiled(order, record)
        before = await self._catalog.uncached(stored) if stored else None
        faulty = {fault.field.removeprefix(order.within) for fault in order.faults}
        approvers = await approver_faults(self._store, profile, before, unreadable=faulty)
        broken = (*approvers, *newly_broken(profile, before=before, now=record.updated_at))
        found = (each.at(order.at(each.field)) for each in broken if each.field not in faulty)
        told = (*order.faults, *found)
        if any(each.nature is Nature.FORM for each in told):
            raise Invalid("the profile is malformed", violations=told)
        if told:
            raise Refused("the defaults break the policy", violations=told, policy_id=profile.policy.id)
        judge = {"id": profile.policy.id, "revision": profile.policy.revision}
        return Expect(PolicyRecord, judge, 1)

    async def _compiled(self, order: ProfileOrder, record: ProfileRecord) -> Profile:
        """The profile compiled; what it refers to must be of its own project, or is said not to exist."""
        issuer = await self._catalog.issuer(order.ca_id, project_id=record.project_id)
        if issuer is None:
            raise not_found("CertificateAuthority", order.ca_id, field=order.at("ca_id"))
        policy = await self._catalog.policy(order.policy_id, project_id=record.project_id)
        if policy is None:
            raise not_found("CertificatePolicy", order.policy_id, field=order.at("certificate_policy_id"))
        return self._catalog.assembled(record, policy, issuer)


def _unbound(caller: Caller, binding: RoleBindingRecord, *, now: datetime) -> Insert:
    """The row that tells of a role that goes with its profile, where those of its identity are looked for."""
    details = {"role_binding_id": binding.id, "role": binding.role, "profile_id": binding.profile_id}
    return audited(caller, ObjectKind.IDENTITY, binding.identity_id, now=now, details=details)
