"""Destroys the secrets that are due: keys that nobody came for, and what was kept for retries."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from server.clock import Clock
from server.ra.audit import noted
from server.ra.keys.custody import Custody
from server.ra.keys.states import KeyState, KeyStep
from server.store.failures import GuardFailed
from server.store.filters import OneOf, UpTo
from server.store.records import CertificateRecord, HeldSecretRecord, ObjectKind, RequestRecord
from server.store.store import Store
from server.store.unit import Delete, Unit

_BATCH: Final = 100
DESTROY: Final = "privateKeys.destroy"
"""What the audit trail calls the end of a key that nobody has claimed."""


class Destruction:
    """What is done about secrets as time passes; replicas may all do it at once."""

    def __init__(self, store: Store, custody: Custody, *, clock: Clock) -> None:
        self._store = store
        self._custody = custody
        self._clock = clock

    async def destroy_due(self) -> int:
        """Destroys some of the secrets whose time has come; tells how many, 0 if none is left."""
        now = self._clock()
        due = await self._store.list(HeldSecretRecord, limit=_BATCH, order="expires_at", expires_at=UpTo(now))
        owed = await self._owed(due, now)
        spent = [held.object_id for held in due if held.object_id not in owed]
        done = await gather(self._cleared(spent, now), *map(self._destroyed, owed.values()))
        return sum(done)

    async def scrub(self) -> int:
        """Leaves nothing in the files of secrets that were let go; tells 0 if there was nothing to do."""
        if not self._custody.has_traces:
            return 0
        self._custody.has_traces = False  # before: what is let go meanwhile is for the next time
        if await self._store.scrub():
            return 1
        self._custody.has_traces = True
        return 0

    async def _owed(self, due: Sequence[HeldSecretRecord], now: datetime) -> Mapping[str, Unit]:
        """The ends of those that are keys which nobody came for, by what they belong to."""
        ends = {held.object_id: held.expires_at for held in due}
        requests = await self._store.list(
            RequestRecord, limit=_BATCH, id=OneOf(ends), private_key_state=KeyState.CLAIMABLE.name
        )
        ids = {request.certificate_id for request in requests if request.certificate_id}
        found = await self._store.list(CertificateRecord, limit=_BATCH, id=OneOf(ids))
        certificates = {certificate.id: certificate for certificate in found}
        return {
            request.id: _end(request, certificate, ends[request.id], now=now)
            for request in requests
            if (certificate := certificates.get(request.certificate_id or ""))
        }

    async def _cleared(self, ids: Sequence[str], now: datetime) -> int:
        """Lets go of what was kept for retries, all at once; tells how many there were."""
        if not ids:
            return 0
        # Their time again: one that was due may by now be kept for another call.
        due = {"object_id": OneOf(ids), "expires_at": UpTo(now)}
        await self._store.commit(Unit((Delete(HeldSecretRecord, due, expect=None),)))
        self._custody.has_traces = True
        return len(ids)

    async def _destroyed(self, end: Unit) -> int:
        """How many are gone by this: none if it was claimed, or another replica was first."""
        with suppress(GuardFailed):
            await self._store.commit(end)
            self._custody.has_traces = True
            return 1
        return 0


def _end(
    request: RequestRecord, certificate: CertificateRecord, expires_at: datetime, *, now: datetime
) -> Unit:
    gone = Delete(HeldSecretRecord, {"object_id": request.id, "expires_at": expires_at})
    step = KeyStep(request=request, certificate=certificate, to=KeyState.DESTROYED, now=now)
    told = noted(ObjectKind.REQUEST, request.id, project_id=request.project_id, now=now, action=DESTROY)
    return step.unit(gone, told)
