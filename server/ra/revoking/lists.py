"""The CRLs that are published, for everybody who hands them out: the listener, the API, the watches.

What was published last stays in memory, up to a bound, until a change tells
that there is a newer one, on whatever replica that was made.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from server.ca.places import Places
from server.pki.pem import crl_pem
from server.store.failures import StoreUnavailable
from server.store.records import (
    AuthorityRecord,
    ChangeRecord,
    CRLBodyRecord,
    CRLRecord,
    GenerationRecord,
    ObjectKind,
)
from server.store.store import Store

INLINE: Final = 64 * 1024
"""A CRL of no more octets of DER is told as a whole, a greater one by its address."""

_HELD: Final = 32 * 1024 * 1024
"""Octets of DER in memory, at most, unless one alone is greater: all who fetch it share it."""
_TRIES: Final = 5
_MOST: Final = 4096
"""More CRLs, or generations, than one project is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCRL:
    """The CRL that was published last, of a CA's key or of a shard of it."""

    id: str
    ca_id: str
    project_id: str
    key_generation: int
    shard: int
    number: int
    this_update: datetime
    next_update: datetime
    """Both in whole seconds."""
    sha256: str
    """Of the DER, lower-case hexadecimal."""
    size: int
    """Octets of the DER."""
    entries: int
    url: str
    """Where it is published; empty if the server does not know how it is reached."""
    der: bytes | None = field(default=None, repr=False)
    """None of one that is too great for what it was looked up for."""

    @property
    def pem(self) -> str:
        """The whole of it; empty if it is too great to be told so."""
        return crl_pem(self.der) if self.der is not None and self.size <= INLINE else ""

    @classmethod
    def of(cls, record: CRLRecord, der: bytes | None, places: Places) -> Self | None:
        """What a row tells; None before the first."""
        if record.this_update is None or record.next_update is None:
            return None
        return cls(
            id=record.id,
            ca_id=record.ca_id,
            project_id=record.project_id,
            key_generation=record.key_generation,
            shard=record.shard,
            number=record.number,
            this_update=record.this_update,
            next_update=record.next_update,
            sha256=record.sha256,
            size=record.size,
            entries=record.entries,
            url=record.url or places.crl(record.id),
            der=der,
        )


class CRLs:
    """Looks up what is published; lives as long as the process."""

    def __init__(self, store: Store, places: Places) -> None:
        self._store = store
        self._places = places
        self._held: OrderedDict[str, PublishedCRL] = OrderedDict()
        self._octets = 0
        self._heard: Counter[str] = Counter()
        store.feed.subscribe(self._hear)

    def held(self, id_: str) -> PublishedCRL | None:
        """The CRL of an id with its DER, if it is in memory."""
        if id_ in self._held:
            self._held.move_to_end(id_)
        return self._held.get(id_)

    async def crl_der(self, id_: str) -> PublishedCRL | None:
        """The CRL of an id with its DER; None if there is none, or none yet. Raises StoreUnavailable."""
        held = self.held(id_)
        if held is not None:
            return held
        record = await self._store.get(CRLRecord, id=id_)
        return None if record is None or not record.number else await self._read(record)

    async def told(self, record: CRLRecord) -> PublishedCRL | None:
        """What a row tells, with the DER if that is small enough to be told as a whole."""
        if record.size > INLINE or not record.number:
            return PublishedCRL.of(record, None, self._places)
        held = self._held.get(record.id)
        return held if held is not None and held.number == record.number else await self._read(record)

    async def of_project(self, project_id: str) -> Sequence[PublishedCRL]:
        """Those of all keys of a project's CAs, the present ones and former ones, in a fixed order."""
        rows = await self._store.list(CRLRecord, limit=_MOST, project_id=project_id)
        told = [await self.told(row) for row in rows]
        return [one for one in told if one is not None]

    async def generations(self, project_id: str) -> dict[tuple[str, int], int]:
        """By CA and key generation, the newest generation of the project's CAs that has that key."""
        present = await self._store.list(AuthorityRecord, limit=_MOST, project_id=project_id)
        found: dict[tuple[str, int], int] = {}
        for authority in present:
            if authority.generation > 1:
                found |= await self._former(authority.id)
            found[authority.id, authority.key_generation] = authority.generation
        return found

    async def _former(self, ca_id: str) -> dict[tuple[str, int], int]:
        rows = await self._store.list(
            GenerationRecord, limit=_MOST, order="number", ca_id=ca_id, state="FORMER"
        )
        return {(ca_id, row.key_generation): row.number for row in rows}

    async def _read(self, record: CRLRecord) -> PublishedCRL | None:
        """With its octets. Row and octets are two reads: if a newer one came in between, again."""
        heard, fresh = self._heard[record.id], record
        for _ in range(_TRIES):
            body = await self._store.get(CRLBodyRecord, id=record.id)
            if body is not None and hashlib.sha256(body.der).hexdigest() == fresh.sha256:
                return self._keep(PublishedCRL.of(fresh, body.der, self._places), heard)
            heard = self._heard[record.id]
            again = await self._store.get(CRLRecord, id=record.id)
            if again is None:
                return None
            fresh = again
        raise StoreUnavailable(f"the CRL '{record.id}' changes too fast to be read")

    def _keep(self, crl: PublishedCRL | None, heard: int) -> PublishedCRL | None:
        """Hold it, unless a change was told since the read began: then it may be the one before."""
        if crl is None or crl.der is None or heard != self._heard[crl.id]:
            return crl
        self._drop(crl.id)
        self._held[crl.id] = crl
        self._octets += len(crl.der)
        while self._octets > _HELD and len(self._held) > 1:
            self._drop(next(iter(self._held)))
        return crl

    def _drop(self, id_: str) -> None:
        gone = self._held.pop(id_, None)
        if gone is not None and gone.der is not None:
            self._octets -= len(gone.der)

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        for change in changes:
            if change.kind is ObjectKind.CRL:
                self._heard[change.object_id] += 1
                self._drop(change.object_id)
