"""How far the approvals of a request have come, and who may take them further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.ra.access.caller import Principal
from server.ra.requests.approval import APPROVE, ApprovalRules, Step, is_own
from server.store.records import DecisionRecord, RequestRecord

APPROVED, REJECTED = "APPROVED", "REJECTED"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step with the decisions in it, oldest first."""

    step: Step
    decisions: tuple[DecisionRecord, ...]

    @property
    def missing(self) -> int:
        """How many approvals it still needs."""
        given = sum(decision.decision == APPROVED for decision in self.decisions)
        return max(self.step.required - given, 0)

    def decision_of(self, identity_id: str) -> str:
        """What an identity decided in the step; empty if nothing yet."""
        found = (each.decision for each in self.decisions if each.identity_id == identity_id)
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Progress:
    """All steps of a request, in their order; none if it needs no approval."""

    steps: tuple[StepProgress, ...] = ()
    self_approval: bool = False

    @property
    def present(self) -> int:
        """The number of the step that waits, counted from 0; the last one if none does."""
        waiting = (n for n, step in enumerate(self.steps) if step.missing)
        return next(waiting, max(len(self.steps) - 1, 0))

    @property
    def missing(self) -> int:
        """How many approvals are still needed over all steps."""
        return sum(step.missing for step in self.steps)

    def awaits(self, principal: Principal, request: RequestRecord) -> bool:
        """Whether the principal may approve the request now, as far as its step and requester go."""
        place = request.project_id, request.profile_id
        waiting = self.steps[self.present]
        return (
            principal.scope(APPROVE, *place) is not None
            and waiting.step.admits(principal, project_id=place[0], profile_id=place[1])
            and not waiting.decision_of(principal.identity_id)
            and (self.self_approval or not is_own(request, principal.identity_id))
        )


def progress_of(request: RequestRecord, decisions: Sequence[DecisionRecord]) -> Progress:
    """The progress of a request with its decisions, oldest first."""
    rules = ApprovalRules.of(request.approval)
    steps = (
        StepProgress(step, tuple(decision for decision in decisions if decision.step == n))
        for n, step in enumerate(rules.steps)
    )
    return Progress(tuple(steps), rules.self_approval)
