"""Answers who asks for a CRL over the API."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from server.errors import Unavailable, not_found
from server.ra.access.caller import Caller
from server.ra.revoking.lists import CRLs, PublishedCRL
from server.ra.setup.generations import generation_of
from server.store.records import AuthorityRecord, CRLRecord
from server.store.store import Store

_TYPE: Final = "CertificateRevocationList"
_PATIENCE_SECONDS: Final = 2.0
"""How long it waits for the first CRL of a CA that has just come: it is made within a second."""


@dataclass(frozen=True, slots=True)
class ToldCRL:
    """A CRL, and the generation of its CA that it was asked of."""

    crl: PublishedCRL
    generation: int


class CRLEnquiry:
    """Finds the CRL of a CA."""

    def __init__(self, store: Store, crls: CRLs) -> None:
        self._store = store
        self._crls = crls

    async def crl(self, caller: Caller, ca_id: str, *, generation: int, shard: int) -> ToldCRL:
        """The CRL of a CA's generation (0: the present one) and shard. Raises NotFound, Denied, Unavailable.

        Nothing is made for whoever asks: a CA that has just come publishes its first by itself.
        """
        absent = not_found("CertificateAuthority", ca_id)
        authority = await self._store.get(AuthorityRecord, id=ca_id)
        if authority is None:
            raise absent
        caller.enter(authority.project_id, absent=absent)
        number = generation or authority.generation
        row = await self._row(ca_id, number, shard)
        if row is None:
            raise not_found(_TYPE, f"{ca_id}/{number}/{shard}")
        return ToldCRL(await self._published(row), number)

    async def _row(self, ca_id: str, number: int, shard: int) -> CRLRecord | None:
        held = await generation_of(self._store, ca_id, number)
        if held is None:
            return None
        return await self._store.get(CRLRecord, ca_id=ca_id, key_generation=held.key_generation, shard=shard)

    async def _published(self, row: CRLRecord) -> PublishedCRL:
        told: PublishedCRL | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                told = await self._first(row)
        if told is None:
            raise Unavailable("the certificate authority has not published a CRL yet")
        return told

    async def _first(self, row: CRLRecord) -> PublishedCRL | None:
        """The CRL, as soon as there is one."""
        fresh: CRLRecord | None = row
        while fresh is not None:
            latest = self._store.feed.latest
            told = await self._crls.told(fresh)
            if told is not None:
                return told
            fresh = await self._store.get(CRLRecord, id=row.id)
            if fresh is not None and not fresh.number:
                await self._store.feed.wait_beyond(latest)
        return None
