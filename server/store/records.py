"""The rows, one frozen dataclass a table; the fields are the columns, in the same order.

Times are aware UTC datetimes with microseconds, ids are UUIDv7 as text, and what
the store need not understand (policies, profiles, orders) is opaque bytes.
``revision`` is that of the newest change about the row; the writer fills it in.
No ``repr`` shows a key, a hash or an encoding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar


class ObjectKind(Enum):
    """What a change is about."""

    REQUEST = "REQUEST"
    CERTIFICATE = "CERTIFICATE"
    PROFILE = "PROFILE"
    POLICY = "POLICY"
    AUTHORITY = "AUTHORITY"
    PROJECT = "PROJECT"
    IDENTITY = "IDENTITY"
    """An identity, and its tokens and role bindings: the object id is the identity's."""


class Record:
    """A row; each subclass is a table."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaRecord(Record):
    """One fact about the database as a whole, as its epoch or the fingerprint of its KEK."""

    key: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord(Record):
    """What everything else belongs to."""

    id: str
    slug: str
    name: str
    description: str = ""
    created_at: datetime
    updated_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord(Record):
    """Somebody or something that calls."""

    id: str
    name: str
    kind: str
    """PERSON or SERVICE."""
    description: str = ""
    revoked_at: datetime | None = None
    created_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBindingRecord(Record):
    """A role of an identity in a project, narrowed to one profile if ``profile_id`` is set.

    The role OWNER, and it alone, is held on the whole server: it has no project.
    """

    id: str
    identity_id: str
    project_id: str | None = None
    role: str
    profile_id: str | None = None
    created_at: datetime
    created_by_id: str | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord(Record):
    """An access token of an identity; only the SHA-256 of the secret is kept."""

    id: str
    identity_id: str
    name: str
    """What it is for."""
    prefix: str = ""
    """The first characters of the secret, to tell tokens apart; empty for those of before it was kept."""
    hash: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRecord(Record):
    """A certificate authority with its sealed key; the certificate is absent until it is signed."""

    id: str
    project_id: str
    parent_id: str | None = None
    name: str
    type: str
    """ROOT or INTERMEDIATE."""
    state: str
    """ACTIVE, DISABLED or AWAITING_CERTIFICATE; what time alone decides is derived."""
    key_algorithm: str
    subject: str
    serial: str | None = None
    certificate: bytes | None = field(default=None, repr=False)
    """DER."""
    chain: str = field(default="", repr=False)
    """PEM, from this authority's certificate to its root."""
    sealed_key: bytes | None = field(default=None, repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None
    csr: bytes | None = field(default=None, repr=False)
    """DER, of an authority that an outside one signs, or is to sign."""
    crl_shards: int = 1
    crl_validity: int = 604_800
    """Seconds."""
    created_at: datetime
    updated_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord(Record):
    """A certificate policy: the document that its author wrote."""

    id: str
    project_id: str
    slug: str
    document: bytes = field(repr=False)
    created_at: datetime
    updated_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRecord(Record):
    """A certificate profile: its document, and what it refers to."""

    id: str
    project_id: str
    slug: str
    ca_id: str
    policy_id: str
    api_config_id: str | None = None
    document: bytes = field(repr=False)
    disabled: bool = False
    created_at: datetime
    updated_at: datetime
    revision: int = 0


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
    auto_renewal_enabled: bool = False
    auto_renewal_reason: str = ""
    renews_at: datetime | None = None
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    invalidity_at: datetime | None = None
    policy_id: str | None = None
    policy_revision: int = 0
    profile_revision: int = 0
    key_source: str = "CSR"
    private_key_state: str = ""
    created_at: datetime
    updated_at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord(Record):
    """One step in the life of an object; revisions grow by one, in the order of the commits."""

    revision: int
    kind: ObjectKind
    object_id: str
    project_id: str | None = None
    profile_id: str | None = None
    requester_id: str | None = None
    old_state: str | None = None
    new_state: str | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTermRecord(Record):
    """One thing that a certificate is found by; the writer adds them (see ``terms``)."""

    term: str
    certificate_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord(Record):
    """Who did what to which object, and in which call; a link of the chain (see ``chain``).

    The writer gives it ``sequence`` and ``hash``: two records are equal if they tell the same.
    """

    sequence: int = field(default=0, compare=False)
    id: str
    at: datetime
    identity_id: str | None = None
    token_id: str | None = None
    project_id: str | None = None
    action: str
    object_kind: str
    object_id: str
    trace_id: str = ""
    source: str = ""
    """The address that the call came from."""
    details: Mapping[str, object] = field(default_factory=dict)
    hash: bytes = field(default=b"", compare=False, repr=False)
