"""What is asked for in a revocation, and which of it a certificate can be revoked with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.errors import Invalid, Nature, Violation
from server.pki.reasons import RevocationReason
from server.store.records import CertificateRecord

_OF_NOBODY: Final = frozenset({RevocationReason.AA_COMPROMISE})
"""It is about attribute certificates (RFC 5280, 5.3.1), which nobody issues here."""
_OF_CAS: Final = frozenset({RevocationReason.CA_COMPROMISE})


@dataclass(frozen=True, slots=True)
class RevocationOrder:
    """Why a certificate is to be revoked."""

    reason: RevocationReason | None
    """None if the request names none that there is: then the faults tell so."""
    invalidity_at: datetime | None = None
    """Since when the key is known or thought to be unsafe."""
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form, found where it was read."""


def reasons_of(record: CertificateRecord) -> tuple[RevocationReason, ...]:
    """The reasons that a certificate can be revoked for."""
    others = _OF_NOBODY if record.certified_ca_id else _OF_NOBODY | _OF_CAS
    return tuple(reason for reason in RevocationReason if reason not in others)


def proven_reason(order: RevocationOrder, record: CertificateRecord, *, now: datetime) -> RevocationReason:
    """The reason of an order that nothing speaks against. Raises Invalid with all that does."""
    found = (*order.faults, *_reason_faults(order.reason, record), *_date_faults(order, record, now=now))
    if order.reason is None or found:
        raise Invalid("the request is malformed", violations=found)
    return order.reason


def _reason_faults(reason: RevocationReason | None, record: CertificateRecord) -> Iterator[Violation]:
    possible = reasons_of(record)
    if reason is None or reason in possible:
        return
    message = "a certificate of this kind is not revoked for this reason"
    allowed = tuple(each.name for each in possible)
    yield Violation("reason", "REVOCATION_REASON_IMPOSSIBLE", message, reason.name, allowed, Nature.FORM)


def _date_faults(order: RevocationOrder, record: CertificateRecord, *, now: datetime) -> Iterator[Violation]:
    """What RFC 5280, 5.3.2 calls the date of invalidity: nothing that was not there could be unsafe."""
    date, field = order.invalidity_at, "invalidity_date"
    if date is None:
        return
    if date > now:
        message = "a certificate can be unsafe since now or earlier, not from a time to come"
        yield Violation(
            field, "INVALIDITY_DATE_IN_FUTURE", message, date.isoformat(), (now.isoformat(),), Nature.FORM
        )
    if date < record.not_before:
        message = "a certificate can be unsafe from its first second on, not earlier"
        begin = (record.not_before.isoformat(),)
        yield Violation(
            field, "INVALIDITY_DATE_BEFORE_CERTIFICATE", message, date.isoformat(), begin, Nature.FORM
        )
