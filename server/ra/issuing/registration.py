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
from server.errors import CAError, Denied, Invalid, Refused
from server.ra.access.caller import Caller
from server.ra.access.rights import ISSUE, RENEW, rights_to_ask
from server.ra.issuing.assembly import Draft
from server.ra.issuing.catalog import Catalog, Documents
from server.ra.issuing.entries import arrival, judged, request_record
from server.ra.issuing.fulfilment import grounds
from server.ra.issuing.issuance import Issuance, Issued
from server.ra.issuing.judging import Case, Judging
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile, profile_absent
from server.ra.issuing.refusal import refuse
from server.ra.renewing.orders import renewing
from server.ra.renewing.predecessor import predecessor_of
from server.ra.requests.approval import asked_by
from server.ra.requests.progress import Progress, progress_of
from server.ra.requests.steps import FAILED, transition
from server.ra.retries import recorded
from server.ra.revisions import settled
from server.ra.revoking.blocked import BlockedKeys
from server.ra.tasks import Tasks
from server.store.failures import ForeignKeyViolation, GuardFailed
from server.store.records import DecisionRecord, RequestRecord
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
        blocked: BlockedKeys,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._store = store
        self._judging = Judging(store, catalog, blocked=blocked, clock=clock)
        self._documents = documents
        self._issuance = issuance
        self._tasks = tasks
        self._clock = clock

    async def judge(self, caller: Caller, order: Order) -> Draft:
        """What the order would become, with all that speaks against it; nothing is signed or stored."""
        return (await self._judging.asked(caller, order)).draft

    async def submit(self, caller: Caller, order: Order) -> Issued | Waiting:
        """The certificate of an order, stored before it is told; or its request, if that needs approvals.

        Raises what ``refuse`` raises.
        """
        return await settled(partial(self._submitted, caller, order))

    async def renew(self, caller: Caller, order: Order, certificate_id: str) -> Issued | Waiting:
        """The same of an order for a certificate in another one's place; the caller was let in to that.

        Raises Refused besides if that one cannot be renewed.
        """
        return await settled(partial(self._renewed, caller, order, certificate_id))

    async def fulfil(
        self, caller: Caller, request: RequestRecord, decision: DecisionRecord, *guards: Write
    ) -> None:
        """Issue a request whose last approval is given, by the rules and for the requester of now.

        It is kept as FAILED if they forbid it. Raises Refused, and changes
        nothing, if that may pass by itself, for the CA or the profile is
        disabled, or the certificate to be renewed is on hold; and
        ``GuardFailed`` if anything changed meanwhile.
        """
        profile = await self._judging.present(request.profile_id)
        case = await self._waited(request, profile)
        try:
            if case.predecessor:
                case.predecessor.prove_renewable(request_id=request.id)
            permission = RENEW if case.predecessor else ISSUE
            by = asked_by(request)
            rights = await rights_to_ask(self._store, request, permission=permission, by=by)
            refuse(case.draft, profile)
        except (Denied, Invalid, Refused) as error:
            values = judged(profile, case.draft.template)
            await self._fail(caller, request, decision, error, *guards, values=values)
            return
        await self._issuance.late(
            caller,
            case.order,
            request,
            decision=decision,
            profile=profile,
            draft=case.draft,
            guards=(*guards, *rights.guards),
            predecessor=case.predecessor,
        )

    async def _submitted(self, caller: Caller, order: Order) -> Issued | Waiting:
        return await self._taken(caller, await self._judging.asked(caller, order))

    async def _renewed(self, caller: Caller, order: Order, certificate_id: str) -> Issued | Waiting:
        predecessor = await predecessor_of(self._store, self._documents, certificate_id)
        if not order.faults:  # else they are the answer, with whatever else is wrong with the order
            predecessor.prove_renewable()
        return await self._taken(caller, await self._judging.renewal(order, predecessor))

    async def _taken(self, caller: Caller, case: Case) -> Issued | Waiting:
        """One attempt; what it begins to make goes on though the client goes away.

        Raises ``GuardFailed`` if what it rests on is not in force any more.
        """
        order, profile, draft = case.order, case.profile, case.draft
        refuse(draft, profile)
        request = request_record(
            caller, order, profile=profile, draft=draft, renews=case.predecessor, now=self._clock()
        )
        try:
            if case.waits_for_approval(request):
                return await self._tasks.own(self._wait(caller, request, case))
            issue = self._issuance.at_once(
                caller, order, request, profile=profile, draft=draft, predecessor=case.predecessor
            )
            return await self._tasks.own(issue)
        except GuardFailed:
            self._judging.forget(profile)
            raise

    async def _wait(self, caller: Caller, request: RequestRecord, case: Case) -> Waiting:
        rules, before = case.profile.rules.approval, case.predecessor
        waiting = replace(
            request,
            approval={**request.approval, **rules.snapshot()},
            effective=self._documents.effective(case.draft),
            expires_at=request.created_at + rules.max_wait,
        )
        attempt = recorded(caller, request.id, request.created_at)
        awaited = before.awaited(waiting) if before else ()
        changes = (before.change,) if before else ()
        unit = arrival(caller, waiting, *attempt, *awaited, grounds=grounds(case.profile), changes=changes)
        try:
            revision = await self._store.commit(unit)
        except ForeignKeyViolation:
            raise profile_absent(request.profile_id) from None
        return Waiting(request=replace(waiting, revision=revision), warnings=case.draft.warnings)

    async def _waited(self, request: RequestRecord, profile: Profile) -> Case:
        """The case of a request that waited, as it is now. Raises Refused if it may fare better later."""
        order = self._documents.order(request.order)
        if request.renews_certificate_id is None:
            return await self._judging.case(order, profile)
        predecessor = await predecessor_of(self._store, self._documents, request.renews_certificate_id)
        if predecessor.may_recover:
            predecessor.prove_renewable(request_id=request.id)
        return await self._judging.case(renewing(order, predecessor.certificate), profile, predecessor)

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
