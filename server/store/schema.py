"""The tables.

Foreign keys stand where a dangling reference would be an error for ever. The
rows of an issuance carry one each (to the authority, to the profile).

Every index costs every insert. One that begins with what many rows share and
goes on with the time-ordered id grows at a few places only, and is cheap; one
on a random value (a serial number, a fingerprint, a name) dirties a page a row,
which is why there are so few of those.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from server.store import records
from server.store.columns import Counter, Instant, JSONText, Lines, Name, Octets

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(
    name: str, *refers_to: str, nullable: bool = False, primary_key: bool = False, unique: bool = False
) -> Column[str]:
    references = [ForeignKey(target) for target in refers_to]
    return Column(name, Text, *references, nullable=nullable, primary_key=primary_key, unique=unique or None)


def _blob(name: str, *, nullable: bool = False, unique: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable, unique=unique or None)


def _at(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _id() -> Column[str]:
    return _text("id", primary_key=True)


meta = Table("meta", metadata, _text("key", primary_key=True), _blob("value"))

revision_counter = Table(
    "revision_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _number("value"),
    _number("audit_sequence"),
    _blob("audit_hash"),
)

project = Table(
    "project",
    metadata,
    _id(),
    _text("slug", unique=True),
    _text("name"),
    _text("description"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
)

identity = Table(
    "identity",
    metadata,
    _id(),
    _text("name", unique=True),
    _text("kind"),
    _text("description"),
    _at("revoked_at", nullable=True),
    _at("created_at"),
    _number("revision"),
)

authority = Table(
    "authority",
    metadata,
    _id(),
    _text("project_id", "project.id"),
    _text("parent_id", "authority.id", nullable=True),
    _text("name"),
    _text("type"),
    _text("state"),
    _text("key_algorithm"),
    _text("subject"),
    _text("serial", nullable=True),
    _blob("certificate", nullable=True),
    _text("chain"),
    _blob("sealed_key", nullable=True),
    _at("not_before", nullable=True),
    _at("not_after", nullable=True),
    _blob("csr", nullable=True),
    _number("crl_shards"),
    _number("crl_validity"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
)
Index(None, authority.c.project_id, authority.c.id)

policy = Table(
    "policy",
    metadata,
    _id(),
    _text("project_id", "project.id"),
    _text("slug"),
    _blob("document"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
    UniqueConstraint("project_id", "slug"),
)

profile = Table(
    "profile",
    metadata,
    _id(),
    _text("project_id", "project.id"),
    _text("slug"),
    _text("ca_id", "authority.id"),
    _text("policy_id", "policy.id"),
    _text("api_config_id", nullable=True),
    _blob("document"),
    _flag("disabled"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
    UniqueConstraint("project_id", "slug"),
)

role_binding = Table(
    "role_binding",
    metadata,
    _id(),
    _text("identity_id", "identity.id"),
    _text("project_id", "project.id", nullable=True),
    _text("role"),
    _text("profile_id", nullable=True),
    _at("created_at"),
    _text("created_by_id", nullable=True),
    _at("revoked_at", nullable=True),
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
    _id(),
    _text("identity_id", "identity.id"),
    _text("name"),
    _text("prefix"),
    _blob("hash", unique=True),
    _at("created_at"),
    _at("expires_at", nullable=True),
    _at("revoked_at", nullable=True),
    _at("last_used_at", nullable=True),
)
Index(None, token.c.identity_id, token.c.id)

certificate_request = Table(
    "certificate_request",
    metadata,
    _id(),
    _text("project_id"),
    _text("profile_id", "profile.id"),
    _text("requester_id"),
    _text("state"),
    _text("key_source"),
    _blob("order"),
    _text("certificate_id", nullable=True),
    _text("policy_id", nullable=True),
    _number("policy_revision"),
    _number("profile_revision"),
    _text("private_key_state"),
    _blob("error", nullable=True),
    _at("created_at"),
    _at("updated_at"),
    _at("expires_at", nullable=True),
    _number("revision"),
)
Index(None, certificate_request.c.profile_id, certificate_request.c.id)

certificate = Table(
    "certificate",
    metadata,
    _id(),
    _text("project_id"),
    _text("profile_id", nullable=True),
    _text("ca_id", "authority.id"),
    _text("request_id", nullable=True),
    _text("requester_id"),
    _text("serial"),
    Column("fingerprint", Text, nullable=False, index=True),
    _blob("der"),
    _text("subject"),
    _text("common_name", nullable=True),
    Column("names", Lines, nullable=False),
    _text("key_algorithm"),
    _at("not_before"),
    _at("not_after"),
    _text("lineage_id"),
    _text("renewed_from_id", nullable=True),
    _text("renewed_by_id", nullable=True),
    Column("metadata", JSONText, nullable=False),
    _flag("auto_renewal_enabled"),
    _text("auto_renewal_reason"),
    _at("renews_at", nullable=True),
    _at("revoked_at", nullable=True),
    _text("revocation_reason", nullable=True),
    _at("invalidity_at", nullable=True),
    _text("policy_id", nullable=True),
    _number("policy_revision"),
    _number("profile_revision"),
    _text("key_source"),
    _text("private_key_state"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
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
    _text("certificate_id", primary_key=True),
    sqlite_with_rowid=False,
)

change = Table(
    "change",
    metadata,
    Column("revision", Counter, primary_key=True, autoincrement=False),
    Column("kind", Name(records.ObjectKind), nullable=False),
    _text("object_id"),
    _text("project_id", nullable=True),
    _text("profile_id", nullable=True),
    _text("requester_id", nullable=True),
    _text("old_state", nullable=True),
    _text("new_state", nullable=True),
    _at("created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=False),
    _text("id"),
    _at("at"),
    _text("identity_id", nullable=True),
    _text("token_id", nullable=True),
    _text("project_id", nullable=True),
    _text("action"),
    _text("object_kind"),
    _text("object_id"),
    _text("trace_id"),
    _text("source"),
    Column("details", JSONText, nullable=False),
    _blob("hash"),
)
for _columns in ((), ("project_id",), ("identity_id",), ("object_id",)):
    Index(None, *(audit.c[_column] for _column in (*_columns, "at", "sequence")))
