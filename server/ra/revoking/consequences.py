"""What follows from a revocation, stored in the same unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.pki.certificate import load_certificate
from server.pki.keys import PublicKey, spki_sha256
from server.pki.reasons import RevocationReason
from server.ra.renewing.lineage import ending
from server.ra.revoking.blocked import unblocked
from server.store.filters import IsSet
from server.store.records import BlockedKeyRecord, CertificateRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Insert, Update, Write


@dataclass(frozen=True, slots=True)
class Consequences:
    """Writes and changes; those of several matters add up."""

    writes: tuple[Write, ...] = ()
    changes: tuple[Change, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    """What else changes in the certificate's row."""

    def __add__(self, other: Consequences) -> Consequences:
        """Both."""
        writes, changes = (*self.writes, *other.writes), (*self.changes, *other.changes)
        return Consequences(writes, changes, {**self.values, **other.values})


def of_step(record: CertificateRecord, old_state: str, new_state: str) -> Change:
    """What the feed is told of a step in a certificate's life."""
    return Change(
        ObjectKind.CERTIFICATE,
        record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_id=record.requester_id,
        old_state=old_state,
        new_state=new_state,
    )


async def of_compromise(store: Store, record: CertificateRecord, *, now: datetime) -> Consequences:
    """The key is blocked for everybody, and no member of the lineage is renewed any more."""
    return await _blocking(store, record, now=now) + await _ending(store, record, now=now)


async def _blocking(store: Store, record: CertificateRecord, *, now: datetime) -> Consequences:
    key = key_of(record.der)
    digest = spki_sha256(key)
    if await store.get(BlockedKeyRecord, spki_sha256=digest) is not None:
        return Consequences()
    row = BlockedKeyRecord(
        spki_sha256=digest, project_id=record.project_id, certificate_id=record.id, blocked_at=now
    )
    return Consequences((unblocked(key), Insert(row)), (Change(ObjectKind.KEY, digest),))


async def _ending(store: Store, record: CertificateRecord, *, now: datetime) -> Consequences:
    """The newest of the lineage stays valid if its key is another one, but the server renews it no more."""
    ends = Consequences((ending(record),))
    if record.renewed_by_id is None:
        return ends
    newest = await store.list(
        CertificateRecord,
        limit=1,
        order="-id",
        lineage_id=record.lineage_id,
        renewed_from_id=IsSet(),
        renewed_by_id=None,  # not by the id alone: replicas' clocks differ
    )
    return ends + (_switched_off(newest[0], now=now) if newest else Consequences())


def _switched_off(head: CertificateRecord, *, now: datetime) -> Consequences:
    """Also of one on hold, which may come back."""
    if head.revocation_reason not in (None, RevocationReason.CERTIFICATE_HOLD.name):
        return Consequences()
    values = {
        "auto_renewal_enabled": False,
        "auto_renewal_reason": "REVOKED",
        "renewal_due_at": None,
        "updated_at": now,
    }
    as_seen = {"id": head.id, "revision": head.revision}
    state = "REVOKED" if head.revoked_at else "ACTIVE"
    return Consequences((Update(CertificateRecord, as_seen, values),), (of_step(head, state, state),))


def key_of(der: bytes) -> PublicKey:
    """The public key of a certificate."""
    return load_certificate(der).public_key()
