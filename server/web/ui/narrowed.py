"""Roles that hold for one profile of a project only, and what they let somebody do there.

The service tells of such a role with the caller's bindings, not with its
permissions in the project, of which it gives none. A page that offered those
alone would be empty for whoever has nothing else. What stands here only
decides what is offered; the RPC decides what is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from certmanager.v1.access_pb2 import (
    ROLE_ADMIN,
    ROLE_AUDITOR,
    ROLE_OPERATOR,
    ROLE_REQUESTER,
    ROLE_VIEWER,
    RoleBinding,
)

_READ: Final = frozenset({"certificateProfiles.read", "certificateRequests.read", "certificates.read"})
_ASK: Final = _READ | {
    "certificateRequests.cancel", "certificates.issue", "certificates.renew", "privateKeys.claim",
}  # fmt: skip
_DECIDE: Final = _ASK | {"certificateRequests.approve", "certificates.revoke"}

GRANTED: Final[dict[int, frozenset[str]]] = {
    ROLE_ADMIN: _DECIDE,
    ROLE_OPERATOR: _DECIDE,
    ROLE_REQUESTER: _ASK,
    ROLE_VIEWER: _READ,
    ROLE_AUDITOR: _READ,
}
"""What each role grants where it is narrowed to a profile."""


def allowed(bindings: Iterable[RoleBinding], permission: str, *, project_id: str, profile_id: str) -> bool:
    """Whether a narrowed role grants it for a profile; without one, for any profile of the project."""
    return any(
        permission in GRANTED.get(each.role, ())
        for each in bindings
        if each.project_id == project_id and each.profile_id and profile_id in ("", each.profile_id)
    )


def projects(bindings: Iterable[RoleBinding]) -> list[str]:
    """The ids of the projects in which somebody has narrowed roles and no other."""
    narrow = {each.project_id: None for each in bindings if each.profile_id}
    wide = {each.project_id for each in bindings if not each.profile_id}
    return [id_ for id_ in narrow if id_ not in wide and "" not in wide]


def profiles(bindings: Iterable[RoleBinding], project_id: str) -> list[str]:
    """The ids of the profiles of a project that narrowed roles are for."""
    return list(
        dict.fromkeys(
            each.profile_id for each in bindings if each.profile_id and each.project_id == project_id
        )
    )
