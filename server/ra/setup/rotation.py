"""Gives certificate authorities their next generation: another certificate, and another key if wanted.

    signed here     the present generation becomes a former one, and the CA is its next one, in one unit
    signed outside  the next generation waits beside the present one until its certificate is installed

What the former generation signed stays as it is, and its key goes on signing CRLs.
Who rotates again while a generation waits gives that one up: the new one takes its
place, and only the certificate for the new one's CSR can be installed.
Whatever the former one still signs meanwhile fails the guard of its unit, and is
made again by the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from server.ca.authorities import Authorities
from server.ca.charter import Charter
from server.ca.issuer import Issuer
from server.clock import Clock
from server.errors import Invalid, Nature, Reason, Refused, Stale, Violation, not_found
from server.ra.access.caller import Caller
from server.ra.retries import Retries, recorded
from server.ra.revisions import etag_of, prove_etag, settled
from server.ra.revoking.blocked import blocked_fault
from server.ra.revoking.certified import key_guard
from server.ra.setup.authority_entries import told
from server.ra.setup.charters import refuse, shard_faults
from server.ra.setup.crls import crls_due
from server.ra.setup.generations import AWAITING, generation_record, succession, waiting_of
from server.ra.setup.parents import Parents, signed_by
from server.ra.setup.rotation_order import RotationOrder, is_signed_outside, redraft
from server.ra.setup.standing import Standing, standing
from server.ra.tasks import Tasks
from server.store.records import AuthorityRecord, GenerationRecord
from server.store.store import Store
from server.store.unit import Change, Delete, Insert, Unit, Update, Write

_TYPE = "CertificateAuthority"
_REFERENCES = frozenset({"id", ""})
"""Fields without which nothing else can be judged."""

_Seen: TypeAlias = tuple[int, bytes | None]
"""The present generation of a CA, and the CSR of the one that waits."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """A CA after its rotation."""

    stands: Standing
    csr: bytes | None = None
    """DER; set if its next generation awaits the certificate of an outside CA."""


class Rotation:
    """Rotates CAs."""

    def __init__(
        self, store: Store, authorities: Authorities, *, retries: Retries, tasks: Tasks, clock: Clock
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._parents = Parents(store, authorities)
        self._retries = retries
        self._tasks = tasks
        self._clock = clock

    async def rotate(self, caller: Caller, order: RotationOrder) -> Rotated:
        """The CA in its next generation, or with that one's CSR.

        Raises NotFound, Denied, Stale, Invalid, and Refused if its state or the rules of X.509 forbid it.
        """
        if any(fault.field in _REFERENCES for fault in order.faults):
            raise Invalid("the request is malformed", violations=order.faults)
        seen = await self._seen(await self._entered(caller, order.ca_id))
        make = partial(settled, partial(self._attempt, caller, order, seen))
        return await self._retries.once(caller, make, partial(self._again, caller))

    async def _attempt(self, caller: Caller, order: RotationOrder, seen: _Seen) -> Rotated:
        record = await self._entered(caller, order.ca_id)
        prove_etag(record, order.etag)
        if record.certificate is None:
            raise _conflict(record, "awaits its first certificate")
        if await self._seen(record) != seen:  # two who rotate at once mean one rotation
            raise Stale("it was rotated meanwhile; read it again", etag=etag_of(record))
        parent = await self._parents.issuer(caller, record.parent_id) if record.parent_id else None
        now = self._clock()
        charter = await self._judged(order, record, parent, now=now)
        make = self._asked if is_signed_outside(record) else self._succeeded
        return await self._tasks.own(make(caller, record, charter, keep_key=order.keep_key, now=now))

    async def _seen(self, record: AuthorityRecord) -> _Seen:
        waiting = await waiting_of(self._store, record.id)
        return record.generation, waiting.csr if waiting else None

    async def _again(self, caller: Caller, id_: str) -> Rotated:
        record = await self._entered(caller, id_)
        waiting = await waiting_of(self._store, id_)
        stands = replace(standing(record, at=self._clock()), rotates=waiting is not None)
        return Rotated(stands, waiting.csr if waiting else None)

    async def _entered(self, caller: Caller, id_: str) -> AuthorityRecord:
        """The CA, if the caller may rotate it, and have its parent sign."""
        absent = not_found(_TYPE, id_)
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise absent
        caller.enter(record.project_id, absent=absent)
        if record.parent_id:
            await self._parents.proven(caller, record.parent_id)
        return record

    async def _judged(
        self, order: RotationOrder, record: AuthorityRecord, parent: Issuer | None, *, now: datetime
    ) -> Charter:
        charter, violations = redraft(order, record, parent, now=now)
        others = [*await self._key_faults(order, record)]
        if not order.keep_key:
            others += shard_faults(charter.crl_shards, published=self._authorities.are_published)
        refuse((*violations, *others), charter, now=now)
        return charter

    async def _key_faults(self, order: RotationOrder, record: AuthorityRecord) -> Iterable[Violation]:
        """A compromised key ends with the CA's present generation."""
        guard = key_guard(record)
        if order.keep_key and await self._store.get(guard.type, **guard.where):
            return (replace(blocked_fault("keep_key"), nature=Nature.POLICY),)
        return ()

    async def _succeeded(
        self, caller: Caller, record: AuthorityRecord, charter: Charter, *, keep_key: bool, now: datetime
    ) -> Rotated:
        after = await self._authorities.succeed(record, charter, keep_key=keep_key, now=now)
        of_parent, changes = signed_by(caller, charter.parent, after) if charter.parent else ((), ())
        # The CRL of a key that stays may have come to rest with the end of its last certificate.
        crls = () if keep_key else self._authorities.crls(after)
        due = crls_due(record.id, after.updated_at)
        writes = (*of_parent, *succession(record, after), *map(Insert, crls), due)
        return Rotated(await self._stored(caller, record, after, *writes, keep_key=keep_key, changes=changes))

    async def _asked(
        self, caller: Caller, record: AuthorityRecord, charter: Charter, *, keep_key: bool, now: datetime
    ) -> Rotated:
        """The CA as it was, at a new revision, so that of two rotations at once one is stored."""
        to_come = await self._authorities.ask_again(record, charter, keep_key=keep_key, now=now)
        seen = {"id": record.id, "revision": record.revision}
        writes = (
            Update(AuthorityRecord, seen, {"updated_at": now}),
            Delete(GenerationRecord, {"ca_id": record.id, "state": AWAITING}, expect=None),
            Insert(generation_record(to_come, state=AWAITING, at=now)),
        )
        after = replace(record, updated_at=now)
        stands = await self._stored(caller, record, after, *writes, keep_key=keep_key)
        return Rotated(replace(stands, rotates=True), to_come.csr)

    async def _stored(
        self,
        caller: Caller,
        before: AuthorityRecord,
        after: AuthorityRecord,
        *writes: Write,
        keep_key: bool,
        changes: tuple[Change, ...] = (),
    ) -> Standing:
        guards = (key_guard(before),) if keep_key else ()
        row, change = told(
            caller, after, old_state=before.state, generation=after.generation, keep_key=keep_key
        )
        attempt = recorded(caller, after.id, after.updated_at)
        unit = Unit((*guards, *writes, *attempt, row), (*changes, change))
        revision = await self._store.commit(unit)
        return standing(replace(after, revision=revision), at=self._clock())


def _conflict(record: AuthorityRecord, what: str) -> Refused:
    message = f"the certificate authority '{record.id}' {what}"
    return Refused(message, reason=Reason.STATE_CONFLICT, ca_id=record.id, ca_state=record.state)
