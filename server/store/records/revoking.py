"""The rows of what is kept for relying parties: generations of CAs, CRLs, OCSP responders, blocked keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.store.records.kinds import Record

NEVER_HELD = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRecord(Record):
    """A generation of a CA that is not its present one: a former one, or the next, not yet certified."""

    ca_id: str
    number: int
    key_generation: int
    """As in ``AuthorityRecord``."""
    state: str
    """FORMER or AWAITING_CERTIFICATE."""
    key_algorithm: str
    subject: str
    serial: str | None = None
    certificate: bytes | None = field(default=None, repr=False)
    """DER."""
    chain: str = field(default="", repr=False)
    """PEM, from this generation's certificate to its root."""
    sealed_key: bytes = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None
    csr: bytes | None = field(default=None, repr=False)
    """DER, of one that an outside CA signs, or is to sign."""
    crl_shards: int = 1
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CRLRecord(Record):
    """A CRL, or one shard of it: which one was published last, and when the next is due."""

    id: str
    """Names it in its address, too."""
    ca_id: str
    project_id: str
    key_generation: int
    """Of the CA: the generation that came with the key that signs it."""
    shard: int
    """From 0; a certificate belongs to one by its serial number."""
    shards: int
    url: str = ""
    """Of a shard: the address that certificates and the CRL itself name, fixed for ever. Else empty."""
    number: int = 0
    """The CRL number (RFC 5280, 5.2.3) of the last one; 0 before the first."""
    entries: int = 0
    sha256: str = ""
    """Of the DER, lower-case hexadecimal."""
    size: int = 0
    """Octets of the DER."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    due_at: datetime
    """When the next one is to be made; a revocation sets it to its own time."""
    held_until: datetime = NEVER_HELD
    """Nobody makes the next one before: somebody is at it, or the last one is just out, or has failed."""
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CRLBodyRecord(Record):
    """The CRL that was published last."""

    id: str
    """That of its ``CRLRecord``."""
    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderRecord(Record):
    """The OCSP responder that a CA's key delegated to (RFC 6960, 4.2.2.2)."""

    ca_id: str
    key_generation: int
    key_algorithm: str
    certificate: bytes = field(repr=False)
    """DER."""
    sealed_key: bytes = field(repr=False)
    not_after: datetime
    renew_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedKeyRecord(Record):
    """A subject key that nobody gets a certificate for any more, because it is compromised."""

    spki_sha256: str
    """Lower-case hexadecimal."""
    project_id: str
    certificate_id: str
    """The certificate that was revoked for it."""
    blocked_at: datetime
