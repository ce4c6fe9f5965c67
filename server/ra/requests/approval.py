"""What approvals a profile asks for: rules that cannot be invalid, and their snapshot in a request.

A request keeps the steps as its profile had them when it arrived: whoever changes
the profile later changes nothing about who has to approve what waits already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

import structlog

from server.errors import Nature, Violation
from server.ra.access.caller import Caller, Principal
from server.ra.access.roles import GRANTS, Role
from server.store.records import RequestRecord

APPROVE: Final = "certificateRequests.approve"
"""The permission without which nobody approves, whatever a step says."""

_ASKED_BY: Final = "asked_by"

_log = structlog.get_logger(__name__)

USUAL_WAIT: Final = timedelta(days=7)

_APPROVERS = frozenset({Role.OWNER, *(role for role, grants in GRANTS.items() if APPROVE in grants)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: how many different people must approve, and who they may be."""

    required: int
    roles: tuple[Role, ...] = ()
    identity_ids: tuple[str, ...] = ()
    name: str = ""

    def admits(self, principal: Principal, *, project_id: str, profile_id: str) -> bool:
        """Whether the step names the principal, or a role that it holds there.

        A role counts only by its own name: an owner is no operator.
        """
        held = principal.roles(project_id, profile_id)
        return principal.identity_id in self.identity_ids or not held.isdisjoint(self.roles)

    @property
    def is_attainable(self) -> bool:
        """Whether there can ever be enough approvers."""
        return not _APPROVERS.isdisjoint(self.roles) or len(self.identity_ids) >= self.required


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """Which approvals the requests of a profile need."""

    steps: tuple[Step, ...] = ()
    max_wait: timedelta = USUAL_WAIT
    bypass: frozenset[str] = frozenset()
    """The identities whose requests need no approval."""
    self_approval: bool = False
    """Whether requesters may approve their own requests."""
    renewals_exempt: bool = False
    """Whether a certificate in another one's place needs no approval."""

    def concerns(self, identity_id: str, *, is_renewal: bool = False) -> bool:
        """Whether a request of the identity needs approvals."""
        if is_renewal and self.renewals_exempt:
            return False
        return bool(self.steps) and identity_id not in self.bypass

    @property
    def named(self) -> Mapping[str, str]:
        """The identities that are named anywhere, each with the field of its first naming."""
        fields: dict[str, str] = {}
        for field, id_ in self._naming():
            fields.setdefault(id_, field)
        return fields

    def faults(self) -> Iterator[Violation]:
        """What no request could ever get past."""
        for n, step in enumerate(self.steps):
            if not step.is_attainable:
                message = "no identity could ever approve this step as often as it asks for"
                field = f"approval_config.steps[{n}]"
                yield Violation(field, "APPROVAL_UNATTAINABLE", message, nature=Nature.FORM)

    def _naming(self) -> Iterator[tuple[str, str]]:
        for n, step in enumerate(self.steps):
            for m, id_ in enumerate(step.identity_ids):
                yield f"approval_config.steps[{n}].identity_ids[{m}]", id_
        for n, id_ in enumerate(sorted(self.bypass)):
            yield f"approval_config.bypass_identity_ids[{n}]", id_

    def snapshot(self) -> Mapping[str, object]:
        """What a waiting request keeps of the rules, as JSON."""
        return {"steps": [_written(step) for step in self.steps], "self_approval": self.self_approval}

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> ApprovalRules:
        """The rules of a snapshot; of an empty one, none. A role that is unknown here is nobody's."""
        steps: Sequence[Mapping[str, Any]] = snapshot.get("steps", ())
        return cls(
            steps=tuple(_read(step) for step in steps),
            self_approval=bool(snapshot.get("self_approval", False)),
        )


def asker(caller: Caller, requester_id: str) -> str:
    """The identity that asks for a renewal of what another one has; empty if that is the requester."""
    speaks = caller.server_action or caller.speaks_for(requester_id)
    return "" if speaks else caller.principal.identity_id


def noted_asker(identity_id: str) -> Mapping[str, object]:
    """What a request keeps, besides the rules, of who asks in its requester's place."""
    return {_ASKED_BY: identity_id} if identity_id else {}


def asked_by(request: RequestRecord) -> str:
    """The identity that a request comes from: its requester, or who asked in the requester's place."""
    return str(request.approval.get(_ASKED_BY) or request.requester_id)


def is_own(request: RequestRecord, identity_id: str) -> bool:
    """Whether an approval of the identity would be one of its own request."""
    return identity_id in (request.requester_id, asked_by(request))


def _written(step: Step) -> Mapping[str, object]:
    return {
        "required": step.required,
        "roles": [role.name for role in step.roles],
        "identity_ids": list(step.identity_ids),
        "name": step.name,
    }


def _read(step: Mapping[str, Any]) -> Step:
    return Step(
        required=int(step["required"]),
        roles=tuple(role for name in step["roles"] if (role := _role(name))),
        identity_ids=tuple(step["identity_ids"]),
        name=str(step["name"]),
    )


@cache
def _role(name: str) -> Role | None:
    """A role by its name; one that this program does not know is logged, once."""
    role = Role.__members__.get(name)
    if role is None:
        _log.warning("approvals.role_unknown", role=name)
    return role
