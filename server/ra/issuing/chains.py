"""The chains that certificates are told with: each that of the CA's generation that signed it.

A rotated CA has another certificate, and perhaps another key, and what its
former generations signed still chains to theirs. A generation's certificate
never changes once it is there, so it is read once and then remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from server.pki.pem import certificate_pem, without_root
from server.ra.issuing.catalog import Catalog
from server.ra.setup.generations import generation_of
from server.store.records import CertificateRecord
from server.store.store import Store

_REMEMBERED: Final = 256
"""Generations: a chain is a few KiB as a rule, and 256 KiB at the most."""

_Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class IssuerChain:
    """What leads from a certificate to its root."""

    pem: str = field(repr=False)
    """From the issuing CA to its root, without the root if the profile says so."""
    issuing_ca_pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Told:
    whole: IssuerChain
    rootless: IssuerChain


class Chains:
    """The chains of all that was issued here."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog
        self._known: dict[_Key, _Told] = {}

    async def of(self, record: CertificateRecord) -> IssuerChain | None:
        """The chain of a certificate; None if its CA's generation is not there."""
        return (await self.each([record]))[0]

    async def each(self, records: Sequence[CertificateRecord]) -> Sequence[IssuerChain | None]:
        """The chains of certificates in their order, with no look-up for each of them."""
        told = {key: await self._told(key) for key in dict.fromkeys(map(_key, records))}
        rootless = {id_: await self._is_rootless(id_) for id_ in {row.profile_id for row in records}}
        return [_chosen(told, row, rootless=rootless[row.profile_id]) for row in records]

    async def _told(self, key: _Key) -> _Told | None:
        known = self._known.pop(key, None) or await self._read(key)
        if known is not None:
            self._known[key] = known  # at the end again: first stands what nobody asked for longest
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return known

    async def _read(self, key: _Key) -> _Told | None:
        generation = await generation_of(self._store, *key)
        if generation is None or generation.certificate is None:
            return None
        own = certificate_pem(generation.certificate)
        return _Told(IssuerChain(generation.chain, own), IssuerChain(without_root(generation.chain), own))

    async def _is_rootless(self, profile_id: str | None) -> bool:
        rules = await self._catalog.rules(profile_id) if profile_id else None
        return rules is not None and rules.omit_root


def _key(record: CertificateRecord) -> _Key:
    return record.ca_id, record.ca_generation


def _chosen(
    told: Mapping[_Key, _Told | None], record: CertificateRecord, *, rootless: bool
) -> IssuerChain | None:
    found = told[_key(record)]
    if found is None:
        return None
    return found.rootless if rootless else found.whole
