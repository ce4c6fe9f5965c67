"""Who may do what, and where.

A **permission** is the name that an RPC carries in the contract. A **role**
grants permissions in one project; an owner has all of them in every project.
What no role grants is denied, an unknown name included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from server.errors import Denied, NotFound


class Role(Enum):
    """What an identity is in one project."""

    ADMIN = "ADMIN"
    """Sets up CAs, policies, profiles and who may do what."""
    OPERATOR = "OPERATOR"
    """Approves, revokes and renews anybody's certificates."""
    REQUESTER = "REQUESTER"
    """Asks for certificates and sees its own."""
    VIEWER = "VIEWER"
    """Reads everything but the audit log."""
    AUDITOR = "AUDITOR"
    """Reads everything, the audit log included."""


class Scope(Enum):
    """How far a granted permission reaches within the project."""

    OWN = 1
    """Only what the caller itself asked for."""
    ANY = 2
    """Everybody's."""


EVERYONE = frozenset({"self.read"})
"""Permissions of every authenticated identity, in need of no project."""

SERVER_WIDE = frozenset({
    "projects.create",
    "identities.create",
    "identities.read",
    "identities.revoke",
})  # fmt: skip
"""Permissions that belong to no project: only an owner has them."""

_READ = frozenset({
    "projects.read",
    "certificateAuthorities.read",
    "certificatePolicies.read",
    "certificateProfiles.read",
    "certificates.read",
    "certificateRequests.read",
})  # fmt: skip
_DECIDE = frozenset({
    "certificateRequests.approve",
    "certificateRequests.cancel",
    "certificates.revoke",
    "certificates.renew",
})  # fmt: skip
_SET_UP = frozenset({
    "projects.update",
    "roleBindings.create",
    "roleBindings.read",
    "roleBindings.revoke",
    "accessTokens.create",
    "accessTokens.read",
    "accessTokens.revoke",
    "certificateAuthorities.create",
    "certificateAuthorities.update",
    "certificateAuthorities.rotate",
    "certificatePolicies.create",
    "certificatePolicies.update",
    "certificatePolicies.delete",
    "certificateProfiles.create",
    "certificateProfiles.update",
    "certificateProfiles.delete",
})  # fmt: skip
_OWN = frozenset({
    "certificates.issue",
    "certificates.read",
    "certificates.renew",
    "certificateRequests.read",
    "certificateRequests.cancel",
    "privateKeys.claim",
})  # fmt: skip
_LOOK = frozenset(
    {"projects.read", "certificateAuthorities.read", "certificateProfiles.read", "certificatePolicies.read"}
)


def _grants(everybodys: frozenset[str], own: frozenset[str] = frozenset()) -> Mapping[str, Scope]:
    return {**dict.fromkeys(own, Scope.OWN), **dict.fromkeys(everybodys, Scope.ANY)}


GRANTS: Mapping[Role, Mapping[str, Scope]] = {
    Role.ADMIN: _grants(_READ | _DECIDE | _SET_UP, _OWN),
    Role.OPERATOR: _grants(_READ | _DECIDE, _OWN),
    Role.REQUESTER: _grants(_LOOK, _OWN),
    Role.VIEWER: _grants(_READ),
    Role.AUDITOR: _grants(_READ | frozenset({"auditEvents.read", "roleBindings.read"})),
}

PERMISSIONS = EVERYONE | SERVER_WIDE | frozenset(name for grants in GRANTS.values() for name in grants)
"""Every permission that an RPC may name."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated identity, and what it may do."""

    identity_id: str
    identity_name: str
    token_id: str
    owner: bool
    grants: Mapping[str, Mapping[str, Scope]]
    """By project id, the widest scope of each permission."""
    expires_at: datetime | None = None
    """When the token that it came with ends."""

    def allows_anywhere(self, permission: str) -> bool:
        """Whether there is any place where it may do this; False ends a call before its use case."""
        if permission not in PERMISSIONS:
            return False
        return self.owner or permission in EVERYONE or any(permission in had for had in self.grants.values())

    def scope(self, permission: str, project_id: str) -> Scope | None:
        """How far it may do this in a project; None: not at all."""
        if permission not in PERMISSIONS:
            return None
        return Scope.ANY if self.owner else self.grants.get(project_id, {}).get(permission)

    def sees(self, project_id: str) -> bool:
        """Whether it may know that the project exists."""
        return self.owner or project_id in self.grants


@dataclass(slots=True)
class Caller:
    """The principal of one call together with the permission that the call's RPC names.

    A use case takes the caller into the project that it works on; a call that
    ends well without having entered one is a fault, and the pipeline refuses
    to answer it.
    """

    principal: Principal
    permission: str
    trace_id: str = ""
    """Names the call in logs, answers and the audit trail."""
    entered: bool = False
    project_id: str = ""

    def enter(self, project_id: str, *, absent: NotFound, requester_id: str | None = None) -> None:
        """Go on in a project, for an object that ``requester_id`` asked for if anybody did.

        Raises ``absent`` where the caller may not know of the project or the
        object, and Denied where it may, but not do this.
        """
        if not self.principal.sees(project_id):
            raise absent
        self.project_id = project_id  # known to the caller from here on, and told in the log
        scope = self.principal.scope(self.permission, project_id)
        if scope is None:
            raise denied(self.permission)
        if scope is Scope.OWN and requester_id != self.principal.identity_id:
            raise absent
        self.entered = True

    def enter_server(self) -> None:
        """Go on with what belongs to no project; raises Denied for all but an owner."""
        if not self.principal.owner:
            raise denied(self.permission)
        self.entered = True


def denied(permission: str) -> Denied:
    """The one answer to a caller who may see, but not do this."""
    return Denied(f"the permission '{permission}' is needed", permission=permission)


def widest(roles: Mapping[str, list[Role]]) -> Mapping[str, Mapping[str, Scope]]:
    """Merge the roles of each project into what they grant together."""
    merged: dict[str, dict[str, Scope]] = {}
    for project_id, held in roles.items():
        grants = merged.setdefault(project_id, {})
        for role in held:
            for permission, scope in GRANTS[role].items():
                grants[permission] = max(scope, grants.get(permission, scope), key=lambda s: s.value)
    return merged
