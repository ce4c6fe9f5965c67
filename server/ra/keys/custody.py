"""Secrets that the server owes, or may have to repeat: sealed by the KEK, and gone when they are due.

A seal is bound to the object and to the identity that the secret is for, and
after its delivery also to the one call that may repeat it: a row that is put
somewhere else, or read for somebody else, does not open.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from server.clock import Clock
from server.pki.seal import KEK, SealBroken
from server.ra.access.caller import Caller
from server.ra.attempt import Attempt
from server.store.records import HeldSecretRecord
from server.store.store import Store
from server.store.unit import Delete, Insert, Update

REPEATED_FOR: Final = timedelta(minutes=10)
"""How long a secret that was delivered may be given again, to the same call."""
OWED_FOR: Final = timedelta(hours=24)
"""How long a secret that was not delivered waits to be fetched, unless a setting says otherwise."""


class Custody:
    """Keeps secrets for those whom they belong to, and for no longer than promised."""

    def __init__(self, store: Store, kek: KEK, *, clock: Clock, owed_for: timedelta = OWED_FOR) -> None:
        self._store = store
        self._kek = kek
        self._clock = clock
        self.owed_for = owed_for
        """How long a key that is issued late can be claimed."""
        self.has_traces = True
        """Whether the files may hold octets of secrets that were let go: told by whoever lets one go, once
        that is stored; at the start nobody knows."""

    def hold(
        self,
        object_id: str,
        secret: bytes,
        *,
        identity_id: str,
        until: datetime,
        attempt: Attempt | None = None,
    ) -> Insert:
        """The write that holds a secret for an identity; with an attempt, for the retries of that alone."""
        sealed = self._kek.seal(secret, context=_context(object_id, identity_id, attempt))
        return Insert(HeldSecretRecord(object_id=object_id, sealed=sealed, expires_at=until))

    def repeatable(
        self, caller: Caller, object_id: str, secret: bytes, *, now: datetime
    ) -> tuple[Insert, ...]:
        """The writes for a secret that is in the answer of this call; none if it cannot be repeated."""
        if caller.attempt is None:
            return ()
        held = self.hold(
            object_id,
            secret,
            identity_id=caller.principal.identity_id,
            until=now + REPEATED_FOR,
            attempt=caller.attempt,
        )
        return (held,)

    def handed_over(self, caller: Caller, object_id: str, secret: bytes, *, now: datetime) -> Update | Delete:
        """The write for an owed secret that this call delivers: kept for its retries, or gone at once."""
        attempt = caller.attempt
        if attempt is None:
            return self.release(object_id)
        sealed = self._kek.seal(secret, context=_context(object_id, caller.principal.identity_id, attempt))
        values = {"sealed": sealed, "expires_at": now + REPEATED_FOR}
        return Update(HeldSecretRecord, {"object_id": object_id}, values)

    async def open(self, object_id: str, *, identity_id: str, attempt: Attempt | None = None) -> bytes | None:
        """The secret; None if none is held, or not for this identity, or not for this attempt."""
        held = await self._store.get(HeldSecretRecord, object_id=object_id)
        if held is None or held.expires_at <= self._clock():
            return None
        try:
            return self._kek.open(held.sealed, context=_context(object_id, identity_id, attempt))
        except SealBroken:
            return None

    async def repeated(self, caller: Caller, object_id: str) -> bytes | None:
        """The secret that the first answer to this call held; None if it is not to be told again."""
        attempt = caller.attempt
        if attempt is None:
            return None
        return await self.open(object_id, identity_id=caller.principal.identity_id, attempt=attempt)

    def release(self, object_id: str, *, expect: int | None = 1) -> Delete:
        """The write that lets a secret go."""
        return Delete(HeldSecretRecord, {"object_id": object_id}, expect)


def _context(object_id: str, identity_id: str, attempt: Attempt | None) -> str:
    """What a seal is bound to; an attempt is named by its method and the client's id."""
    told = f"/{attempt.method}/{attempt.request_id}" if attempt else ""
    return f"held_secret/{object_id}/{identity_id}{told}"
