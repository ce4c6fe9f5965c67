"""What an identity may know of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.errors import not_found, unauthenticated
from server.ra.access.caller import Caller, Principal
from server.ra.access.roles import EVERYONE, OVER_ONESELF, PERMISSIONS
from server.store.records import IdentityRecord, ProjectRecord, RoleBindingRecord, TokenRecord
from server.store.store import Store

_BINDINGS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Oneself:
    """Who calls, with what token, and what that allows."""

    identity: IdentityRecord
    token: TokenRecord | None
    """None for who has shown a certificate."""
    bindings: Sequence[RoleBindingRecord]
    permissions: Sequence[str]
    """Server-wide, or in the project that was asked for; sorted."""


class WhoAmI:
    """Tells callers about themselves."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tell(self, caller: Caller, *, project_id: str = "") -> Oneself:
        """The caller, and its permissions in a project if one is named. Raises NotFound."""
        principal = caller.principal
        if project_id and not await self._sees(principal, project_id):
            raise not_found("Project", project_id, field="project_id")
        identity = await self._store.get(IdentityRecord, id=principal.identity_id)
        token = await self._store.get(TokenRecord, id=principal.token_id) if principal.token_id else None
        if identity is None or (token is None and not principal.certificate_id):
            raise unauthenticated()
        bindings = await self._store.list(
            RoleBindingRecord, limit=_BINDINGS, identity_id=identity.id, revoked_at=None
        )
        permissions = tuple(sorted(_permissions(principal, project_id)))
        return Oneself(identity=identity, token=token, bindings=bindings, permissions=permissions)

    async def _sees(self, principal: Principal, project_id: str) -> bool:
        if not principal.sees(project_id):
            return False
        return await self._store.get(ProjectRecord, id=project_id) is not None


def _permissions(principal: Principal, project_id: str) -> frozenset[str]:
    """Without what holds for one profile only: that is told by the bindings."""
    if principal.owner:
        return PERMISSIONS
    if principal.certificate_id:
        return EVERYONE
    return EVERYONE | OVER_ONESELF | principal.grants.get(project_id, {}).keys()
