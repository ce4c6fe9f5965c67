"""The rows of what operators set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.store.records.kinds import Record


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
    generation: int = 1
    """Grows with each rotation."""
    key_generation: int = 1
    """The generation that its key came with: one CRL, or one set of shards, is for all that a key signed."""
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
