"""Founds certificate authorities and gives them new generations, and opens those that the store keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from server.ca.cakey import CAKey
from server.ca.certifying import certified, refuse
from server.ca.charter import Charter
from server.ca.issuer import Issuer
from server.ca.opening import issuer_of, key_id_of
from server.ca.places import NOWHERE, Places
from server.ca.pool import CryptoPool
from server.ca.signing import Signer, Signing
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import load_certificate
from server.pki.keys import PrivateKey, dump_pkcs8, load_pkcs8
from server.pki.pem import stored_certificates
from server.pki.request import request
from server.pki.seal import KEK
from server.pki.subjects import rfc4514
from server.store.records import AuthorityRecord, CRLRecord, GenerationRecord

__all__ = ["Authorities", "Charter"]


class Authorities:
    """Makes CAs, and turns their stored records into issuers."""

    def __init__(self, kek: KEK, pool: CryptoPool, places: Places = NOWHERE) -> None:
        self._kek = kek
        self._pool = pool
        self._places = places
        self._signing = Signing(pool)

    @property
    def are_published(self) -> bool:
        """Whether certificates can name addresses of what a CA publishes."""
        return bool(self._places.base)

    async def found(self, charter: Charter, *, now: datetime) -> AuthorityRecord:
        """A new CA with its key sealed. Raises Refused if the parent cannot sign, or not this."""
        refuse(charter, now=now)
        key = await self._pool.generate(charter.key_algorithm)
        signed = await self._signed(charter, key, now=now)
        return replace(self._record(charter, key, now=now), state="ACTIVE", **signed)

    async def ask(self, charter: Charter, *, now: datetime) -> AuthorityRecord:
        """A new CA with its key sealed and its CSR, which awaits the certificate of an outside CA."""
        refuse(charter, now=now)
        key = await self._pool.generate(charter.key_algorithm)
        csr = await self._asked(charter, key, now=now)
        return replace(self._record(charter, key, now=now), type="INTERMEDIATE", csr=csr)

    async def succeed(
        self, record: AuthorityRecord, charter: Charter, *, keep_key: bool, now: datetime
    ) -> AuthorityRecord:
        """A CA in its next generation. Raises Refused if the parent cannot sign, or not this."""
        refuse(charter, now=now)
        key, values = await self._next_key(record, charter, keep_key=keep_key)
        signed = await self._signed(charter, key, now=now)
        return replace(record, updated_at=now, **values, **signed)

    async def ask_again(
        self, record: AuthorityRecord, charter: Charter, *, keep_key: bool, now: datetime
    ) -> AuthorityRecord:
        """A CA as it will be in its next generation, but without the certificate that an outside CA makes."""
        refuse(charter, now=now)
        key, values = await self._next_key(record, charter, keep_key=keep_key)
        csr = await self._asked(charter, key, now=now)
        return replace(record, updated_at=now, **values, **_UNCERTIFIED, csr=csr)

    def key(self, generation: AuthorityRecord | GenerationRecord) -> CAKey:
        """The key of a CA's generation that has its certificate. Raises SealBroken for another KEK's."""
        if generation.certificate is None or generation.sealed_key is None:
            raise ValueError("the generation still awaits its certificate")
        ca_id = generation.ca_id if isinstance(generation, GenerationRecord) else generation.id
        context = _context(ca_id, generation.key_generation)
        key = load_pkcs8(self._kek.open(generation.sealed_key, context=context))
        certificate = load_certificate(generation.certificate)
        return CAKey(
            signer=Signer(key, KeyAlgorithm[generation.key_algorithm]),
            certificate=certificate,
            key_id=key_id_of(certificate, key),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )

    def crls(self, record: AuthorityRecord) -> tuple[CRLRecord, ...]:
        """The CRLs that come with the present key of a CA: one, or its shards; due at once."""
        return tuple(self._crl(record, shard) for shard in range(record.crl_shards))

    def issuer(self, record: AuthorityRecord, crls: Sequence[CRLRecord] = ()) -> Issuer:
        """The issuer of a stored CA that has its certificate; ``crls`` are those of its key, by shard.

        Raises SealBroken for another KEK's record.
        """
        return issuer_of(record, self.key(record), crls=tuple(crls), places=self._places)

    async def _signed(self, charter: Charter, key: PrivateKey, *, now: datetime) -> dict[str, Any]:
        """What the record has from the certificate that the parent, or the key itself, makes."""
        template = charter.template(now, public_key=key.public_key())
        parent = charter.parent
        signer = parent.signer if parent else Signer(key, charter.key_algorithm)
        certificate = await self._signing.sign(signer, template)
        return certified((certificate, *(stored_certificates(parent.chain_pem) if parent else ())))

    async def _asked(self, charter: Charter, key: PrivateKey, *, now: datetime) -> bytes:
        template = charter.template(now, public_key=key.public_key())
        return await self._pool.run(lambda: request(template, key))

    async def _next_key(
        self, record: AuthorityRecord, charter: Charter, *, keep_key: bool
    ) -> tuple[PrivateKey, dict[str, Any]]:
        """The key of a CA's next generation, and what its record has from that."""
        number = record.generation + 1
        if keep_key:
            return self.key(record).signer.key, {"generation": number}
        key = await self._pool.generate(charter.key_algorithm)
        return key, {
            "generation": number,
            "key_generation": number,
            "key_algorithm": charter.key_algorithm.name,
            "sealed_key": self._kek.seal(dump_pkcs8(key), context=_context(record.id, number)),
            "crl_shards": charter.crl_shards,
        }

    def _crl(self, record: AuthorityRecord, shard: int) -> CRLRecord:
        """A shard names its address, and so does every certificate on it: neither may ever change."""
        id_ = new_id()
        return CRLRecord(
            id=id_,
            ca_id=record.id,
            project_id=record.project_id,
            key_generation=record.key_generation,
            shard=shard,
            shards=record.crl_shards,
            url=self._places.crl(id_) if record.crl_shards > 1 else "",
            due_at=record.updated_at,
        )

    def _record(self, charter: Charter, key: PrivateKey, *, now: datetime) -> AuthorityRecord:
        id_ = new_id()
        return AuthorityRecord(
            id=id_,
            project_id=charter.project_id,
            parent_id=charter.parent.id if charter.parent else None,
            name=charter.name,
            type="INTERMEDIATE" if charter.parent else "ROOT",
            state="AWAITING_CERTIFICATE",
            key_algorithm=charter.key_algorithm.name,
            subject=rfc4514(charter.subject),
            sealed_key=self._kek.seal(dump_pkcs8(key), context=_context(id_, 1)),
            crl_shards=charter.crl_shards,
            crl_validity=int(charter.crl_validity.total_seconds()),
            created_at=now,
            updated_at=now,
        )


_UNCERTIFIED: dict[str, Any] = {
    "serial": None,
    "certificate": None,
    "chain": "",
    "not_before": None,
    "not_after": None,
}


def _context(id_: str, key_generation: int) -> str:
    """Ties a sealed key to its CA and to the generation that it came with: it opens nowhere else."""
    later = "" if key_generation == 1 else f"/{key_generation}"
    return f"certmanager/v1/authority/{id_}{later}"
