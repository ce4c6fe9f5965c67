"""What people do and are told in the model, and what they may not do at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tests.requests.model import CAST, Order, World

_MAY: Mapping[str, set[str]] = {
    "submit": {"REQUESTER", "OPERATOR", "ADMIN"},
    "approve": {"OPERATOR", "ADMIN"},
    "reject": {"OPERATOR", "ADMIN"},
    "cancel": {"REQUESTER", "OPERATOR", "ADMIN"},
    "claim": {"REQUESTER", "OPERATOR", "ADMIN"},
}
_OF_ALL = {"approve": {"OPERATOR", "ADMIN"}, "reject": {"OPERATOR", "ADMIN"}, "cancel": {"OPERATOR", "ADMIN"}}
"""Who may do it to what another one asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does."""

    verb: str
    who: str = ""
    number: int = 0
    """Of the request that it is done to."""
    seen: int = 0
    """The version that was seen; 0 if that is not said."""
    request_id: str = ""
    order: Order | None = None
    waits: bool = False
    """Whether a repeated order waits for the end."""
    switch: bool = False
    """What something is switched to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of it: ``OK`` or the reason of a refusal, the state that it tells, whether with a key."""

    word: str
    state: str = ""
    key: bool = False
    number: int = -1
    """Of the request that was made, or found again."""


Told: TypeAlias = tuple[World, Answer]
"""The world after an act, and the answer to it."""


def barred(world: World, act: Act) -> str:
    """Why somebody may not do it, whatever the request is like; empty if they may."""
    role = CAST[act.who]
    if role == "STRANGER":
        return "RESOURCE_NOT_FOUND"
    if role not in _MAY[act.verb]:
        return "PERMISSION_DENIED"
    if act.verb in ("submit", "claim"):
        return ""
    is_own = world.requests[act.number].order.by == act.who
    return "" if is_own or role in _OF_ALL[act.verb] else "RESOURCE_NOT_FOUND"
