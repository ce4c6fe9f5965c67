"""Keeps an OCSP responder for each key that has signed certificates, as long as the key may sign.

Also for CAs that are disabled, and for former generations: their certificates
are still in use. A responder is renewed at half of its life by an upkeep chore,
or made by the first question if there is none. Replicas share the stored one:
of several that renew at once one wins, and all others take what it made.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from server.ca.authorities import Authorities
from server.ca.responding import LIFETIME, Delegation
from server.clock import Clock
from server.pki.certificate import load_certificate
from server.pki.ocsp import Responder
from server.pki.serial import serial_hex
from server.pki.validity import SECOND
from server.ra.audit import noted
from server.ra.revoking.issuing_keys import IssuingKey, IssuingKeys
from server.ra.setup.generations import holder_of
from server.store.failures import GuardFailed, UniqueViolation
from server.store.records import ObjectKind, ResponderRecord
from server.store.store import Store
from server.store.unit import Insert, Unit, Update, Write

_ACTION: Final = "ocspResponders.renew"
_PORTION: Final = 20
_log = structlog.get_logger(__name__)


class Responders:
    """The responders of this process, by key."""

    def __init__(
        self,
        store: Store,
        keys: IssuingKeys,
        authorities: Authorities,
        delegation: Delegation,
        *,
        clock: Clock,
    ) -> None:
        self._store = store
        self._keys = keys
        self._authorities = authorities
        self._delegation = delegation
        self._clock = clock
        self._known: dict[tuple[str, int], Responder] = {}
        self._failed: set[tuple[str, int]] = set()
        self._turns: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, key: IssuingKey) -> Responder | None:
        """The responder that signs for a key now; None if the key signs nothing more.

        Raises StoreUnavailable, and SealBroken for another KEK's records.
        """
        known = self._known.get(key.id)
        if known is not None and self._clock() <= known.not_after:
            return known
        return await self._current(key)

    async def renew_due(self) -> int:
        """Makes some of the responders that are missing or due; tells how many, 0 if none is left."""
        await self._keys.refresh()
        due = [key for key in self._keys if key.id not in self._failed and self._is_due(key)][:_PORTION]
        for key in due:
            await self._kept_up(key)
        if not due:
            self._failed.clear()  # they are tried again in the next round
        return len(due)

    def seconds_left(self) -> Mapping[tuple[str, ...], float]:
        """By CA and key generation, the seconds until the responder of the key ends."""
        now = self._clock()
        return {
            (ca_id, str(number)): (known.not_after - now).total_seconds()
            for (ca_id, number), known in self._known.items()
        }

    def _is_due(self, key: IssuingKey) -> bool:
        known, now = self._known.get(key.id), self._clock()
        if now > key.not_after:
            self._known.pop(key.id, None)
            return False
        return known is None or _is_over(known, key, now)

    async def _kept_up(self, key: IssuingKey) -> None:
        try:
            await self._current(key)
        except Exception:  # noqa: BLE001 - logged with its trace
            # What ails the key of one CA must not keep the others without a responder.
            self._failed.add(key.id)
            _log.exception("ocsp.responder_failed", ca_id=key.ca_id, key_generation=key.number)

    async def _current(self, key: IssuingKey) -> Responder | None:
        """What the database has, or a new one in its place."""
        async with self._turns[key.id]:
            now = self._clock()
            if now > key.not_after:
                return None
            stored = await self._store.get(ResponderRecord, ca_id=key.ca_id, key_generation=key.number)
            found = self._delegation.load(stored) if stored else None
            if found is None or _is_over(found, key, now):
                found = await self._renewed(key, stored, now)
            if found is not None:
                self._known[key.id] = found
            return found

    async def _renewed(
        self, key: IssuingKey, stored: ResponderRecord | None, now: datetime
    ) -> Responder | None:
        holder = await holder_of(self._store, key.ca_id, key.number)
        if holder is None:
            return None
        made = await self._delegation.make(
            self._authorities.key(holder), ca_id=key.ca_id, key_generation=key.number, now=now
        )
        with suppress(GuardFailed, UniqueViolation):  # another replica was first
            await self._store.commit(Unit((_write(made, stored), _audit(key, made, now))))
            return self._delegation.load(made)
        current = await self._store.get(ResponderRecord, ca_id=key.ca_id, key_generation=key.number)
        return self._delegation.load(current) if current else None


def _is_over(responder: Responder, key: IssuingKey, now: datetime) -> bool:
    """Whether it is time for a successor, and one would last longer: none outlasts the CA."""
    if now > responder.not_after:
        return True
    return now >= responder.renew_at and min(now + LIFETIME - SECOND, key.not_after) > responder.not_after


def _write(made: ResponderRecord, stored: ResponderRecord | None) -> Write:
    if stored is None:
        return Insert(made)
    where = {"ca_id": made.ca_id, "key_generation": made.key_generation, "renew_at": stored.renew_at}
    values = {
        "key_algorithm": made.key_algorithm,
        "certificate": made.certificate,
        "sealed_key": made.sealed_key,
        "not_after": made.not_after,
        "renew_at": made.renew_at,
    }
    return Update(ResponderRecord, where, values)


def _audit(key: IssuingKey, made: ResponderRecord, now: datetime) -> Insert:
    serial = serial_hex(load_certificate(made.certificate).serial_number)
    details = {"serial": serial, "key_generation": key.number, "not_after": made.not_after.isoformat()}
    return noted(
        ObjectKind.AUTHORITY, key.ca_id, project_id=key.project_id, now=now, action=_ACTION, details=details
    )
