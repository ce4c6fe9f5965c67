"""Renewals that went wrong: kept with the certificate, counted, logged, and planned anew."""

from __future__ import annotations

from datetime import datetime

import structlog

from server.clock import Clock
from server.errors import CAError
from server.ra.issuing.catalog import Documents
from server.ra.renewing.schedule import next_look, patient_look
from server.ra.renewing.steps import Lease, failed, over, stored
from server.ra.renewing.tally import Tally
from server.ra.requests.steps import FAILED
from server.store.records import CertificateRecord, RequestRecord
from server.store.store import Store

_log = structlog.get_logger(__name__)


class Failures:
    """What becomes of a renewal that failed; nothing, if the lease on it was lost meanwhile."""

    def __init__(self, store: Store, documents: Documents, *, tally: Tally, clock: Clock) -> None:
        self._store = store
        self._documents = documents
        self._tally = tally
        self._clock = clock

    async def keep(
        self, lease: Lease, error: CAError, *, trace_id: str, request: RequestRecord | None = None
    ) -> None:
        """Tells the error with the certificate, and plans the next attempt.

        ``request`` is what the renewal waited for. What failed after its approval is told as it tells it.
        """
        record, now = lease.record, self._clock()
        failures, due_at = record.renewal_attempts + 1, _next_look(record, request, now)
        told = request.error if request and request.error else self._documents.error(error, trace_id)
        unit = failed(lease, told, reason=error.reason.value, failures=failures, now=now, due_at=due_at)
        if not await stored(self._store, unit):
            return
        self._tally.failed += 1
        _log.warning(
            "renewal.failed",
            **_named(record),
            reason=error.reason.value,
            message=error.message,
            attempts=failures,
            next_attempt_at=due_at.isoformat(),
            trace_id=trace_id,
        )

    async def give_up(self, lease: Lease) -> None:
        """Tells that the certificate has ended: there is nothing left to renew."""
        if await stored(self._store, over(lease, now=lease.since)):
            self._tally.expired += 1
            _log.error("renewal.expired", **_named(lease.record), attempts=lease.record.renewal_attempts)


def _next_look(record: CertificateRecord, request: RequestRecord | None, now: datetime) -> datetime:
    """With more patience if it was people who ended the last attempt."""
    if request is not None and request.state != FAILED:
        return patient_look(now, not_after=record.not_after)
    failures = record.renewal_attempts + 1
    return next_look(now, not_after=record.not_after, id_=record.id, failures=failures)


def _named(record: CertificateRecord) -> dict[str, str]:
    return {
        "certificate_id": record.id,
        "profile_id": record.profile_id or "",
        "ca_id": record.ca_id,
        "serial": record.serial,
        "not_after": record.not_after.isoformat(),
    }
