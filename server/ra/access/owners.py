"""A server is never without an owner who can call it: nothing else could make one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from server.errors import Reason, Refused
from server.ra.access.roles import Role
from server.store.filters import UnsetOrAfter
from server.store.records import RoleBindingRecord, TokenRecord
from server.store.store import Store
from server.store.unit import Expect

LASTING = timedelta(days=7)
"""What a token has left at least that counts: so long an owner surely finds time to make another one."""

_OWNERS: dict[str, Any] = {"role": Role.OWNER.name, "project_id": None, "revoked_at": None}


async def kept_without(
    store: Store, identity_id: str, *, now: datetime, token_id: str = ""
) -> tuple[Expect, ...]:
    """Guards of a unit that takes away an identity, or only one of its tokens, whatever the identity is.

    That it is no owner is a guard too: it could be made one in the meantime. Raises Refused as ``kept``.
    """
    if await store.get(RoleBindingRecord, identity_id=identity_id, **_OWNERS) is None:
        return (Expect(RoleBindingRecord, {"identity_id": identity_id, **_OWNERS}, 0),)
    if token_id:
        return await kept(store, now=now, without_token=token_id)
    return await kept(store, now=now, without_identity=identity_id)


async def kept(
    store: Store, *, now: datetime, without_identity: str = "", without_token: str = ""
) -> tuple[Expect, ...]:
    """Guards of a unit that takes these away: that some owner keeps a token that works, and goes on working.

    Raises Refused if none would.
    """
    async for binding, token in _working(store, now):
        if binding.identity_id != without_identity and token.id != without_token:
            return (
                Expect(RoleBindingRecord, {"id": binding.id, "revoked_at": None}, 1),
                Expect(TokenRecord, {"id": token.id, "revoked_at": None}, 1),
            )
    message = "no owner with an access token of seven more days would be left; make another one first"
    raise Refused(message, reason=Reason.STATE_CONFLICT)


async def _working(store: Store, now: datetime) -> AsyncIterator[tuple[RoleBindingRecord, TokenRecord]]:
    for binding in await store.list(RoleBindingRecord, **_OWNERS):
        lasting = UnsetOrAfter(now + LASTING)
        for token in await store.list(
            TokenRecord, identity_id=binding.identity_id, revoked_at=None, expires_at=lasting
        ):
            yield binding, token
