"""Makes CRLs: what a CA's key says of the certificates that it has signed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.ca.cakey import CAKey
from server.pki.algorithms import signatures_of
from server.pki.crl import CRLTemplate, sign_crl, subject_octets
from server.store.records import CRLRecord


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on a CRL."""

    entries: tuple[bytes, ...] = field(repr=False)
    """Encoded; many in a piece."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCRL:
    """A signed CRL that nobody has seen yet."""

    number: int
    entries: int
    this_update: datetime
    next_update: datetime
    sha256: str
    der: bytes = field(repr=False)


def made_crl(own: CAKey, last: CRLRecord, content: Content, *, validity: timedelta, now: datetime) -> MadeCRL:
    """The CRL that follows on the one that a row tells. Blocks; raises CRLMismatch, a fault."""
    begin = _this_update(last, now)
    template = CRLTemplate(
        issuer=subject_octets(own.certificate),
        authority_key_id=own.key_id,
        signature_algorithm=signatures_of(own.signer.algorithm)[0],
        number=_next_number(last, now),
        this_update=begin,
        next_update=begin + validity,
        url=last.url,
        entries=content.entries,
        count=content.count,
    )
    der = sign_crl(template, own.signer.key, public_key=own.signer.public_key)
    return MadeCRL(
        number=template.number,
        entries=content.count,
        this_update=begin,
        next_update=template.next_update,
        sha256=hashlib.sha256(der).hexdigest(),
        der=der,
    )


def _next_number(last: CRLRecord, now: datetime) -> int:
    """Greater than every one before, also after a restore of an older database: the time has gone on."""
    return max(last.number + 1, int(now.timestamp() * 1000))


def _this_update(last: CRLRecord, now: datetime) -> datetime:
    """In whole seconds, and never before the last one's, though the clock may have been put back."""
    present = now.astimezone(UTC).replace(microsecond=0)
    return max(present, last.this_update or present)
