"""What an identity may do, read from the store: for callers, and for those whom a late decision is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.errors import Denied, unauthenticated
from server.ra.access.caller import Caller, Principal
from server.ra.access.roles import Role, narrowed, project_role, widest
from server.store.filters import OneOf
from server.store.records import IdentityRecord, Record, RequestRecord, RoleBindingRecord, TokenRecord
from server.store.store import Store
from server.store.unit import Expect

ISSUE: Final = "certificates.issue"
"""The permission without which nobody asks for certificates."""

_BINDINGS = 10_000


@dataclass(frozen=True, slots=True)
class Rights:
    """What an identity may do by what is stored of it."""

    principal: Principal
    guards: tuple[Expect, ...]
    """That identity, token and roles are in force at a commit, too."""


async def rights_now(store: Store, caller: Caller, *, now: datetime) -> Rights:
    """Those of a caller whose call has taken its time. Raises Unauthenticated."""
    token = await store.get(TokenRecord, id=caller.principal.token_id)
    return await rights_by(store, token, now=now)


async def rights_by(store: Store, token: TokenRecord | None, *, now: datetime) -> Rights:
    """Those that come with a token. Raises Unauthenticated if it is not valid now."""
    if token is None or token.revoked_at is not None:
        raise unauthenticated()
    if token.expires_at is not None and token.expires_at <= now:
        raise unauthenticated()
    rights = await _rights(store, token.identity_id, token)
    if rights is None:
        raise unauthenticated()
    return rights


async def rights_to_ask(store: Store, request: RequestRecord) -> Rights:
    """Those of whoever has made a request. Raises Denied unless they might make it now."""
    rights = await _rights(store, request.requester_id)
    if rights is None:
        raise _lost(request, "the identity that asked for the certificate is revoked")
    if rights.principal.scope(ISSUE, request.project_id, request.profile_id) is None:
        raise _lost(request, "the identity that asked for the certificate may not do so any more")
    return rights


async def _rights(store: Store, identity_id: str, token: TokenRecord | None = None) -> Rights | None:
    """None if the identity is revoked."""
    identity = await store.get(IdentityRecord, id=identity_id)
    if identity is None or identity.revoked_at is not None:
        return None
    bindings = await store.list(RoleBindingRecord, limit=_BINDINGS, identity_id=identity_id, revoked_at=None)
    guards = [_in_force(IdentityRecord, identity_id), _in_force(RoleBindingRecord, *(b.id for b in bindings))]
    if token is not None:
        guards.append(_in_force(TokenRecord, token.id))
    return Rights(_principal(identity, bindings, token), tuple(guards))


def _in_force(record: type[Record], *ids: str) -> Expect:
    return Expect(record, {"id": OneOf(ids), "revoked_at": None}, len(ids))


def _principal(
    identity: IdentityRecord, bindings: Sequence[RoleBindingRecord], token: TokenRecord | None
) -> Principal:
    """What the bindings say together. A role that this program does not know grants nothing."""
    wide: dict[str, list[Role]] = defaultdict(list)
    narrow: dict[tuple[str, str], list[Role]] = defaultdict(list)
    for binding in bindings:
        role = project_role(binding.role)
        if role is None or binding.project_id is None:
            continue
        if binding.profile_id is None:
            wide[binding.project_id].append(role)
        else:
            narrow[binding.project_id, binding.profile_id].append(role)
    return Principal(
        identity_id=identity.id,
        identity_name=identity.name,
        token_id=token.id if token else "",
        owner=any(b.project_id is None and b.role == Role.OWNER.name for b in bindings),
        grants={place: widest(roles) for place, roles in wide.items()},
        expires_at=token.expires_at if token else None,
        narrowed={place: narrowed(roles) for place, roles in narrow.items()},
        held={
            **{(place, ""): frozenset(roles) for place, roles in wide.items()},
            **{place: frozenset(roles) for place, roles in narrow.items()},
        },
    )


def _lost(request: RequestRecord, message: str) -> Denied:
    return Denied(message, permission=ISSUE, identity_id=request.requester_id)
