"""How far a caller's right reaches: where a list looks, before it looks for anything."""

from __future__ import annotations

from collections.abc import Iterator

from server.errors import not_found
from server.ra.access.caller import Caller, Principal, denied
from server.ra.access.projects import enter_project
from server.ra.access.roles import Scope
from server.store.queries.certificate_query import Realm
from server.store.store import Store


async def reach(store: Store, caller: Caller, project_id: str = "") -> tuple[Realm, ...] | None:
    """Everywhere that the caller may do this, in one project if it is named; None: on the whole server.

    Raises NotFound for a project that the caller may not know of, and Denied
    where it may do this nowhere in it.
    """
    caller.enter_projects()
    if caller.principal.owner:
        return await _everywhere(store, caller, project_id)
    if project_id:
        return reach_in(caller, project_id)
    return tuple(_realms(caller.principal, caller.permission))


def reach_in(caller: Caller, project_id: str) -> tuple[Realm, ...]:
    """The caller's reach in one project, which is known to exist. Raises NotFound, Denied."""
    caller.enter_projects()
    if caller.principal.owner:
        return (Realm(project_id=project_id),)
    realms = _realms(caller.principal, caller.permission)
    here = tuple(realm for realm in realms if realm.project_id == project_id)
    if not here:
        hidden = not_found("Project", project_id, field="project_id")
        raise denied(caller.permission) if _knows(caller.principal, project_id) else hidden
    return here


async def _everywhere(store: Store, caller: Caller, project_id: str) -> tuple[Realm, ...] | None:
    """An owner's reach; that a project does not exist is told to owners, too."""
    if not project_id:
        return None
    await enter_project(store, caller, project_id)
    return (Realm(project_id=project_id),)


def _realms(principal: Principal, permission: str) -> Iterator[Realm]:
    """Projects first; a role that is narrowed to a profile adds to them, or to nothing."""
    for project_id, granted in principal.grants.items():
        if permission in granted:
            yield Realm(project_id=project_id, requester_id=_own(principal, granted[permission]))
    for (project_id, profile_id), granted in principal.narrowed.items():
        if permission in granted and principal.scope(permission, project_id) is not Scope.ANY:
            own = _own(principal, granted[permission])
            yield Realm(project_id=project_id, profile_id=profile_id, requester_id=own)


def _own(principal: Principal, scope: Scope) -> str:
    return principal.identity_id if scope is Scope.OWN else ""


def _knows(principal: Principal, project_id: str) -> bool:
    return principal.sees(project_id) or any(project_id == narrow for narrow, _ in principal.narrowed)
