"""The rows that tell what happened: to watchers and caches, and to auditors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.store.records.kinds import ObjectKind, Record


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
