"""Which CRLs a CA has, and what makes them due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.store.records import AuthorityRecord, CRLRecord
from server.store.store import Store
from server.store.unit import Update


async def crls_of(store: Store, authority: AuthorityRecord) -> Sequence[CRLRecord]:
    """Those of the present key of a CA, by shard."""
    return await store.list(
        CRLRecord,
        limit=authority.crl_shards,
        order="shard",
        ca_id=authority.id,
        key_generation=authority.key_generation,
    )


def crls_due(ca_id: str, now: datetime) -> Update:
    """What has the CRLs of all keys of a CA made anew at once."""
    return Update(CRLRecord, {"ca_id": ca_id}, {"due_at": now}, expect=None)
