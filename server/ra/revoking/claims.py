"""The right to make a CRL: kept up while it is made, void some seconds after whoever has it died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.clock import Clock
from server.errors import Unavailable
from server.store.failures import GuardFailed
from server.store.records import CRLRecord
from server.store.store import Store
from server.store.unit import Unit, Update

LEASE: Final = timedelta(seconds=5)
"""After this a claim that nobody prolongs is void: its process has died, and its CRL has waited enough."""
_PROLONGED: Final = 3
"""Times in the length of a lease: one that comes late costs nothing."""


@dataclass(slots=True)
class Claim:
    """The right to make the CRL that follows on ``last``."""

    last: CRLRecord
    mark: datetime
    """What stands in ``due_at`` unless something was revoked since."""
    until: datetime
    """When it is void: what stands in ``held_until``."""


class Claims:
    """Takes claims, prolongs them and gives them back."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def claim(self, last: CRLRecord) -> Claim | None:
        """The right to make the next one; None if somebody else has it."""
        until = self._clock() + LEASE
        seen = {"id": last.id, "number": last.number, "held_until": last.held_until}
        if not await self._is_stored(seen, {"held_until": until, "due_at": until}):
            return None
        return Claim(last, until, until)

    @asynccontextmanager
    async def kept(self, claim: Claim) -> AsyncIterator[None]:
        """Prolongs a claim meanwhile, again and again, unless it is lost already."""
        over = asyncio.Event()
        keeping = asyncio.create_task(self._keep(claim, over), name=f"crls {claim.last.id} claim")
        try:
            yield
        finally:
            over.set()
            await keeping

    async def release(self, claim: Claim, *, due_at: datetime, held_until: datetime) -> None:
        """Gives it back; what was revoked meanwhile stays due, and another's claim stays its own."""
        id_ = claim.last.id
        writes = (
            Update(CRLRecord, {"id": id_, "due_at": claim.mark}, {"due_at": due_at}, expect=None),
            Update(
                CRLRecord, {"id": id_, "held_until": claim.until}, {"held_until": held_until}, expect=None
            ),
        )
        await self._store.commit(Unit(writes))

    async def _keep(self, claim: Claim, over: asyncio.Event) -> None:
        pause = LEASE.total_seconds() / _PROLONGED
        while not over.is_set():
            try:
                async with asyncio.timeout(pause):
                    await over.wait()
            except TimeoutError:
                await self._prolong(claim)

    async def _prolong(self, claim: Claim) -> None:
        """If the database is away, or somebody else has it by now, storing what is made tells soon enough."""
        until = self._clock() + LEASE
        seen = {"id": claim.last.id, "number": claim.last.number, "held_until": claim.until}
        try:
            if await self._is_stored(seen, {"held_until": until}):
                claim.until = until
        except Unavailable:
            return

    async def _is_stored(self, seen: dict[str, object], values: dict[str, object]) -> bool:
        try:
            await self._store.commit(Unit((Update(CRLRecord, seen, values),)))
        except GuardFailed:
            return False
        return True
