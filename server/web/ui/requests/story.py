"""What has happened to a request so far, and what comes next: its timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certmanager.v1.certificate_pb2 import PrivateKeyState
from certmanager.v1.certificate_request_pb2 import ApprovalProgress, CertificateRequest, Decision
from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from server.web.ui.requests.naming import OPEN, TONES, state_of
from server.web.ui.words import enum_named, spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the timeline."""

    title: str
    at: Any = None
    """Its time; None for what has not happened yet."""
    note: str = ""
    tone: str = "plain"


def story_of(request: CertificateRequest) -> list[Event]:
    """The timeline, oldest first; the last entries may be yet to come."""
    story = [Event(title=f"Requested by {request.requester_name}", at=request.created_at, tone="info")]
    story += [each for step in request.approvals for each in _decisions(step)]
    story.sort(key=lambda event: (event.at.seconds, event.at.nanos))
    if request.state in OPEN:
        return [*story, *_next(request)]
    return [*story, _ended(request)]


def _decisions(step: ApprovalProgress) -> Iterable[Event]:
    for each in step.decisions:
        approved = each.decision == Decision.DECISION_APPROVED
        where = f" ({step.step.name})" if step.step.name else ""
        yield Event(
            title=f"{'Approved' if approved else 'Rejected'} by {each.approver_name}{where}",
            at=each.decided_at,
            note=each.comment,
            tone="good" if approved else "bad",
        )


def _next(request: CertificateRequest) -> Iterable[Event]:
    """The step that waits, and those behind it."""
    missing = [step for step in request.approvals if step.approvals_missing]
    for place, step in enumerate(missing):
        count = f"{step.approvals_missing} approval{'s' if step.approvals_missing > 1 else ''}"
        name = f" of {step.step.name}" if step.step.name else ""
        title = f"{'Waits for' if place == 0 else 'Then'} {count}{name}"
        yield Event(title=title, note=_approvers(step), tone="warn" if place == 0 else "plain")
    yield Event(title="Issued by the CA")


def _approvers(step: ApprovalProgress) -> str:
    roles = [spelled(enum_named("Role"), role).lower() for role in step.step.roles]
    people = len(step.step.identity_ids)
    named = [f"{people} named approver{'s' if people > 1 else ''}"] if people else []
    return f"by: {', '.join(roles + named)}"


def _ended(request: CertificateRequest) -> Event:
    note = request.comment
    if request.state == State.CERTIFICATE_REQUEST_STATE_FAILED:
        note = request.error.message
    elif request.state == State.CERTIFICATE_REQUEST_STATE_ISSUED:
        note = _KEYS.get(request.private_key_state, "")
    elif request.state == State.CERTIFICATE_REQUEST_STATE_REJECTED:
        note = ""  # stands with the decision
    return Event(
        title=state_of(request), at=request.ended_at, note=note, tone=TONES.get(request.state, "plain")
    )


_KEYS = {
    PrivateKeyState.PRIVATE_KEY_STATE_CLAIMABLE: "The private key waits for its requester.",
    PrivateKeyState.PRIVATE_KEY_STATE_DELIVERED: "The private key was handed over, and is gone from here.",
    PrivateKeyState.PRIVATE_KEY_STATE_DESTROYED: "The private key was not claimed in time, and is destroyed.",
}
