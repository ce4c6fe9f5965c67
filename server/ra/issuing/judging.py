"""Judges orders by what their profile, its policy and its CA say now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.clock import Clock
from server.errors import Invalid, Reason, Refused
from server.pki.serial import new_serial
from server.ra.access.caller import Caller
from server.ra.issuing.assembly import Draft, assemble
from server.ra.issuing.catalog import Catalog
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile, profile_absent
from server.ra.renewing.predecessor import Predecessor
from server.ra.renewing.reuse import reuse_faults
from server.ra.requests.approval import asked_by
from server.ra.revoking.blocked import BlockedKeys
from server.store.records import ProfileRecord, RequestRecord
from server.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An order with what it would become, and what it was judged by."""

    order: Order
    profile: Profile
    draft: Draft
    predecessor: Predecessor | None = None
    """What it renews, if it does."""

    def waits_for_approval(self, request: RequestRecord) -> bool:
        """Whether people decide first: not if both the requester and who asks are free of that.

        Nor if the profile frees renewals, unless somebody brings a key who asks in another one's
        place: nobody has ever agreed that this key be certified.
        """
        before, by = self.predecessor, asked_by(request)
        brings_key = self.order.csr is not None and before is not None and not before.came_by(self.order.csr)
        is_renewal = before is not None and not (brings_key and by != request.requester_id)
        rules = self.profile.rules.approval
        return any(rules.concerns(id_, is_renewal=is_renewal) for id_ in (request.requester_id, by))


class Judging:
    """The one way to a draft, for orders of every kind."""

    def __init__(self, store: Store, catalog: Catalog, *, blocked: BlockedKeys, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._blocked = blocked
        self._clock = clock

    async def asked(self, caller: Caller, order: Order) -> Case:
        """The case of a caller who has yet to be let in. Raises Invalid, NotFound, Denied, Refused."""
        return await self.case(order, await self._entered(caller, order))

    async def renewal(self, order: Order, predecessor: Predecessor) -> Case:
        """The case of an order for a certificate in a predecessor's place. Raises NotFound, Refused."""
        profile = await self._catalog.profile(order.profile_id)
        if profile is None:
            raise profile_absent(order.profile_id)
        self.prove_open(profile)
        return await self.case(order, profile, predecessor)

    async def case(self, order: Order, profile: Profile, predecessor: Predecessor | None = None) -> Case:
        """The case of an order under a profile."""
        draft = assemble(
            order, profile, now=self._clock(), serial=new_serial(), is_blocked=self._blocked.holds
        )
        if predecessor is not None:
            found = await reuse_faults(self._store, predecessor, order, draft, profile=profile)
            draft = replace(draft, violations=(*draft.violations, *found))
        return Case(order=order, profile=profile, draft=draft, predecessor=predecessor)

    async def present(self, profile_id: str) -> Profile:
        """The profile as it is stored now, past all caches. Raises NotFound, Refused as ``prove_open``."""
        record = await self._store.get(ProfileRecord, id=profile_id)
        profile = await self._catalog.uncached(record) if record else None
        if profile is None:
            raise profile_absent(profile_id)
        self.prove_open(profile)
        return profile

    def forget(self, profile: Profile) -> None:
        """Know no more of a profile that turned out to be outdated."""
        self._catalog.forget(profile)

    def prove_open(self, profile: Profile) -> None:
        """Raises Refused if the profile takes no requests, or its CA does not sign now."""
        if profile.disabled:
            message = f"the certificate profile '{profile.slug}' is disabled"
            raise Refused(message, reason=Reason.PROFILE_DISABLED, profile_id=profile.id)
        profile.issuer.ensure_active(self._clock())

    async def _entered(self, caller: Caller, order: Order) -> Profile:
        absent = profile_absent(order.profile_id)
        if any(fault.field == "profile_id" for fault in order.faults):
            raise Invalid("the request is malformed", violations=order.faults)
        project_id = await self._catalog.project_of(order.profile_id)
        if project_id is None:
            raise absent
        caller.enter(
            project_id,
            absent=absent,
            requester_id=caller.principal.identity_id,
            profile_id=order.profile_id,
        )
        profile = await self._catalog.profile(order.profile_id)
        if profile is None:
            raise absent
        self.prove_open(profile)
        return profile
