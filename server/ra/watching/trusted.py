"""What to trust in a project: the certificates of its CAs, all above them, and the CRLs of their keys.

A certificate that is revoked, on hold or expired is not in it, nor is what
hangs from it. A disabled CA stays, for what it has signed is in use; so do
former generations, as long as they last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from server.clock import Clock
from server.pki.bundle import Link, links_of
from server.ra.hub import Topic
from server.ra.revoking.lists import CRLs, PublishedCRL
from server.ra.setup.generations import FORMER, Generation
from server.store.filters import OneOf
from server.store.records import (
    AuthorityRecord,
    CertificateRecord,
    CRLRecord,
    GenerationRecord,
    ObjectKind,
)
from server.store.store import Store

_MOST: Final = 10_000
"""Rows of a kind: far more than a message can tell of."""
_INLINE: Final = 1 << 20
"""Octets of CRLs that one message has, at most: gRPC's clients take 4 MiB as a rule."""


@dataclass(frozen=True, slots=True)
class ToldCRL:
    """A CRL, and the newest generation of its CA that has the key."""

    crl: PublishedCRL
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What to trust now."""

    roots: Sequence[str]
    """PEM."""
    intermediates: Sequence[str]
    """PEM."""
    crls: Sequence[ToldCRL]
    until: datetime | None
    """When the first of the certificates ends: then it is another one."""
    aged: bool
    """Whether a certificate is left out because it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """The CAs of a project and all those above them, and what is stored of them."""

    project_id: str
    authorities: Mapping[str, AuthorityRecord]
    generations: Sequence[Generation]
    """Those with a certificate, former ones first."""
    certificates: Sequence[CertificateRecord]
    """The CAs' certificates that were signed here."""
    crls: Sequence[CRLRecord]

    @property
    def chains(self) -> Iterator[str]:
        """Those of the project's own CAs, in all generations."""
        for one in self.generations:
            if self.authorities[_ca_id(one)].project_id == self.project_id:
                yield one.chain

    @property
    def revision(self) -> int:
        """That of the last change of any of them."""
        rows: Iterable[AuthorityRecord | CertificateRecord | CRLRecord]
        rows = (*self.authorities.values(), *self.certificates, *self.crls)
        return max((row.revision for row in rows), default=0)

    @property
    def topics(self) -> Iterator[Topic]:
        """What is told of a change of any of them."""
        kinds: Iterable[tuple[ObjectKind, Iterable[str]]] = (
            (ObjectKind.AUTHORITY, self.authorities),
            (ObjectKind.CERTIFICATE, (row.id for row in self.certificates)),
            (ObjectKind.CRL, (row.id for row in self.crls)),
        )
        return (Topic(kind, object_id=id_) for kind, ids in kinds for id_ in ids)


class Trusted:
    """Looks up what to trust."""

    def __init__(self, store: Store, crls: CRLs, *, clock: Clock) -> None:
        self._store = store
        self._crls = crls
        self._clock = clock

    async def of(self, project_id: str) -> tuple[Trust, Hierarchy]:
        """What to trust in a project, and what that comes from."""
        hierarchy = await self._hierarchy(project_id)
        now = self._clock()
        links = _in_force(hierarchy, now=now)
        known = {
            (_ca_id(one), one.key_generation): _number(one)
            for one in hierarchy.generations
            if sha256(one.certificate or b"").hexdigest() in links
        }
        trust = Trust(
            roots=[link.pem for link in links.values() if link.is_root],
            intermediates=[link.pem for link in links.values() if not link.is_root],
            crls=await self._told(hierarchy.crls, known),
            until=min((link.not_after for link in links.values()), default=None),
            aged=any(now > one.not_after for one in hierarchy.generations if one.not_after),
        )
        return trust, hierarchy

    async def _hierarchy(self, project_id: str) -> Hierarchy:
        own = await self._store.list(AuthorityRecord, limit=_MOST, project_id=project_id)
        authorities = await self._with_parents(own)
        ids = OneOf(authorities)
        former = await self._store.list(
            GenerationRecord, limit=_MOST, order="number", ca_id=ids, state=FORMER
        )
        generations: Iterable[Generation] = (*former, *authorities.values())
        return Hierarchy(
            project_id=project_id,
            authorities=authorities,
            generations=[one for one in generations if one.certificate],
            certificates=await self._store.list(CertificateRecord, limit=_MOST, certified_ca_id=ids),
            crls=await self._store.list(CRLRecord, limit=_MOST, ca_id=ids),
        )

    async def _with_parents(self, authorities: Sequence[AuthorityRecord]) -> dict[str, AuthorityRecord]:
        """The CAs, and those of other projects that are above them."""
        found = {record.id: record for record in authorities}
        lowest: Iterable[AuthorityRecord] = authorities
        while wanted := {record.parent_id for record in lowest if record.parent_id} - found.keys():
            lowest = await self._store.list(AuthorityRecord, limit=_MOST, id=OneOf(wanted))
            found |= {record.id: record for record in lowest}
        return found

    async def _told(
        self, rows: Sequence[CRLRecord], known: Mapping[tuple[str, int], int]
    ) -> Sequence[ToldCRL]:
        """The CRLs of the keys that are trusted, with their octets as long as these are not too many."""
        found, octets = [], 0
        for row in rows:
            generation = known.get((row.ca_id, row.key_generation))
            crl = await self._crls.told(row) if generation is not None else None
            if crl is None or generation is None:
                continue
            octets += len(crl.der or b"")
            found.append(ToldCRL(crl if octets <= _INLINE else replace(crl, der=None), generation))
        return found


def _in_force(hierarchy: Hierarchy, *, now: datetime) -> dict[str, Link]:
    """The certificates to trust, by fingerprint; each after those above it."""
    revoked = {row.fingerprint for row in hierarchy.certificates if row.revoked_at is not None}
    found: dict[str, Link] = {}
    for chain in hierarchy.chains:
        found |= {link.fingerprint: link for link in _from_the_top(chain, revoked, now=now)}
    return found


def _from_the_top(chain: str, revoked: Collection[str], *, now: datetime) -> Iterator[Link]:
    """The certificates of a chain down to the first that is not in force: below it nothing is."""
    for link in reversed(links_of(chain)):
        if link.fingerprint in revoked or now > link.not_after:
            return
        yield link


def _ca_id(generation: Generation) -> str:
    return generation.ca_id if isinstance(generation, GenerationRecord) else generation.id


def _number(generation: Generation) -> int:
    return generation.number if isinstance(generation, GenerationRecord) else generation.generation
