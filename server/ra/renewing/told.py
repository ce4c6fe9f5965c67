"""What is told of a certificate's renewal: derived when it is read, so that it is never out of date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.ra.issuing.profile import RenewalReason
from server.store.records import CertificateRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFailure:
    """The last attempt to renew a certificate that is still to be renewed."""

    error: bytes = field(repr=False)
    """A google.rpc.Status."""
    attempts: int
    """How many have failed in a row."""
    failed_at: datetime
    next_attempt_at: datetime | None
    """None while none is planned, as after the certificate's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRenewal:
    """Whether and when the server renews a certificate, and how far it is with that."""

    state: str
    """OFF, SCHEDULED, PENDING_APPROVAL, FAILING or RENEWED, as lists tell them apart too."""
    reason: RenewalReason | None
    """Why it does not; None if it does."""
    renews_at: datetime | None
    failure: ToldFailure | None


def told_renewal(record: CertificateRecord, now: datetime) -> ToldRenewal:
    """The renewal of a certificate as it is at one instant."""
    reason = _reason(record, now)
    return ToldRenewal(
        state=_state(record, reason),
        reason=reason,
        renews_at=None if reason else record.renews_at,
        failure=_failure(record, reason),
    )


def _reason(record: CertificateRecord, now: datetime) -> RenewalReason | None:
    if record.renewed_by_id is not None:
        return RenewalReason.RENEWED
    if record.revoked_at is not None:
        return RenewalReason.REVOKED
    if now > record.not_after:
        return RenewalReason.EXPIRED
    if record.auto_renewal_enabled:
        return None
    return RenewalReason.__members__.get(record.auto_renewal_reason, RenewalReason.PROFILE_OFF)


def _state(record: CertificateRecord, reason: RenewalReason | None) -> str:
    if reason is not None:
        return "RENEWED" if reason is RenewalReason.RENEWED else "OFF"
    if record.renewal_request_id is not None:
        return "PENDING_APPROVAL"
    return "FAILING" if record.renewal_attempts else "SCHEDULED"


def _failure(record: CertificateRecord, reason: RenewalReason | None) -> ToldFailure | None:
    """Also of a certificate that ran out: it tells why."""
    if record.renewal_failed_at is None or record.renewal_error is None:
        return None
    return ToldFailure(
        error=record.renewal_error,
        attempts=record.renewal_attempts,
        failed_at=record.renewal_failed_at,
        next_attempt_at=None if reason else record.renewal_due_at,
    )
