"""The tables of what is kept for relying parties: generations, CRLs, OCSP responders, blocked keys."""

from __future__ import annotations

from sqlalchemy import Column, Table, UniqueConstraint

from server.store.columns import Instant
from server.store.declaring import blob, identifier, instant, number, text
from server.store.schema.naming import metadata

generation = Table(
    "generation",
    metadata,
    text("ca_id", "authority.id", primary_key=True),
    number("number", primary_key=True),
    number("key_generation"),
    text("state"),
    text("key_algorithm"),
    text("subject"),
    text("serial", nullable=True),
    blob("certificate", nullable=True),
    text("chain"),
    blob("sealed_key"),
    instant("not_before", nullable=True),
    instant("not_after", nullable=True),
    blob("csr", nullable=True),
    number("crl_shards"),
    instant("created_at"),
)

crl = Table(
    "crl",
    metadata,
    identifier(),
    text("ca_id", "authority.id"),
    text("project_id"),
    number("key_generation"),
    number("shard"),
    number("shards"),
    text("url"),
    number("number"),
    number("entries"),
    text("sha256"),
    number("size"),
    instant("this_update", nullable=True),
    instant("next_update", nullable=True),
    Column("due_at", Instant, nullable=False, index=True),
    instant("held_until"),
    number("revision"),
    UniqueConstraint("ca_id", "key_generation", "shard"),
)

crl_body = Table("crl_body", metadata, text("id", "crl.id", primary_key=True), blob("der"))

responder = Table(
    "responder",
    metadata,
    text("ca_id", "authority.id", primary_key=True),
    number("key_generation", primary_key=True),
    text("key_algorithm"),
    blob("certificate"),
    blob("sealed_key"),
    instant("not_after"),
    Column("renew_at", Instant, nullable=False, index=True),
)

blocked_key = Table(
    "blocked_key",
    metadata,
    text("spki_sha256", primary_key=True),
    text("project_id"),
    text("certificate_id"),
    instant("blocked_at"),
)
