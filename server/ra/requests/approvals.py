"""Decides about certificate requests that wait: approves and rejects them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from server.clock import Clock
from server.errors import Denied, Reason, Refused, Resource, Stale
from server.ids import new_id
from server.ra.access.caller import Caller
from server.ra.access.rights import rights_now
from server.ra.issuing.registration import Registration
from server.ra.requests.approval import is_own
from server.ra.requests.progress import APPROVED, REJECTED
from server.ra.requests.reading import FoundRequest, RequestReading
from server.ra.requests.steps import EXPIRED, FAILED, ISSUED, transition
from server.ra.requests.steps import REJECTED as REJECTED_STATE
from server.ra.revisions import settled
from server.ra.tasks import Tasks
from server.ra.turns import Turns
from server.store.queries.request_query import WAITING
from server.store.records import DecisionRecord
from server.store.store import Store
from server.store.unit import Insert, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a caller says who decides about a request."""

    comment: str = ""
    revision: int = 0
    """The revision that the caller saw; 0 if it does not say."""


_Decide = Callable[[Caller, str, Said, Sequence[Write]], Awaitable[FoundRequest]]
"""What is done of a decision, under the guards that the caller keeps the right to it."""


class Approvals:
    """The decisions about requests that wait."""

    def __init__(
        self, store: Store, registration: Registration, *, turns: Turns, tasks: Tasks, clock: Clock
    ) -> None:
        self._store = store
        self._reading = RequestReading(store)
        self._registration = registration
        self._turns = turns
        self._tasks = tasks
        self._clock = clock

    async def approve(self, caller: Caller, id_: str, said: Said) -> FoundRequest:
        """The request with the caller's approval of its present step; issued, if that was the last.

        Raises NotFound, Denied (also with SELF_APPROVAL), Stale, Refused; and Unauthenticated,
        for the rights count that the caller has when it is stored.
        """
        return await self._in_turn(self._approved, caller, id_, said)

    async def reject(self, caller: Caller, id_: str, said: Said) -> FoundRequest:
        """The request, rejected. Raises NotFound, Denied, Stale, Refused, as ``approve``."""
        return await self._in_turn(self._rejected, caller, id_, said)

    async def _in_turn(self, decide: _Decide, caller: Caller, id_: str, said: Said) -> FoundRequest:
        """Whoever may not decide is told without waiting; what is decided is done if the client goes away."""
        await self._reading.entered(caller, id_)

        async def settle() -> FoundRequest:
            async with self._turns.of(id_):
                return await settled(partial(self._decided, decide, caller, id_, said))

        return await self._tasks.own(settle())

    async def _decided(self, decide: _Decide, caller: Caller, id_: str, said: Said) -> FoundRequest:
        """One attempt. In turn, and with signing, it may be long since the call was let in."""
        rights = await rights_now(self._store, caller, now=self._clock())
        return await decide(replace(caller, principal=rights.principal), id_, said, rights.guards)

    async def _approved(self, caller: Caller, id_: str, said: Said, guards: Sequence[Write]) -> FoundRequest:
        found = await self._reading.entered(caller, id_)
        if _has_approved(found, caller.principal.identity_id):
            return found
        self._prove_approver(caller, found)
        if is_own(found.record, caller.principal.identity_id) and not found.progress.self_approval:
            raise Denied("nobody approves their own request", reason=Reason.SELF_APPROVAL)
        prove_seen(found, said.revision)
        decision = self._decision(caller, found, APPROVED, said)
        if found.progress.missing > 1:
            details, writes = {"step": decision.step}, (*guards, Insert(decision))
            unit = transition(caller, found.record, {}, *writes, now=decision.decided_at, details=details)
            await self._store.commit(unit)
        else:
            await self._registration.fulfil(caller, found.record, decision, *guards)
        return await self._reading.entered(caller, id_)

    async def _rejected(self, caller: Caller, id_: str, said: Said, guards: Sequence[Write]) -> FoundRequest:
        found = await self._reading.entered(caller, id_)
        if found.record.state == REJECTED_STATE and _last_word(found, caller.principal.identity_id):
            return found
        self._prove_approver(caller, found)
        _prove_undecided(caller, found)
        prove_seen(found, said.revision)
        decision = self._decision(caller, found, REJECTED, said)
        unit = transition(
            caller,
            found.record,
            {"state": REJECTED_STATE, "comment": said.comment},
            *guards,
            Insert(decision),
            now=decision.decided_at,
            action="certificateRequests.reject",
            details={"step": decision.step},
        )
        await self._store.commit(unit)
        return await self._reading.entered(caller, id_)

    def _prove_approver(self, caller: Caller, found: FoundRequest) -> None:
        """Raises Refused if no step waits, and Denied if the one that does is not the caller's."""
        record = found.record
        due = record.expires_at is not None and record.expires_at <= self._clock()
        if record.state != WAITING or due:
            raise conflict(found, state=EXPIRED if record.state == WAITING else record.state)
        present = found.progress.present
        step = found.progress.steps[present].step
        if not step.admits(caller.principal, project_id=record.project_id, profile_id=record.profile_id):
            message = "the step that waits names neither the caller nor a role of the caller's"
            raise Denied(message, permission=caller.permission, step=str(present))

    def _decision(self, caller: Caller, found: FoundRequest, decision: str, said: Said) -> DecisionRecord:
        return DecisionRecord(
            id=new_id(),
            request_id=found.record.id,
            step=found.progress.present,
            identity_id=caller.principal.identity_id,
            identity_name=caller.principal.identity_name,
            decision=decision,
            comment=said.comment,
            decided_at=self._clock(),
        )


def conflict(found: FoundRequest, *, state: str = "", message: str = "") -> Refused:
    """The answer to who comes too late, with the state that forbids it."""
    record = found.record
    return Refused(
        message or f"the request is {state or record.state} and waits for no decision",
        reason=Reason.STATE_CONFLICT,
        resource=Resource("CertificateRequest", record.id),
        state=state or record.state,
        revision=str(record.revision),
    )


def prove_seen(found: FoundRequest, revision: int) -> None:
    """Raises Stale, with the present revision, unless the caller has seen that one or names none."""
    present = found.record.revision
    if revision not in (0, present):
        raise Stale("the request has changed since; look at it again", revision=str(present))


def _has_approved(found: FoundRequest, identity_id: str) -> bool:
    """Whether an approval of the caller would be a repetition: of the step that waits, or of the last one."""
    if found.record.state not in (WAITING, ISSUED, FAILED) or not found.progress.steps:
        return False
    return found.progress.steps[found.progress.present].decision_of(identity_id) == APPROVED


def _last_word(found: FoundRequest, identity_id: str) -> bool:
    return any(step.decision_of(identity_id) == REJECTED for step in found.progress.steps)


def _prove_undecided(caller: Caller, found: FoundRequest) -> None:
    """One person has one say in a step: who approved it does not reject it."""
    if found.progress.steps[found.progress.present].decision_of(caller.principal.identity_id):
        raise conflict(found, message="the caller has approved this step already")
