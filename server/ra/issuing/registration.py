"""Takes orders for certificates: judges them, and has those signed that pass and wait for nobody.

This is the one path (design page "architecture"): whatever asks for a certificate
goes through ``assemble``, ``refuse`` and ``Issuance``, and nothing that was signed
leaves the process before its row is durable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from server.clock import Clock
from server.errors import CAError, Denied, Invalid, Reason, Refused
from server.pki.serial import new_serial
from server.ra.access.caller import Caller
from server.ra.access.rights import rights_to_ask
from server.ra.issuing.assembly import Draft, assemble
from server.ra.issuing.catalog import Catalog, Documents
from server.ra.issuing.entries import FAILED, arrival, judged, request_record, transition
from server.ra.issuing.fulfilment import grounds
from server.ra.issuing.issuance import Issuance, Issued
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile, profile_absent
from server.ra.issuing.refusal import refuse
from server.ra.requests.progress import Progress, progress_of
from server.ra.retries import recorded
from server.ra.revisions import settled
from server.ra.tasks import Tasks
from server.store.failures import ForeignKeyViolation, GuardFailed
from server.store.records import DecisionRecord, ProfileRecord, RequestRecord
from server.store.store import Store
from server.store.unit import Insert, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What came of an order that needs approvals first."""

    request: RequestRecord
    warnings: tuple[str, ...] = ()

    @property
    def progress(self) -> Progress:
        """How far it has come: nowhere yet."""
        return progress_of(self.request, ())


class Registration:
    """The registration authority: decides which orders become certificates."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        documents: Documents,
        issuance: Issuance,
        *,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._documents = documents
        self._issuance = issuance
        self._tasks = tasks
        self._clock = clock

    async def judge(self, caller: Caller, order: Order) -> Draft:
        """What the order would become, with all that speaks against it; nothing is signed or stored."""
        return self._draft(order, await self._profile(caller, order))

    async def submit(self, caller: Caller, order: Order) -> Issued | Waiting:
        """The certificate of an order, stored before it is told; or its request, if that needs approvals.

        Raises what ``refuse`` raises.
        """
        return await settled(partial(self._submitted, caller, order))

    async def fulfil(
        self, caller: Caller, request: RequestRecord, decision: DecisionRecord, *guards: Write
    ) -> None:
        """Issue a request whose last approval is given, by the rules and for the requester of now.

        It is kept as FAILED if they forbid it. Raises Refused, and changes
        nothing, if that may pass by itself, for the CA or the profile is
        disabled; and ``GuardFailed`` if anything changed meanwhile.
        """
        order = self._documents.order(request.order)
        profile = await self._present(request.profile_id)
        self._prove_open(profile)
        draft = self._draft(order, profile)
        try:
            rights = await rights_to_ask(self._store, request)
            refuse(draft, profile)
        except (Denied, Invalid, Refused) as error:
            values = judged(profile, draft.template)
            await self._fail(caller, request, decision, error, *guards, values=values)
            return
        await self._issuance.late(
            caller,
            order,
            request,
            decision=decision,
            profile=profile,
            draft=draft,
            guards=(*guards, *rights.guards),
        )

    async def _submitted(self, caller: Caller, order: Order) -> Issued | Waiting:
        """One attempt; what it begins to make goes on though the client goes away.

        Raises ``GuardFailed`` if what it rests on is not in force any more.
        """
        profile = await self._profile(caller, order)
        draft = self._draft(order, profile)
        refuse(draft, profile)
        request = request_record(caller, order, profile=profile, draft=draft, now=self._clock())
        try:
            if profile.rules.approval.concerns(request.requester_id):
                return await self._tasks.own(self._wait(caller, request, profile=profile, draft=draft))
            issue = self._issuance.at_once(caller, order, request, profile=profile, draft=draft)
            return await self._tasks.own(issue)
        except GuardFailed:
            self._catalog.forget(profile)
            raise

    async def _wait(
        self, caller: Caller, request: RequestRecord, *, profile: Profile, draft: Draft
    ) -> Waiting:
        rules = profile.rules.approval
        waiting = replace(
            request,
            approval=rules.snapshot(),
            effective=self._documents.effective(draft),
            expires_at=request.created_at + rules.max_wait,
        )
        attempt = recorded(caller, request.id, request.created_at)
        unit = arrival(caller, waiting, *attempt, grounds=grounds(profile))
        try:
            revision = await self._store.commit(unit)
        except ForeignKeyViolation:
            raise profile_absent(request.profile_id) from None
        return Waiting(request=replace(waiting, revision=revision), warnings=draft.warnings)

    async def _fail(
        self,
        caller: Caller,
        request: RequestRecord,
        decision: DecisionRecord,
        error: CAError,
        *guards: Write,
        values: Mapping[str, object],
    ) -> None:
        told = self._documents.error(error, caller.trace_id)
        failed = {**values, "state": FAILED, "error": told}
        details = {"reason": error.reason.value, "step": decision.step}
        writes, now = (*guards, Insert(decision)), decision.decided_at
        await self._store.commit(transition(caller, request, failed, *writes, now=now, details=details))

    def _draft(self, order: Order, profile: Profile) -> Draft:
        return assemble(order, profile, now=self._clock(), serial=new_serial())

    async def _present(self, profile_id: str) -> Profile:
        """The profile as it is stored now, past all caches."""
        record = await self._store.get(ProfileRecord, id=profile_id)
        profile = await self._catalog.uncached(record) if record else None
        if profile is None:
            raise profile_absent(profile_id)
        return profile

    async def _profile(self, caller: Caller, order: Order) -> Profile:
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
        self._prove_open(profile)
        return profile

    def _prove_open(self, profile: Profile) -> None:
        """Raises Refused if the profile takes no requests, or its CA does not sign now."""
        if profile.disabled:
            message = f"the certificate profile '{profile.slug}' is disabled"
            raise Refused(message, reason=Reason.PROFILE_DISABLED, profile_id=profile.id)
        profile.issuer.ensure_active(self._clock())
