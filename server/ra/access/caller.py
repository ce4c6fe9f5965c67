"""Who may do what, and where: the principal of a token, and the caller of one call.

Least privilege decides what the contract leaves open:

- A role that is **narrowed to a profile** counts for the use of that profile, and
  for what was made under it: not for the profile's terms, and for everything
  else in the project it is no role at all.
- A role may be **given or taken away** by who has, in that project, all that the
  role grants. So an admin appoints everybody but auditors, who watch over
  admins; those, and owners, are an owner's to appoint.
- An **access token** is its identity's own affair, and an owner's: nobody else
  makes one. It stands for all that its identity will ever be, so whoever could
  make one today would hold the roles that others give the identity tomorrow.
  An admin sees and revokes the tokens of an identity whose every role the admin
  could give now.
- **Identities** belong to no project: an owner makes, reads and revokes them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.errors import Denied, NotFound
from server.ra.access.roles import EVERYONE, GRANTS, OVER_ONESELF, PERMISSIONS, Role, Scope
from server.ra.attempt import Attempt
from server.store.unit import Write

_NOTHING: Mapping[str, Scope] = {}
_OWNER = frozenset({Role.OWNER})


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
    narrowed: Mapping[tuple[str, str], Mapping[str, Scope]] = field(default_factory=dict)
    """By project and profile id, what the roles add that are narrowed to the profile."""
    held: Mapping[tuple[str, str], frozenset[Role]] = field(default_factory=dict)
    """By project and profile id (empty: the whole project), the roles themselves."""
    certificate_id: str = ""
    """The certificate that it came with instead of a token: such a principal has no say over itself."""

    def allows_anywhere(self, permission: str) -> bool:
        """Whether there is any place where it may do this; False ends a call before its use case."""
        if permission not in PERMISSIONS:
            return False
        if self.owner or permission in EVERYONE:
            return True
        if permission in OVER_ONESELF and not self.certificate_id:
            return True
        return any(permission in had for had in (*self.grants.values(), *self.narrowed.values()))

    def scope(self, permission: str, project_id: str, profile_id: str = "") -> Scope | None:
        """How far it may do this in a project, or for one profile of it; None: not at all."""
        if permission not in PERMISSIONS:
            return None
        if self.owner:
            return Scope.ANY
        scope = self.grants.get(project_id, _NOTHING).get(permission)
        if scope is Scope.ANY or not self.narrowed:
            return scope
        return self.narrowed.get((project_id, profile_id), _NOTHING).get(permission, scope)

    def roles(self, project_id: str, profile_id: str = "") -> frozenset[Role]:
        """The roles that it holds there by name, with those that are narrowed to the profile."""
        wide = self.held.get((project_id, ""), frozenset())
        narrow = self.held.get((project_id, profile_id), frozenset())
        return wide | narrow | (_OWNER if self.owner else frozenset())

    def sees(self, project_id: str, profile_id: str = "") -> bool:
        """Whether it may know that the project, or what belongs to the profile in it, exists."""
        return self.owner or project_id in self.grants or (project_id, profile_id) in self.narrowed

    def projects(self, permission: str) -> frozenset[str]:
        """The projects where it may do this to everybody's objects; an owner's are not counted."""
        return frozenset(id_ for id_, had in self.grants.items() if had.get(permission) is Scope.ANY)

    def lacks(self, role: Role, project_id: str) -> str | None:
        """A permission that a role of projects grants there and the principal has not, or not as far."""
        for permission, granted in sorted(GRANTS[role].items()):
            had = self.scope(permission, project_id)
            if had is None or had.value < granted.value:
                return permission
        return None


@dataclass(slots=True)
class Caller:
    """The principal of one call together with the permission that the call's RPC names.

    A use case takes the caller to where it works: into a project, to the server
    as a whole, or to the caller's own affairs. A call that ends well without
    that is a fault, and the pipeline refuses to answer it.
    """

    principal: Principal
    permission: str
    trace_id: str = ""
    """Names the call in logs, answers and the audit trail."""
    source: str = ""
    """The peer's address and port."""
    entered: bool = False
    project_id: str = ""
    attempt: Attempt | None = None
    """Set if the call may be repeated safely."""
    server_action: str = ""
    """What the server does by itself by the rights of the principal, as ``certificates.autoRenew``; in a
    call it is empty. The audit trail then tells this and names nobody."""
    guards: tuple[Write, ...] = ()
    """What else must hold when the server stores what it does by itself: that it has the rights, and still
    is to do it."""

    def speaks_for(self, identity_id: str) -> bool:
        """Whether it is this identity itself that calls, and neither another one nor the server."""
        return not self.server_action and self.principal.identity_id == identity_id

    def enter(
        self, project_id: str, *, absent: NotFound, requester_id: str | None = None, profile_id: str = ""
    ) -> None:
        """Go on in a project, for an object that ``requester_id`` asked for if anybody did.

        ``profile_id`` is the profile that the object is, or was made under:
        without it a role that is narrowed to a profile does not count. Raises
        ``absent`` where the caller may not know of the project or the object,
        and Denied where it may, but not do this.
        """
        if not self.principal.sees(project_id, profile_id):
            raise absent
        self.project_id = project_id  # known to the caller from here on, and told in the log
        scope = self.principal.scope(self.permission, project_id, profile_id)
        if scope is None:
            raise denied(self.permission)
        if scope is Scope.OWN and requester_id != self.principal.identity_id:
            raise absent
        self.entered = True

    def enter_server(self, *, project_id: str = "") -> None:
        """Go on with what belongs to no project, or makes one; raises Denied for all but an owner."""
        if not self.principal.owner:
            raise denied(self.permission)
        self.entered = True
        self.project_id = project_id

    def enter_oneself(self) -> None:
        """Go on with what is the caller's own; raises Denied if not everybody may do that."""
        if self.permission not in OVER_ONESELF or self.principal.certificate_id:
            raise denied(self.permission)
        self.entered = True

    def enter_projects(self) -> frozenset[str] | None:
        """Go on in all the projects where the caller may do this to everybody's objects.

        They are answered, None for every project there is: that is an owner's.
        """
        self.entered = True
        return None if self.principal.owner else self.principal.projects(self.permission)


Identify = Callable[[], Awaitable[Caller]]
"""Says anew who calls, and by which rights; raises Unauthenticated, Denied."""


def denied(permission: str) -> Denied:
    """The one answer to a caller who may see, but not do this."""
    return Denied(f"the permission '{permission}' is needed", permission=permission)
