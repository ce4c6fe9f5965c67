"""The rows of requests and certificates, and of what is kept for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.store.records.kinds import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord(Record):
    """A certificate request and how far it has come."""

    id: str
    project_id: str
    profile_id: str
    requester_id: str
    state: str
    key_source: str
    order: bytes = field(repr=False)
    certificate_id: str | None = None
    policy_id: str | None = None
    policy_revision: int = 0
    profile_revision: int = 0
    private_key_state: str
    """CLAIMABLE, DELIVERED or DESTROYED; empty where the server made no key, or not yet."""
    private_key_expires_at: datetime | None = None
    """When a claimable key is destroyed."""
    requester_name: str = ""
    """The requester's name when it arrived."""
    ca_id: str | None = None
    names: tuple[str, ...] = ()
    """What it is found by, as a certificate's."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    approval: Mapping[str, object] = field(default_factory=dict)
    """The approval steps as the profile had them when it arrived; empty: it needed none."""
    effective: bytes | None = field(default=None, repr=False)
    """What the certificate is to contain; None once the certificate tells it."""
    renews_certificate_id: str | None = None
    comment: str = ""
    """Of whoever rejected or cancelled it."""
    error: bytes | None = field(default=None, repr=False)
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    """When it expires if nobody decides."""
    ended_at: datetime | None = None
    """When it became terminal."""
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord(Record):
    """What one approver decided about a request; one a person and step."""

    id: str
    request_id: str
    step: int
    """Which step, counted from 0."""
    identity_id: str
    identity_name: str
    """At that time."""
    decision: str
    """APPROVED or REJECTED."""
    comment: str = ""
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSecretRecord(Record):
    """A secret that the server owes, or may have to repeat: sealed by the KEK, and gone when due."""

    object_id: str
    """What it belongs to: a certificate request (its private key), or an access token."""
    sealed: bytes = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord(Record):
    """A creating call that was carried out under a ``request_id``: what makes its retry safe."""

    identity_id: str
    method: str
    """The RPC, as ``certmanager.v1.CertificateService/IssueCertificate``."""
    request_id: str
    """The client's, in lower case."""
    digest: bytes = field(repr=False)
    """SHA-256 of what was asked for."""
    object_id: str
    """What was made."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord(Record):
    """An issued certificate, its place in a lineage of renewals, and whether it is revoked."""

    id: str
    project_id: str
    profile_id: str | None = None
    ca_id: str
    request_id: str | None = None
    requester_id: str
    serial: str
    """Lower-case hexadecimal."""
    fingerprint: str
    """SHA-256 of ``der``, lower-case hexadecimal."""
    der: bytes = field(repr=False)
    subject: str
    common_name: str | None = None
    names: tuple[str, ...] = ()
    """What it is found by: the common name and the alternative names, in lower case."""
    key_algorithm: str
    not_before: datetime
    not_after: datetime
    lineage_id: str
    renewed_from_id: str | None = None
    renewed_by_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    ca_generation: int = 1
    crl_id: str | None = None
    """The CRL, or the shard of it, that it would be on; None of a certificate that no CRL covers."""
    certified_ca_id: str | None = None
    """The CA whose certificate it is, of one that signs others."""
    auto_renewal_enabled: bool = False
    auto_renewal_reason: str = ""
    renews_at: datetime | None = None
    renewal_terms: Mapping[str, object] = field(default_factory=dict)
    """What was said of its renewal beyond the profile: ``wanted`` (bool), and ``before`` (seconds before
    its end) or ``percent`` (of the lifetime, left)."""
    renewal_due_at: datetime | None = None
    """When the server looks at it next; None if it does not renew it."""
    renewal_attempts: int = 0
    """How many have failed in a row."""
    renewal_failed_at: datetime | None = None
    renewal_error: bytes | None = field(default=None, repr=False)
    """Why the last attempt failed: a google.rpc.Status."""
    renewal_request_id: str | None = None
    """The request for its successor that waits for approval."""
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    invalidity_at: datetime | None = None
    revoked_by_id: str | None = None
    """The identity that gave the present reason."""
    policy_id: str | None = None
    policy_revision: int = 0
    profile_revision: int = 0
    key_source: str = "CSR"
    key_from_id: str | None = None
    """The identity whose CSR it was issued for, if that is not the requester: it has the key."""
    private_key_state: str = ""
    created_at: datetime
    updated_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTermRecord(Record):
    """One thing that a certificate is found by; the writer adds them (see ``terms``)."""

    term: str
    certificate_id: str
