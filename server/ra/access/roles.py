"""The roles, and what each of them may do.

A **permission** is the name that an RPC carries in the contract. A **role**
grants permissions in one project; an owner has all of them in every project.
What no role grants is denied, an unknown name included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum


class Role(Enum):
    """What an identity is: in one project, but for the owner."""

    OWNER = "OWNER"
    """May do everything, on the whole server."""
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

OVER_ONESELF = frozenset({"accessTokens.create", "accessTokens.read", "accessTokens.revoke"})
"""Permissions that every authenticated identity has over itself, and over others by a role only.

No role grants the first: a token outlives the role that it was made through.
"""

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

OF_ONE_PROFILE = _OWN | _DECIDE | frozenset({"certificateProfiles.read"})
"""All that a role grants where it is narrowed to a profile: the profile's use, never its terms."""

BY_CERTIFICATE = frozenset({
    "certificates.issue",
    "certificates.read",
    "certificates.renew",
    "certificateRequests.read",
    "privateKeys.claim",
})  # fmt: skip
"""All that an identity may do by showing a certificate of its own: keep it fresh, under its profile."""

PERMISSIONS = frozenset().union(EVERYONE, OVER_ONESELF, SERVER_WIDE, *GRANTS.values())
"""Every permission that an RPC may name."""


def project_role(name: str) -> Role | None:
    """The role of a name that is given in projects; None for others, as one of a later program."""
    return next((role for role in GRANTS if role.name == name), None)


def narrowed(roles: Iterable[Role]) -> Mapping[str, Scope]:
    """What roles grant together that hold for one profile."""
    return {permission: scope for permission, scope in widest(roles).items() if permission in OF_ONE_PROFILE}


def widest(roles: Iterable[Role]) -> Mapping[str, Scope]:
    """What roles grant together: each permission in the widest scope that one of them gives."""
    merged: dict[str, Scope] = {}
    for role in roles:
        for permission, scope in GRANTS[role].items():
            merged[permission] = max(scope, merged.get(permission, scope), key=lambda s: s.value)
    return merged
