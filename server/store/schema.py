"""The tables.

Foreign keys stand where a dangling reference would be an error for ever. The
rows of an issuance carry one each (to the authority, to the profile).

Every index costs every insert. One that begins with what many rows share and
goes on with the time-ordered id grows at a few places only, and is cheap; one
on a random value (a serial number, a fingerprint, a name) dirties a page a row,
which is why there are so few of those.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index, Integer, MetaData, Table, Text, UniqueConstraint

from server.store import records
from server.store.columns import Counter, Instant, JSONText, Lines, Name, Octets
from server.store.declaring import blob, flag, identifier, instant, number, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = Table("meta", metadata, text("key", primary_key=True), blob("value"))

revision_counter = Table(
    "revision_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    number("value"),
    number("audit_sequence"),
    blob("audit_hash"),
)

project = Table(
    "project",
    metadata,
    identifier(),
    text("slug", unique=True),
    text("name"),
    text("description"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
)

identity = Table(
    "identity",
    metadata,
    identifier(),
    text("name", unique=True),
    text("kind"),
    text("description"),
    instant("revoked_at", nullable=True),
    instant("created_at"),
    number("revision"),
)

authority = Table(
    "authority",
    metadata,
    identifier(),
    text("project_id", "project.id"),
    text("parent_id", "authority.id", nullable=True),
    text("name"),
    text("type"),
    text("state"),
    text("key_algorithm"),
    text("subject"),
    text("serial", nullable=True),
    blob("certificate", nullable=True),
    text("chain"),
    blob("sealed_key", nullable=True),
    instant("not_before", nullable=True),
    instant("not_after", nullable=True),
    blob("csr", nullable=True),
    number("crl_shards"),
    number("crl_validity"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
)
Index(None, authority.c.project_id, authority.c.id)

policy = Table(
    "policy",
    metadata,
    identifier(),
    text("project_id", "project.id"),
    text("slug"),
    blob("document"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
    UniqueConstraint("project_id", "slug"),
)

profile = Table(
    "profile",
    metadata,
    identifier(),
    text("project_id", "project.id"),
    text("slug"),
    text("ca_id", "authority.id"),
    text("policy_id", "policy.id"),
    text("api_config_id", nullable=True),
    blob("document"),
    flag("disabled"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
    UniqueConstraint("project_id", "slug"),
)

role_binding = Table(
    "role_binding",
    metadata,
    identifier(),
    text("identity_id", "identity.id"),
    text("project_id", "project.id", nullable=True),
    text("role"),
    text("profile_id", nullable=True),
    instant("created_at"),
    text("created_by_id", nullable=True),
    instant("revoked_at", nullable=True),
)
Index(None, role_binding.c.identity_id, role_binding.c.id)
Index(None, role_binding.c.project_id, role_binding.c.id)


def _held_once(name: str, *columns: Column[str], kind: ColumnElement[bool]) -> None:
    """A role is held once at a time; of revoked bindings there may be many."""
    where = kind & role_binding.c.revoked_at.is_(None)
    first = role_binding.c.identity_id
    Index(f"uq_role_binding_{name}", first, *columns, unique=True, sqlite_where=where, postgresql_where=where)


# One index for each kind of binding, because a null equals no null.
_bound = role_binding.c
_held_once("profile", _bound.project_id, _bound.role, _bound.profile_id, kind=_bound.profile_id.is_not(None))
_held_once(
    "project",
    _bound.project_id,
    _bound.role,
    kind=_bound.project_id.is_not(None) & _bound.profile_id.is_(None),
)
_held_once("server", _bound.role, kind=_bound.project_id.is_(None))

token = Table(
    "token",
    metadata,
    identifier(),
    text("identity_id", "identity.id"),
    text("name"),
    text("prefix"),
    blob("hash", unique=True),
    instant("created_at"),
    instant("expires_at", nullable=True),
    instant("revoked_at", nullable=True),
    instant("last_used_at", nullable=True),
)
Index(None, token.c.identity_id, token.c.id)

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
    flag("auto_renewal_enabled"),
    text("auto_renewal_reason"),
    instant("renews_at", nullable=True),
    instant("revoked_at", nullable=True),
    text("revocation_reason", nullable=True),
    instant("invalidity_at", nullable=True),
    text("policy_id", nullable=True),
    number("policy_revision"),
    number("profile_revision"),
    text("key_source"),
    text("private_key_state"),
    instant("created_at"),
    instant("updated_at"),
    number("revision"),
    UniqueConstraint("serial", "ca_id"),
)
for _column in ("project_id", "profile_id", "ca_id", "requester_id", "not_after"):
    Index(None, certificate.c[_column], certificate.c.id)


def _index_of_some(name: str, *columns: Column[str], where: ColumnElement[bool]) -> None:
    """An index that costs an ordinary issuance nothing."""
    Index(f"ix_certificate_{name}", *columns, certificate.c.id, sqlite_where=where, postgresql_where=where)


_index_of_some("renewals", certificate.c.lineage_id, where=certificate.c.renewed_from_id.is_not(None))
_index_of_some("revoked", where=certificate.c.revoked_at.is_not(None))

certificate_term = Table(
    "certificate_term",
    metadata,
    Column("term", Octets, primary_key=True),
    text("certificate_id", primary_key=True),
    sqlite_with_rowid=False,
)

change = Table(
    "change",
    metadata,
    Column("revision", Counter, primary_key=True, autoincrement=False),
    Column("kind", Name(records.ObjectKind), nullable=False),
    text("object_id"),
    text("project_id", nullable=True),
    text("profile_id", nullable=True),
    text("requester_id", nullable=True),
    text("old_state", nullable=True),
    text("new_state", nullable=True),
    instant("created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=False),
    text("id"),
    instant("at"),
    text("identity_id", nullable=True),
    text("token_id", nullable=True),
    text("project_id", nullable=True),
    text("action"),
    text("object_kind"),
    text("object_id"),
    text("trace_id"),
    text("source"),
    Column("details", JSONText, nullable=False),
    blob("hash"),
)
for _columns in ((), ("project_id",), ("object_id",)):
    Index(None, *(audit.c[_column] for _column in (*_columns, "at", "sequence")))
