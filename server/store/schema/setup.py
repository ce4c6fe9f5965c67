"""The tables of what operators set up."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index, Table, UniqueConstraint

from server.store.declaring import blob, flag, identifier, instant, number, text
from server.store.schema.naming import metadata

meta = Table("meta", metadata, text("key", primary_key=True), blob("value"))

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
    number("generation"),
    number("key_generation"),
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
