"""The tables.

Foreign keys stand where a dangling reference would be an error for ever. The
rows of an issuance carry one each (to the authority, to the profile) and no
index beyond what makes them unique or found: every index costs every insert.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
from server.store.columns import Counter, Instant, JSONText, Name

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
    _flag("owner"),
    _at("disabled_at", nullable=True),
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
    _number("crl_shards"),
    _at("created_at"),
    _at("updated_at"),
    _number("revision"),
)

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
    _text("project_id", "project.id"),
    _text("role"),
    _text("profile_id", "profile.id", nullable=True),
    _at("created_at"),
    UniqueConstraint("identity_id", "project_id", "role", "profile_id"),
)

# A null equals no null, so the constraint above lets a binding without a profile stand twice.
_without_profile = role_binding.c.profile_id.is_(None)
Index(
    "uq_role_binding_without_profile",
    role_binding.c.identity_id,
    role_binding.c.project_id,
    role_binding.c.role,
    unique=True,
    sqlite_where=_without_profile,
    postgresql_where=_without_profile,
)

token = Table(
    "token",
    metadata,
    _id(),
    _text("identity_id", "identity.id"),
    _text("name"),
    _blob("hash", unique=True),
    _at("created_at"),
    _at("expires_at", nullable=True),
    _at("revoked_at", nullable=True),
    _at("last_used_at", nullable=True),
)

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
    UniqueConstraint("ca_id", "serial"),
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
    _id(),
    _at("at"),
    _text("identity_id", nullable=True),
    _text("token_id", nullable=True),
    _text("project_id", nullable=True),
    _text("action"),
    _text("object_kind"),
    _text("object_id"),
    _text("trace_id"),
    Column("details", JSONText, nullable=False),
)
