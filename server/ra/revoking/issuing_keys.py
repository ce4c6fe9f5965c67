"""The keys that certificates were signed with, found by what OCSP requests name issuers by.

All of them are in memory: of every CA, its present generation and former ones.
A change of a CA makes it be read again, and a question about an issuer that is
not known waits for that.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.pki.certificate import load_certificate
from server.pki.ocsp_request import IssuerID, issuer_ids
from server.ra.setup.generations import FORMER, Generation
from server.store.records import AuthorityRecord, ChangeRecord, GenerationRecord, ObjectKind
from server.store.store import Store

_PAGE: Final = 200
_MOST: Final = 4096
"""More generations than a CA ever has."""


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """A key of a CA, with the generations that have it."""

    ca_id: str
    project_id: str
    number: int
    """The generation that it came with."""
    generations: frozenset[int]
    not_after: datetime
    """The last second of the newest certificate of the key: nothing is signed with it after that."""

    @property
    def id(self) -> tuple[str, int]:
        """Names it among all keys."""
        return self.ca_id, self.number


class IssuingKeys:
    """What this process knows of them; call ``load`` before anything else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_issuer: dict[IssuerID, IssuingKey] = {}
        self._by_authority: dict[str, Mapping[IssuerID, IssuingKey]] = {}
        self._stale: set[str] = set()
        self._reading = asyncio.Lock()
        store.feed.subscribe(self._hear)

    def __iter__(self) -> Iterator[IssuingKey]:
        """Each key once."""
        for keys in tuple(self._by_authority.values()):
            yield from set(keys.values())

    async def load(self) -> None:
        """Learn of all CAs. Raises StoreUnavailable."""
        after = ""
        while True:
            rows = await self._store.page(AuthorityRecord, size=_PAGE, after=after)
            for row in rows[:_PAGE]:
                await self._learn(row)
            if len(rows) <= _PAGE:
                return
            after = rows[_PAGE - 1].id

    async def find(self, issuer: IssuerID) -> IssuingKey | None:
        """The key of an issuer; None if it is not ours. Raises StoreUnavailable."""
        if self._stale or self._reading.locked():
            await self.refresh()
        return self._by_issuer.get(issuer)

    async def refresh(self) -> None:
        """Read again the CAs that have changed. Raises StoreUnavailable."""
        async with self._reading:
            while self._stale:
                ca_id = self._stale.pop()
                try:
                    row = await self._store.get(AuthorityRecord, id=ca_id)
                    if row is not None:
                        await self._learn(row)
                except BaseException:
                    self._stale.add(ca_id)
                    raise

    async def _learn(self, present: AuthorityRecord) -> None:
        former: Sequence[GenerationRecord] = ()
        if present.generation > 1:
            former = await self._store.list(
                GenerationRecord, limit=_MOST, order="number", ca_id=present.id, state=FORMER
            )
        known = dict(_named([*former, present], project_id=present.project_id))
        for gone in self._by_authority.get(present.id, {}):
            self._by_issuer.pop(gone, None)
        self._by_authority[present.id] = known
        self._by_issuer |= known

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        self._stale |= {change.object_id for change in changes if change.kind is ObjectKind.AUTHORITY}


def _named(generations: Sequence[Generation], *, project_id: str) -> Iterator[tuple[IssuerID, IssuingKey]]:
    """The keys of a CA by all their names; the generations in the order that they came in."""
    by_key: dict[int, list[Generation]] = defaultdict(list)
    for generation in generations:
        if generation.certificate is not None:
            by_key[generation.key_generation].append(generation)
    for number, holders in by_key.items():
        certificates = [load_certificate(holder.certificate or b"") for holder in holders]
        key = IssuingKey(
            ca_id=_ca_id(holders[0]),
            project_id=project_id,
            number=number,
            generations=frozenset(map(_number, holders)),
            not_after=certificates[-1].not_valid_after_utc,
        )
        for certificate in certificates:
            yield from ((name, key) for name in issuer_ids(certificate))


def _ca_id(generation: Generation) -> str:
    return generation.ca_id if isinstance(generation, GenerationRecord) else generation.id


def _number(generation: Generation) -> int:
    return generation.number if isinstance(generation, GenerationRecord) else generation.generation
