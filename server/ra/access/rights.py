"""What an identity may do, read from the store: for callers, and for those whom a late decision is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.errors import Denied, unauthenticated
from server.ra.access.caller import Caller, Principal
from server.ra.access.roles import BY_CERTIFICATE, Role, Scope, narrowed, project_role, widest
from server.store.filters import OneOf
from server.store.records import (
    CertificateRecord,
    IdentityRecord,
    Record,
    RequestRecord,
    RoleBindingRecord,
    TokenRecord,
)
from server.store.store import Store
from server.store.unit import Expect

ISSUE: Final = "certificates.issue"
"""The permission without which nobody asks for certificates."""
RENEW: Final = "certificates.renew"
"""The permission without which nobody has them renewed."""

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


async def rights_of(store: Store, certificate: CertificateRecord) -> Principal:
    """What a certificate allows whoever shows it, which is in force. Raises Unauthenticated."""
    rights = await _rights(store, certificate.requester_id)
    if rights is None:
        raise unauthenticated()
    whole, place = rights.principal, (certificate.project_id, certificate.profile_id or "")
    had = {name: Scope.OWN for name in BY_CERTIFICATE if whole.scope(name, *place) is not None}
    return Principal(
        identity_id=whole.identity_id,
        identity_name=whole.identity_name,
        token_id="",
        owner=False,
        grants={},
        expires_at=certificate.not_after,
        narrowed={place: had} if had else {},
        certificate_id=certificate.id,
    )


async def rights_to_ask(
    store: Store, asked: RequestRecord | CertificateRecord, *, permission: str = ISSUE, by: str = ""
) -> Rights:
    """Those of whoever has asked for something. Raises Denied unless they might do so now.

    ``by`` is the identity that asked, if that is not the one that it is for.
    """
    identity_id = by or asked.requester_id
    rights = await _rights(store, identity_id)
    if rights is None:
        message = "the identity that asked for the certificate is revoked"
        raise _lost(identity_id, permission, message)
    scope = rights.principal.scope(permission, asked.project_id, asked.profile_id or "")
    if scope is None or (scope is Scope.OWN and identity_id != asked.requester_id):
        message = "the identity that asked for the certificate may not do so any more"
        raise _lost(identity_id, permission, message)
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


def _lost(identity_id: str, permission: str, message: str) -> Denied:
    return Denied(message, permission=permission, identity_id=identity_id)
