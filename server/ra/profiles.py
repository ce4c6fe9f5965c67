"""Sets up certificate profiles, and reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.clock import Clock
from server.errors import AlreadyExists, Invalid, Nature, NotFound, Refused, Resource, Unsupported, not_found
from server.ids import new_id
from server.pki.serial import new_serial
from server.ra.access import Caller
from server.ra.assembly import assemble
from server.ra.audit import audited
from server.ra.catalog import Catalog
from server.ra.order import Order
from server.ra.origins import DEFAULTS
from server.ra.profile import Profile
from server.store.failures import UniqueViolation
from server.store.records import ObjectKind, ProfileRecord, ProjectRecord
from server.store.store import Store
from server.store.unit import Change, Insert, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOrder:
    """What a new profile is to be."""

    project_id: str
    ca_id: str
    policy_id: str
    slug: str
    disabled: bool = False
    document: bytes = field(repr=False)
    """The profile as its author wrote it, for the compiler and for answers."""


class Profiles:
    """The certificate profiles."""

    def __init__(self, store: Store, catalog: Catalog, *, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock

    async def create(self, caller: Caller, order: ProfileOrder) -> ProfileRecord:
        """A new profile. Raises NotFound, AlreadyExists, and Invalid or Refused for its own defaults."""
        absent = not_found("Project", order.project_id, field="project_id")
        if await self._store.get(ProjectRecord, id=order.project_id) is None:
            raise absent
        caller.enter(order.project_id, absent=absent)
        record = self._record(order)
        profile = await self._compiled(order, record)
        _prove_defaults(profile, now=record.created_at)
        await self._store_new(caller, record)
        return await self._stored(record.id)

    async def by_id(self, caller: Caller, id_: str) -> ProfileRecord:
        """A profile by its id. Raises NotFound, Denied."""
        return await self._found(caller, not_found("CertificateProfile", id_), id=id_)

    async def by_slug(self, caller: Caller, project_id: str, slug: str) -> ProfileRecord:
        """A profile by its name in a project. Raises NotFound, Denied."""
        return await self._found(
            caller, not_found("CertificateProfile", slug), project_id=project_id, slug=slug
        )

    async def _found(self, caller: Caller, absent: NotFound, **key: str) -> ProfileRecord:
        record = await self._store.get(ProfileRecord, **key)
        if record is None:
            raise absent
        caller.enter(record.project_id, absent=absent)
        return record

    def _record(self, order: ProfileOrder) -> ProfileRecord:
        now = self._clock()
        return ProfileRecord(
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

    async def _compiled(self, order: ProfileOrder, record: ProfileRecord) -> Profile:
        """The new profile compiled; what it refers to must be of its own project, or is said not to exist."""
        issuer = await self._catalog.issuer(order.ca_id, project_id=order.project_id)
        if issuer is None:
            raise not_found("CertificateAuthority", order.ca_id, field="ca_id")
        policy = await self._catalog.policy(order.policy_id, project_id=order.project_id)
        if policy is None:
            raise not_found("CertificatePolicy", order.policy_id, field="certificate_policy_id")
        profile = self._catalog.assembled(record, policy, issuer)
        if profile.rules.needs_approval:
            raise Unsupported("this server has no approvals yet", field="approval_config")
        return profile

    async def _store_new(self, caller: Caller, record: ProfileRecord) -> None:
        row = audited(
            caller, ObjectKind.PROFILE, record.id, now=record.created_at, details={"slug": record.slug}
        )
        change = Change(ObjectKind.PROFILE, record.id, project_id=record.project_id, profile_id=record.id)
        try:
            await self._store.commit(Unit((Insert(record), row), (change,)))
        except UniqueViolation:
            raise await self._taken(record) from None

    async def _taken(self, record: ProfileRecord) -> AlreadyExists:
        holder = await self._store.get(ProfileRecord, project_id=record.project_id, slug=record.slug)
        resource = Resource("CertificateProfile", holder.id if holder else "", "slug")
        return AlreadyExists(f"the slug '{record.slug}' is taken", resource=resource, slug=record.slug)

    async def _stored(self, id_: str) -> ProfileRecord:
        record = await self._store.get(ProfileRecord, id=id_)
        if record is None:
            raise not_found("CertificateProfile", id_)
        return record


def _prove_defaults(profile: Profile, *, now: datetime) -> None:
    """Raises Invalid for malformed defaults, Refused for those that its own policy or CA would refuse."""
    draft = assemble(Order(profile_id=profile.id), profile, now=now, serial=new_serial())
    broken = tuple(
        violation.at(violation.field.removeprefix("profile."))
        for violation in draft.violations
        if violation.field.startswith(DEFAULTS)
    )
    if any(violation.nature is Nature.FORM for violation in broken):
        raise Invalid("the defaults are malformed", violations=broken)
    if broken:
        raise Refused("the defaults break the policy", violations=broken, policy_id=profile.policy.id)
