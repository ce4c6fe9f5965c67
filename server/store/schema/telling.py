"""The tables that tell what happened: the feed of changes, and the audit log."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from server.store import records
from server.store.columns import Counter, JSONText, Name
from server.store.declaring import blob, instant, number, text
from server.store.schema.naming import metadata

revision_counter = Table(
    "revision_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    number("value"),
    number("audit_sequence"),
    blob("audit_hash"),
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
