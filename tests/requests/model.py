"""What requests are meant to do, in a few pages that know nothing of the server.

Written by hand from the design pages (behaviour, decisions) and docs/approvals.md. A ``World`` is one
instant; ``model_acts`` tells what an act makes of it. People are named by what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

WAITS, ISSUED, FAILED = "PENDING_APPROVAL", "ISSUED", "FAILED"
REJECTED, CANCELLED, EXPIRED = "REJECTED", "CANCELLED", "EXPIRED"
CLAIMABLE, DELIVERED, DESTROYED, NO_KEY = "CLAIMABLE", "DELIVERED", "DESTROYED", "UNSPECIFIED"
APPROVED = "APPROVED"

CSR, OPEN, SEALED = "CSR", "OPEN", "SEALED"
"""Where an order's key comes from, and how it is to be handed out."""

OWED_FOR, REPEATED_FOR, KNOWN_FOR = timedelta(hours=24), timedelta(minutes=10), timedelta(hours=24)

CAST: Mapping[str, str] = {
    "anna": "REQUESTER",
    "bert": "REQUESTER",
    "robo": "REQUESTER",  # whom the profile lets pass
    "olga": "OPERATOR",
    "otto": "OPERATOR",
    "omar": "OPERATOR",
    "adam": "ADMIN",
    "vera": "VIEWER",
    "sten": "STRANGER",  # an admin, of another project
}
"""Everybody, with their role in the project."""
BYPASSES = "robo"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the profile asks of new requests."""

    steps: tuple[tuple[str, int], ...]
    """The role that decides, and how many of them."""
    self_approval: bool = False
    max_wait: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody sends: equal orders have equal bodies."""

    by: str
    key: str
    is_long: bool
    """Whether it lasts longer than the policy allows while that is strict."""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What anybody sees of a request at one revision."""

    state: str
    decisions: tuple[tuple[int, str, str], ...] = ()
    """Step, person and decision, in the order in which they came."""
    key: str = NO_KEY


@dataclass(frozen=True, slots=True)
class Request:
    """A request with all its past."""

    order: Order
    rules: Rules
    expires_at: datetime
    past: tuple[View, ...]
    """What it was after each of its changes, oldest first."""
    key_until: datetime | None = None
    shown: tuple[str, str] = ("", "")
    """The verb and ``request_id`` of the call that delivered the key; empty if it cannot be repeated."""
    shown_until: datetime | None = None

    @property
    def view(self) -> View:
        return self.past[-1]

    @property
    def version(self) -> int:
        """How often it has changed."""
        return len(self.past)

    @property
    def is_terminal(self) -> bool:
        return self.view.state != WAITS

    def has_said(self, who: str, step: int) -> str:
        """What somebody decided in a step; empty if nothing."""
        return next((word for n, name, word in self.view.decisions if (n, name) == (step, who)), "")

    def missing(self, view: View | None = None) -> tuple[int, ...]:
        """How many approvals each step still needs."""
        said = (view or self.view).decisions
        given = [
            sum(n == step and word == APPROVED for n, _, word in said) for step in range(len(self.steps))
        ]
        return tuple(needed - had for (_, needed), had in zip(self.steps, given, strict=True))

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        return () if self.order.by == BYPASSES else self.rules.steps

    @property
    def present(self) -> int:
        """The step that waits, or the last one."""
        return next((n for n, missing in enumerate(self.missing()) if missing), len(self.steps) - 1)

    def awaits(self, who: str, now: datetime) -> bool:
        """Whether somebody may approve it now."""
        return (
            not self.is_terminal
            and now < self.expires_at
            and self.steps[self.present][0] == CAST[who]
            and not self.has_said(who, self.present)
            and (self.rules.self_approval or who != self.order.by)
        )

    def is_claimable(self, now: datetime) -> bool:
        return self.view.key == CLAIMABLE and self.key_until is not None and now < self.key_until

    def repeats(self, verb: str, request_id: str, now: datetime) -> bool:
        """Whether this call is the one that delivered the key, and not too late."""
        is_same = bool(request_id) and self.shown == (verb, request_id)
        return is_same and self.shown_until is not None and now < self.shown_until

    def moved(self, **values: Any) -> Request:
        """After a change."""
        return replace(self, past=(*self.past, replace(self.view, **values)))

    def handed_over(self, verb: str, request_id: str, now: datetime) -> Request:
        """After the key was in an answer."""
        shown = replace(self.moved(key=DELIVERED), key_until=None)
        return replace(shown, shown=(verb, request_id), shown_until=now + REPEATED_FOR)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a ``request_id`` stands for."""

    body: object
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class World:
    """Everything at one instant."""

    now: datetime
    rules: Rules
    requests: tuple[Request, ...] = ()
    attempts: Mapping[tuple[str, str, str], Attempt] = field(default_factory=dict)
    """By person, verb and ``request_id``."""
    is_open: bool = True
    """Whether the profile takes requests."""
    signs: bool = True
    """Whether the CA does."""
    is_strict: bool = False
    """Whether the policy refuses long lifetimes."""

    @property
    def refusal(self) -> str:
        """Why nothing is issued at all now, if so."""
        return "PROFILE_DISABLED" if not self.is_open else "" if self.signs else "CA_NOT_ACTIVE"

    def known(self, who: str, verb: str, request_id: str) -> Attempt | None:
        return self.attempts.get((who, verb, request_id)) if request_id else None

    def put(self, number: int, request: Request) -> World:
        """With a request as it has become, or one more."""
        requests = (*self.requests[:number], request, *self.requests[number + 1 :])
        return replace(self, requests=requests)

    def recorded(self, key: tuple[str, str, str], body: object, number: int) -> World:
        """With an attempt more, if it has an id."""
        if not key[2]:
            return self
        return replace(self, attempts={**self.attempts, key: Attempt(body, number, self.now)})
