"""The generations of a CA: the present one in its own row, former ones in rows beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from server.store.filters import OneOf
from server.store.records import AuthorityRecord, GenerationRecord
from server.store.store import Store
from server.store.unit import Insert, Update, Write

Generation: TypeAlias = AuthorityRecord | GenerationRecord

FORMER = "FORMER"
AWAITING = "AWAITING_CERTIFICATE"

_SHARED = (
    "key_generation",
    "key_algorithm",
    "subject",
    "serial",
    "certificate",
    "chain",
    "not_before",
    "not_after",
    "csr",
    "crl_shards",
)
"""What the rows of CAs and of their other generations both have, under the same names."""


async def generation_of(store: Store, ca_id: str, number: int) -> Generation | None:
    """A generation that has its certificate, by its number; None if there is none."""
    present = await store.get(AuthorityRecord, id=ca_id)
    if present is None or present.certificate is None:
        return None
    if present.generation == number:
        return present
    return await store.get(GenerationRecord, ca_id=ca_id, number=number, state=FORMER)


async def holder_of(store: Store, ca_id: str, key_generation: int) -> Generation | None:
    """The newest generation with the key of a generation: what the key signs CRLs and responders as."""
    present = await store.get(AuthorityRecord, id=ca_id)
    if present is None or present.certificate is None:
        return None
    if present.key_generation == key_generation:
        return present
    found = await store.list(
        GenerationRecord, limit=1, order="-number", ca_id=ca_id, key_generation=key_generation, state=FORMER
    )
    return found[0] if found else None


async def waiting_of(store: Store, ca_id: str) -> GenerationRecord | None:
    """The next generation of a CA, if that awaits the certificate of an outside CA."""
    return await store.get(GenerationRecord, ca_id=ca_id, state=AWAITING)


async def rotating_of(store: Store, ca_ids: Collection[str]) -> frozenset[str]:
    """Those of some CAs whose next generation awaits its certificate."""
    found = await store.list(GenerationRecord, limit=len(ca_ids), ca_id=OneOf(ca_ids), state=AWAITING)
    return frozenset(one.ca_id for one in found)


def generation_record(record: AuthorityRecord, *, state: str, at: datetime) -> GenerationRecord:
    """The row of what a CA's record says of its generation: one that has been, or is to come."""
    if record.sealed_key is None:
        raise ValueError("a certificate authority without a key has no generations")
    return GenerationRecord(
        ca_id=record.id,
        number=record.generation,
        state=state,
        sealed_key=record.sealed_key,
        created_at=at,
        **{name: getattr(record, name) for name in _SHARED},
    )


def with_generation(record: AuthorityRecord, waiting: GenerationRecord) -> AuthorityRecord:
    """The CA's record with all that its next generation says, which has no certificate yet."""
    values = {name: getattr(waiting, name) for name in _SHARED}
    return replace(record, generation=waiting.number, sealed_key=waiting.sealed_key, **values)


def succession(before: AuthorityRecord, after: AuthorityRecord) -> tuple[Write, ...]:
    """What is stored when a CA comes to its next generation; it fails if the CA has changed meanwhile."""
    names = (*_SHARED, "generation", "sealed_key", "updated_at")
    where = {"id": before.id, "revision": before.revision}
    return (
        Update(AuthorityRecord, where, {name: getattr(after, name) for name in names}),
        Insert(generation_record(before, state=FORMER, at=after.updated_at)),
    )
