"""What is stored of a renewal by the server until it succeeds: who is at it, what failed, what it waits for.

A **lease** is the row's own ``renewal_due_at``, moved on by a guarded update: of
several processes that see the same row exactly one moves it, as only one would
get it by SELECT … FOR UPDATE SKIP LOCKED, on SQLite as on PostgreSQL, and
without a transaction that stays open while a CA signs. Whoever dies leaves a
row that is due again when the lease is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from server.ra.audit import noted
from server.ra.renewing.schedule import first_look, lease_until
from server.store.failures import GuardFailed
from server.store.filters import UnsetOrAfter
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.store import Store
from server.store.unit import Change, Expect, Unit, Update, Write

AUTO_RENEW: Final = "certificates.autoRenew"
"""What the audit trail calls a renewal that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to renew a certificate, for a while; its row is ``record``."""

    record: CertificateRecord
    since: datetime

    @classmethod
    def of(cls, due: CertificateRecord, now: datetime) -> Lease:
        """The lease on a row that is due, once ``unit`` is stored."""
        return cls(replace(due, renewal_due_at=lease_until(now, not_after=due.not_after)), now)

    @property
    def kept(self) -> Expect:
        """That nobody has moved or switched off the renewal since."""
        seen = {"id": self.record.id, "renewal_due_at": self.record.renewal_due_at}
        return Expect(CertificateRecord, seen, 1)

    def unit(self, due: CertificateRecord) -> Unit:
        """What takes the lease; it fails with ``GuardFailed`` if another process was first."""
        return Unit((_held(due, {"renewal_due_at": self.record.renewal_due_at}),))


async def stored(store: Store, unit: Unit) -> bool:
    """Whether it was; not if the certificate is renewed, switched off or another process's by now."""
    with suppress(GuardFailed):
        await store.commit(unit)
        return True
    return False


def failed(
    lease: Lease, error: bytes, *, reason: str, failures: int, now: datetime, due_at: datetime
) -> Unit:
    """What is stored of an attempt that failed; it fails with ``GuardFailed`` if the lease is lost.

    Only the first one of several in a row is put down in the audit trail: the row tells of the others.
    """
    values = {
        "renewal_attempts": failures,
        "renewal_failed_at": now,
        "renewal_error": error,
        "renewal_due_at": due_at,
        "renewal_request_id": None,
        "updated_at": now,
    }
    told = (_noted(lease, now, outcome="FAILED", reason=reason),) if failures == 1 else ()
    return _step(lease, values, *told, renewal_request_id=lease.record.renewal_request_id)


def requested(lease: Lease, request_id: str, *, now: datetime, due_at: datetime) -> Unit:
    """What is stored of one whose request has been raised, and waits for approval."""
    values = {"renewal_request_id": request_id, "renewal_due_at": due_at, "updated_at": now}
    return _step(lease, values)


def waiting(lease: Lease, *, due_at: datetime) -> Unit:
    """What is stored of one that still waits for approval."""
    return Unit((_held(lease.record, {"renewal_due_at": due_at}),))


def as_planned(lease: Lease, *, now: datetime) -> Unit:
    """What is stored of one that somebody asked for too early, and in vain: the plan holds as before."""
    record = lease.record
    due_at = first_look(record.renews_at or now, not_after=record.not_after, id_=record.id)
    values = {"renewal_request_id": None, "renewal_due_at": due_at, "updated_at": now}
    return _step(lease, values, renewal_request_id=record.renewal_request_id)


def over(lease: Lease, *, now: datetime) -> Unit:
    """What is stored of one that ran out before it was renewed."""
    values = {"renewal_due_at": None, "updated_at": now}
    return _step(lease, values, _noted(lease, now, outcome="EXPIRED"))


def request_ended(request: RequestRecord, *, now: datetime) -> tuple[Write, ...]:
    """What a request's end without a certificate makes due: the next look at what it was to renew, now."""
    if request.renews_certificate_id is None:
        return ()
    waits = {
        "id": request.renews_certificate_id,
        "renewal_request_id": request.id,
        "renewed_by_id": None,
        "revoked_at": None,
        "auto_renewal_enabled": True,
        "not_after": UnsetOrAfter(now),
    }
    idle = {"id": request.renews_certificate_id, "renewal_request_id": request.id, "renewal_due_at": None}
    return (
        Update(CertificateRecord, waits, {"renewal_due_at": now}, expect=None),
        # Nobody looks after one that the server does not renew: it is waited for no longer.
        Update(CertificateRecord, idle, {"renewal_request_id": None, "updated_at": now}, expect=None),
    )


def _step(lease: Lease, values: Mapping[str, object], *writes: Write, **seen: object) -> Unit:
    """A step that watchers are told of, too.

    Whatever forgets a request that is waited for says with ``seen`` which one: somebody may have
    asked meanwhile, and is not to be asked about twice.
    """
    record = lease.record
    change = Change(
        ObjectKind.CERTIFICATE,
        record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_id=record.requester_id,
        old_state="ACTIVE",
        new_state="ACTIVE",
    )
    return Unit((_held(record, values, **seen), *writes), (change,))


def _held(record: CertificateRecord, values: Mapping[str, object], **seen: object) -> Update:
    as_seen = {"id": record.id, "renewal_due_at": record.renewal_due_at, "renewed_by_id": None, **seen}
    return Update(CertificateRecord, as_seen, values)


def _noted(lease: Lease, now: datetime, **details: object) -> Write:
    record = lease.record
    return noted(
        ObjectKind.CERTIFICATE,
        record.id,
        project_id=record.project_id,
        now=now,
        action=AUTO_RENEW,
        details={"serial": record.serial, "ca_id": record.ca_id, **details},
    )
