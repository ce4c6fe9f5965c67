"""The steps in a request's life: its states, and what is stored of coming from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.ra.access.caller import Caller
from server.ra.audit import audited, noted
from server.ra.renewing.steps import request_ended
from server.store.records import ObjectKind, RequestRecord
from server.store.unit import Change, Unit, Update, Write

ISSUED, FAILED, REJECTED, CANCELLED, EXPIRED = "ISSUED", "FAILED", "REJECTED", "CANCELLED", "EXPIRED"
TERMINAL = frozenset({ISSUED, FAILED, REJECTED, CANCELLED, EXPIRED})


def transition(
    caller: Caller,
    before: RequestRecord,
    values: Mapping[str, object],
    *writes: Write,
    now: datetime,
    action: str = "",
    details: Mapping[str, object] | None = None,
) -> Unit:
    """A step in a request's life; it fails with ``GuardFailed`` if the request changed meanwhile."""
    new_state = str(values.get("state", before.state))
    told = {"state": new_state, **(details or {})}
    row = audited(caller, ObjectKind.REQUEST, before.id, now=now, action=action, details=told)
    ended = request_ended(before, now=now) if new_state in TERMINAL else ()
    return Unit((moved(before, values, now=now), *writes, *ended, row), changed(before, new_state))


def moved(before: RequestRecord, values: Mapping[str, object], *, now: datetime) -> Update:
    """The write that changes a request which is still as it was seen."""
    ended = {"ended_at": now} if values.get("state") in TERMINAL else {}
    seen = {"id": before.id, "revision": before.revision}
    return Update(RequestRecord, seen, {**values, **ended, "updated_at": now})


def changed(before: RequestRecord, new_state: str) -> tuple[Change, ...]:
    """What the feed is told of a request that comes to a state, or changes within it."""
    return (step_of(before, before.state, new_state),)


def expiry(before: RequestRecord, *, now: datetime) -> Unit:
    """What is stored of a request that nobody decided about in time."""
    told = noted(
        ObjectKind.REQUEST,
        before.id,
        project_id=before.project_id,
        now=now,
        action="certificateRequests.expire",
        details={"state": EXPIRED},
    )
    ended = request_ended(before, now=now)
    return Unit((moved(before, {"state": EXPIRED}, now=now), *ended, told), changed(before, EXPIRED))


def step_of(request: RequestRecord, old: str | None, new: str) -> Change:
    """What the feed is told of a request that comes from one state, or from nowhere, to another."""
    return Change(
        ObjectKind.REQUEST,
        request.id,
        project_id=request.project_id,
        profile_id=request.profile_id,
        requester_id=request.requester_id,
        old_state=old,
        new_state=new,
    )
