"""Makes one CRL and stores it: claimed first, so that no two replicas do so at once.

    due_at       when one is to be made; a revocation sets it to its own time
    held_until   nobody begins before: a claim, the second after a publication, a pause after a failure

A claim sets both to the end of its lease, and prolongs the second. If ``due_at``
is another when the CRL is stored, something was revoked meanwhile, and it stays
due; if the number is another, the lease ran out and somebody else was faster:
then what was made is thrown away, for it may be the older one. It may be the
newer one, too, so that the next is due at once.

Nothing is left out of a CRL that was revoked before it was claimed: the claim
waits for the row that each revocation locks, and what is read after the claim
was committed sees all that was committed before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from server.ca.authorities import Authorities
from server.ca.crls import Content, MadeCRL, made_crl
from server.ca.pool import CryptoPool
from server.clock import Clock
from server.ra.audit import noted
from server.ra.revoking.claims import Claim, Claims
from server.ra.revoking.content import content_of
from server.ra.setup.generations import Generation, holder_of
from server.store.failures import GuardFailed
from server.store.records import AuthorityRecord, CRLBodyRecord, CRLRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Insert, Unit, Update, Write

PACE: Final = timedelta(seconds=1)
"""No CRL is made more often: what is revoked in between waits for the next."""
REST: Final = timedelta(days=1)
"""How often one is looked at whose CA is over: a rotation may give its key another certificate."""

_log = structlog.get_logger(__name__)


class Publication:
    """Makes CRLs and stores them; any replica may do so for any CA."""

    def __init__(self, store: Store, authorities: Authorities, pool: CryptoPool, *, clock: Clock) -> None:
        self._store = store
        self._authorities = authorities
        self._pool = pool
        self._clock = clock
        self._claims = Claims(store, clock=clock)

    async def claim(self, last: CRLRecord) -> Claim | None:
        """The right to make the next one; None if somebody else has it."""
        return await self._claims.claim(last)

    async def publish(self, claim: Claim) -> CRLRecord | None:
        """The row with the CRL that was made; None if there is none to make.

        Raises what makes it impossible: SealBroken, StoreUnavailable.
        """
        async with self._claims.kept(claim):
            return await self._published(claim)

    async def give_up(self, claim: Claim, *, pause: timedelta) -> None:
        """Let anybody try it again after a pause."""
        now = self._clock()
        await self._claims.release(claim, due_at=now, held_until=now + pause)

    async def _published(self, claim: Claim) -> CRLRecord | None:
        last, now = claim.last, self._clock()
        holder = await holder_of(self._store, last.ca_id, last.key_generation)
        authority = await self._store.get(AuthorityRecord, id=last.ca_id)
        if holder is None or authority is None or _is_over(holder, now):
            await self._claims.release(claim, due_at=now + REST, held_until=now)
            return None
        _warn_if_late(last, now)
        validity = timedelta(seconds=authority.crl_validity)
        content = await content_of(self._store, last, validity=validity, now=now)
        made = await self._pool.run(self._making(holder, last, content, validity=validity, now=now))
        return await self._stored(claim, made, due_at=made.this_update + validity / 2, now=now)

    def _making(
        self, holder: Generation, last: CRLRecord, content: Content, *, validity: timedelta, now: datetime
    ) -> Callable[[], MadeCRL]:
        """The work that is done off the loop, down to the opening of the key."""
        return lambda: made_crl(self._authorities.key(holder), last, content, validity=validity, now=now)

    async def _stored(
        self, claim: Claim, made: MadeCRL, *, due_at: datetime, now: datetime
    ) -> CRLRecord | None:
        last, ended = claim.last, self._clock()
        values = {
            "number": made.number,
            "entries": made.entries,
            "sha256": made.sha256,
            "size": len(made.der),
            "this_update": made.this_update,
            "next_update": made.next_update,
            "held_until": _free_from(now, ended),
        }
        row = Update(CRLRecord, {"id": last.id, "number": last.number}, values)
        # Not if a revocation has set it meanwhile: then the next one is due at once.
        due = Update(CRLRecord, {"id": last.id, "due_at": claim.mark}, {"due_at": due_at}, expect=None)
        change = Change(ObjectKind.CRL, last.id, project_id=last.project_id)
        writes = (row, due, _body(last, made), _noted(last, made, now=ended))
        try:
            await self._store.commit(Unit(writes, (change,)))
        except GuardFailed:
            _log.warning("crl.overtaken", crl=last.id, number=made.number)
            await self._claims.release(claim, due_at=ended, held_until=ended)
            return None
        return replace(last, **values)  # type: ignore[arg-type]


def _free_from(began: datetime, ended: datetime) -> datetime:
    """A list that takes long to make leaves the server a second for others before it is made again."""
    return max(began + PACE, ended + min(ended - began, PACE))


def _is_over(holder: Generation, now: datetime) -> bool:
    return holder.not_after is not None and now > holder.not_after


def _warn_if_late(last: CRLRecord, now: datetime) -> None:
    if last.next_update is not None and now > last.next_update:
        late = (now - last.next_update).total_seconds()
        _log.warning("crl.late", crl=last.id, ca_id=last.ca_id, shard=last.shard, seconds=late)


def _body(last: CRLRecord, made: MadeCRL) -> Write:
    if not last.number:
        return Insert(CRLBodyRecord(id=last.id, der=made.der))
    return Update(CRLBodyRecord, {"id": last.id}, {"der": made.der})


def _noted(last: CRLRecord, made: MadeCRL, *, now: datetime) -> Write:
    details = {
        "ca_id": last.ca_id,
        "shard": last.shard,
        "crl_number": str(made.number),
        "entries": made.entries,
    }
    return noted(
        ObjectKind.CRL, last.id, project_id=last.project_id, now=now, action="crls.publish", details=details
    )
