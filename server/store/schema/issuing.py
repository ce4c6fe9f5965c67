"""The tables of requests and certificates, and of what is kept for them."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index, Table, Text, UniqueConstraint

from server.store.columns import Instant, JSONText, Lines, Octets
from server.store.declaring import blob, flag, identifier, instant, number, text
from server.store.schema.naming import metadata

certificate_request = Table(
    "certificate_request",
    metadata,
    identifier(),
    text("project_id"),
    text("profile_id", "profile.id"),
    text("requester_id"),
    text("state"),
    text("key_source"),
    blob("order"),
    text("certificate_id", nullable=True),
    text("policy_id", nullable=True),
    number("policy_revision"),
    number("profile_revision"),
    text("private_key_state"),
    instant("private_key_expires_at", nullable=True),
    text("requester_name"),
    text("ca_id", nullable=True),
    Column("names", Lines, nullable=False),
    Column("metadata", JSONText, nullable=False),
    Column("approval", JSONText, nullable=False),
    blob("effective", nullable=True),
    text("renews_certificate_id", nullable=True),
    text("comment"),
    blob("error", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    instant("expires_at", nullable=True),
    instant("ended_at", nullable=True),
    number("revision"),
)
for _column in ("project_id", "profile_id", "requester_id"):
    Index(None, certificate_request.c[_column], certificate_request.c.id)
# An ordinary issuance is never in these.
_waits = certificate_request.c.state == "PENDING_APPROVAL"
for _name, _first in (("waiting", "project_id"), ("expiring", "expires_at")):
    _keys = (certificate_request.c[_first], certificate_request.c.id)
    Index(f"ix_certificate_request_{_name}", *_keys, sqlite_where=_waits, postgresql_where=_waits)

decision = Table(
    "decision",
    metadata,
    identifier(),
    text("request_id", "certificate_request.id"),
    number("step"),
    text("identity_id"),
    text("identity_name"),
    text("decision"),
    text("comment"),
    instant("decided_at"),
    UniqueConstraint("request_id", "step", "identity_id"),
)

held_secret = Table(
    "held_secret",
    metadata,
    text("object_id", primary_key=True),
    blob("sealed"),
    Column("expires_at", Instant, nullable=False, index=True),
)

attempt = Table(
    "attempt",
    metadata,
    text("identity_id", primary_key=True),
    text("method", primary_key=True),
    text("request_id", primary_key=True),
    blob("digest"),
    text("object_id"),
    Column("created_at", Instant, nullable=False, index=True),
)

certificate = Table(
    "certificate",
    metadata,
    identifier(),
    text("project_id"),
    text("profile_id", nullable=True),
    text("ca_id", "authority.id"),
    text("request_id", nullable=True),
    text("requester_id"),
    text("serial"),
    Column("fingerprint", Text, nullable=False, index=True),
    blob("der"),
    text("subject"),
    text("common_name", nullable=True),
    Column("names", Lines, nullable=False),
    text("key_algorithm"),
    instant("not_before"),
    instant("not_after"),
    text("lineage_id"),
    text("renewed_from_id", nullable=True),
    text("renewed_by_id", nullable=True),
    Column("metadata", JSONText, nullable=False),
    number("ca_generation"),
    text("crl_id", nullable=True),
    text("certified_ca_id", nullable=True),
    flag("auto_renewal_enabled"),
    text("auto_renewal_reason"),
    instant("renews_at", nullable=True),
    Column("renewal_terms", JSONText, nullable=False),
    instant("renewal_due_at", nullable=True),
    number("renewal_attempts"),
    instant("renewal_failed_at", nullable=True),
    blob("renewal_error", nullable=True),
    text("renewal_request_id", nullable=True),
    instant("revoked_at", nullable=True),
    text("revocation_reason", nullable=True),
    instant("invalidity_at", nullable=True),
    text("revoked_by_id", nullable=True),
    text("policy_id", nullable=True),
    number("policy_revision"),
    number("profile_revision"),
    text("key_source"),
    text("key_from_id", nullable=True),
    text("private_key_state"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
    UniqueConstraint("serial", "ca_id"),
)
for _column in ("project_id", "profile_id", "ca_id", "requester_id", "not_after"):
    Index(None, certificate.c[_column], certificate.c.id)


def _index_of_some(name: str, *columns: Column[str], where: ColumnElement[bool]) -> None:
    """An index without the certificates that nobody looks for by it: most cost an issuance nothing."""
    Index(f"ix_certificate_{name}", *columns, certificate.c.id, sqlite_where=where, postgresql_where=where)


_index_of_some("renewals", certificate.c.lineage_id, where=certificate.c.renewed_from_id.is_not(None))
_index_of_some("revoked", where=certificate.c.revoked_at.is_not(None))
_index_of_some("due", certificate.c.renewal_due_at, where=certificate.c.renewal_due_at.is_not(None))
_index_of_some(
    "listed", certificate.c.crl_id, certificate.c.not_after, where=certificate.c.revoked_at.is_not(None)
)
_index_of_some("certified", certificate.c.certified_ca_id, where=certificate.c.certified_ca_id.is_not(None))
_index_of_some(
    "good", certificate.c.project_id, certificate.c.not_after, where=certificate.c.revoked_at.is_(None)
)
_index_of_some("failing", certificate.c.project_id, where=certificate.c.renewal_attempts > 0)

certificate_term = Table(
    "certificate_term",
    metadata,
    Column("term", Octets, primary_key=True),
    text("certificate_id", primary_key=True),
    sqlite_with_rowid=False,
)
