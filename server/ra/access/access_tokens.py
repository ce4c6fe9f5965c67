"""The access tokens: made, looked up and revoked. Their secret is in one answer, and nowhere else.

Whose tokens a caller has a say in is decided in ``_reached``, by the rules of ``server.ra.access.caller``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from server.clock import Clock
from server.errors import Exhausted, NotFound, not_found
from server.ids import new_id
from server.ra.access.caller import Caller, Principal, denied
from server.ra.access.identities import revoked
from server.ra.access.owners import kept_without
from server.ra.access.roles import project_role
from server.ra.access.token_order import NewToken, TokenOrder
from server.ra.access.tokens import hash_token, new_token, shown_prefix
from server.ra.audit import audited
from server.ra.keys.custody import Custody
from server.ra.pages import Page
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.store.filters import UnsetOrAfter
from server.store.records import IdentityRecord, ObjectKind, RoleBindingRecord, TokenRecord
from server.store.store import Store
from server.store.unit import AtMost, Change, Expect, Insert, Unit, Update, Write

MOST = 1_000
"""Tokens in force that one identity can have."""

_TYPE = "AccessToken"
_BINDINGS = 1000


class AccessTokens:
    """The access tokens."""

    def __init__(self, store: Store, *, retries: Retries, custody: Custody, clock: Clock) -> None:
        self._store = store
        self._retries = retries
        self._custody = custody
        self._clock = clock

    async def create(self, caller: Caller, order: TokenOrder) -> NewToken:
        """A new token of an identity in force. Raises NotFound, Denied, Invalid, Refused, Exhausted."""
        make = partial(settled, partial(self._created, caller, order))
        return await self._retries.once(caller, make, partial(self._again, caller))

    async def by_id(self, caller: Caller, id_: str) -> TokenRecord:
        """A token by its id. Raises NotFound, Denied."""
        absent = not_found(_TYPE, id_)
        record = await self._store.get(TokenRecord, id=id_)
        if record is None:
            raise absent
        await self._reached(caller, record.identity_id, absent)
        return record

    async def page(
        self, caller: Caller, page: Page, *, identity_id: str = "", include_ended: bool = False
    ) -> tuple[Sequence[TokenRecord], str]:
        """A page of an identity's tokens, and the id of its last one if there is a next page.

        Without an identity: an owner's page is of everybody's, any other caller's of its own.
        """
        where = await self._listed(caller, identity_id)
        if not include_ended:
            return await self._sifted(page, where, _in_force(self._clock()))
        return await self._sifted(page, where, {})

    async def revoke(self, caller: Caller, id_: str) -> TokenRecord:
        """The token revoked for good. Raises NotFound, Denied, and Refused if no owner could call then."""
        return await settled(partial(self._revoked, caller, id_))

    async def _created(self, caller: Caller, order: TokenOrder) -> NewToken:
        absent = not_found("Identity", order.identity_id, field="identity_id")
        identity = await self._reached(caller, order.identity_id, absent)
        if identity.revoked_at is not None:
            raise revoked(identity)
        now, secret = self._clock(), new_token()
        room = await self._room(identity.id, now)
        record = TokenRecord(
            id=new_id(),
            identity_id=identity.id,
            name=order.description,
            prefix=shown_prefix(secret),
            hash=hash_token(secret),
            created_at=now,
            expires_at=order.end(now),
        )
        in_force = Expect(IdentityRecord, {"id": identity.id, "revoked_at": None}, 1)
        held = self._custody.repeatable(caller, record.id, secret.encode(), now=now)
        attempt = recorded(caller, record.id, now)
        unit = self._unit(caller, record, in_force, room, Insert(record), *held, *attempt)
        await self._store.commit(unit)
        return NewToken(record, secret)

    async def _again(self, caller: Caller, id_: str) -> NewToken:
        record = await self.by_id(caller, id_)
        secret = await self._custody.repeated(caller, id_)
        return NewToken(record, secret.decode() if secret else "")

    async def _room(self, identity_id: str, now: datetime) -> AtMost:
        """The guard that the identity can have one token more. Raises Exhausted if it cannot now."""
        held = {"identity_id": identity_id, **_in_force(now)}
        if await self._store.count(TokenRecord, limit=MOST, **held) >= MOST:
            message = "the identity has as many access tokens as it can have; revoke those that nobody uses"
            raise Exhausted(message, subject=identity_id, limit=str(MOST))
        return AtMost(TokenRecord, held, MOST - 1)

    async def _sifted(
        self, page: Page, of: Mapping[str, str], rest: Mapping[str, object]
    ) -> tuple[Sequence[TokenRecord], str]:
        found = await self._store.sift(TokenRecord, size=page.size, after=page.after, lead=of, rest=rest)
        return found.rows, found.last

    async def _listed(self, caller: Caller, identity_id: str) -> dict[str, str]:
        if identity_id:
            await self._reached(caller, identity_id, not_found("Identity", identity_id, field="identity_id"))
            return {"identity_id": identity_id}
        if caller.principal.owner:
            caller.enter_server()
            return {}
        caller.enter_oneself()
        return {"identity_id": caller.principal.identity_id}

    async def _revoked(self, caller: Caller, id_: str) -> TokenRecord:
        record, now = await self.by_id(caller, id_), self._clock()
        if record.revoked_at is not None:
            return record
        left = await self._owners_left(record, now=now)
        end = Update(TokenRecord, {"id": id_, "revoked_at": None}, {"revoked_at": now})
        await self._store.commit(self._unit(caller, record, *left, end))
        return replace(record, revoked_at=now)

    async def _owners_left(self, record: TokenRecord, *, now: datetime) -> tuple[Expect, ...]:
        """A token without an end is the first owner's: it goes when there is another owner, no sooner."""
        token_id = "" if record.expires_at is None else record.id
        return await kept_without(self._store, record.identity_id, now=now, token_id=token_id)

    async def _reached(self, caller: Caller, identity_id: str, absent: NotFound) -> IdentityRecord:
        """The identity, if the caller has a say in its tokens. Raises ``absent``, Denied."""
        identity = await self._store.get(IdentityRecord, id=identity_id)
        if identity is None:
            raise absent
        if identity_id == caller.principal.identity_id:
            caller.enter_oneself()
        elif caller.principal.owner:
            caller.enter_server()
        else:
            await self._enter_everywhere(caller, identity_id, absent)
        return identity

    async def _enter_everywhere(self, caller: Caller, identity_id: str, absent: NotFound) -> None:
        """Into each project where the identity has a role; one that cannot be judged is out of reach."""
        bindings = await self._store.list(
            RoleBindingRecord, limit=_BINDINGS, identity_id=identity_id, revoked_at=None
        )
        if not 0 < len(bindings) < _BINDINGS or not all(_seen(caller.principal, b) for b in bindings):
            raise absent
        for binding in bindings:
            caller.enter(binding.project_id or "", absent=absent)
            _prove_could_give(caller.principal, binding)

    def _unit(self, caller: Caller, record: TokenRecord, *writes: Write) -> Unit:
        details = {"access_token_id": record.id, "prefix": record.prefix}
        if record.expires_at is not None:
            details["expires_at"] = record.expires_at.isoformat()
        row = audited(caller, ObjectKind.IDENTITY, record.identity_id, now=self._clock(), details=details)
        return Unit((*writes, row), (Change(ObjectKind.IDENTITY, record.identity_id),))


def _seen(principal: Principal, binding: RoleBindingRecord) -> bool:
    return binding.project_id is not None and principal.sees(binding.project_id)


def _prove_could_give(principal: Principal, binding: RoleBindingRecord) -> None:
    role = project_role(binding.role)
    lacking = principal.lacks(role, binding.project_id or "") if role else "roleBindings.create"
    if lacking:
        raise denied(lacking)


def _in_force(now: datetime) -> Mapping[str, object]:
    return {"revoked_at": None, "expires_at": UnsetOrAfter(now)}
