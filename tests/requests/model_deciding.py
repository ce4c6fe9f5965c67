"""Decisions in the model: approvals, rejections and withdrawals."""

from __future__ import annotations

from dataclasses import replace

from tests.requests.model import (
    APPROVED,
    CANCELLED,
    CAST,
    CLAIMABLE,
    CSR,
    EXPIRED,
    FAILED,
    ISSUED,
    NO_KEY,
    OWED_FOR,
    REJECTED,
    WAITS,
    Request,
    World,
)
from tests.requests.model_words import Act, Answer, Told


def _undecidable(world: World, request: Request, who: str) -> Answer | None:
    """The answer to who comes too late, or is not of the step that waits."""
    if request.is_terminal or world.now >= request.expires_at:
        return Answer("STATE_CONFLICT", request.view.state if request.is_terminal else EXPIRED)
    return None if CAST[who] == request.steps[request.present][0] else Answer("PERMISSION_DENIED")


def _stale(request: Request, act: Act) -> bool:
    return act.seen not in (0, request.version)


def _unapprovable(world: World, request: Request, act: Act) -> Answer | None:
    """Why an approval does not count."""
    if refusal := _undecidable(world, request, act.who):
        return refusal
    if act.who == request.order.by and not request.rules.self_approval:
        return Answer("SELF_APPROVAL")
    return Answer("VERSION_MISMATCH") if _stale(request, act) else None


def approve(world: World, act: Act) -> Told:
    """An approval; the last one issues, or fails."""
    request = world.requests[act.number]
    state, step = request.view.state, request.present
    if state in (WAITS, ISSUED, FAILED) and request.has_said(act.who, step) == APPROVED:
        return world, Answer("OK", state)
    if refusal := _unapprovable(world, request, act):
        return world, refusal
    approved = request.moved(decisions=(*request.view.decisions, (step, act.who, APPROVED)))
    if sum(request.missing()) == 1:
        if world.refusal:
            return world, Answer(world.refusal)
        approved = _fulfilled(world, approved)
    return world.put(act.number, approved), Answer("OK", approved.view.state)


def _fulfilled(world: World, approved: Request) -> Request:
    """What becomes of a request with all its approvals: that is one change, with the last of them."""
    before, has_key = replace(approved, past=approved.past[:-1]), approved.order.key != CSR
    decisions = approved.view.decisions
    if approved.order.is_long and world.is_strict:
        return before.moved(state=FAILED, decisions=decisions)
    issued = before.moved(state=ISSUED, decisions=decisions, key=CLAIMABLE if has_key else NO_KEY)
    return replace(issued, key_until=world.now + OWED_FOR if has_key else None)


def reject(world: World, act: Act) -> Told:
    """A rejection."""
    request = world.requests[act.number]
    state, step = request.view.state, request.present
    if state == REJECTED and (act.who, REJECTED) in [said[1:] for said in request.view.decisions]:
        return world, Answer("OK", REJECTED)
    if refusal := _undecidable(world, request, act.who):
        return world, refusal
    if request.has_said(act.who, step):
        return world, Answer("STATE_CONFLICT", WAITS)
    if _stale(request, act):
        return world, Answer("VERSION_MISMATCH")
    decisions = (*request.view.decisions, (step, act.who, REJECTED))
    return world.put(act.number, request.moved(state=REJECTED, decisions=decisions)), Answer("OK", REJECTED)


def cancel(world: World, act: Act) -> Told:
    """A withdrawal."""
    request = world.requests[act.number]
    if request.view.state == CANCELLED:
        return world, Answer("OK", CANCELLED)
    if request.is_terminal or world.now >= request.expires_at:
        return world, Answer("STATE_CONFLICT", request.view.state if request.is_terminal else EXPIRED)
    if _stale(request, act):
        return world, Answer("VERSION_MISMATCH")
    return world.put(act.number, request.moved(state=CANCELLED)), Answer("OK", CANCELLED)
