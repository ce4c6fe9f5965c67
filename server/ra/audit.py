"""Audit rows: who did what to which object, stored in the unit of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.ids import new_id
from server.ra.access.caller import Caller
from server.store.records import AuditRecord, ObjectKind
from server.store.unit import Insert


def noted(
    kind: ObjectKind,
    object_id: str,
    *,
    project_id: str,
    now: datetime,
    action: str,
    details: Mapping[str, object] | None = None,
) -> Insert:
    """The row that tells of what the server does by itself, when its time has come."""
    return Insert(
        AuditRecord(
            id=new_id(),
            at=now,
            project_id=project_id,
            action=action,
            object_kind=kind.name,
            object_id=object_id,
            details=details or {},
        )
    )


def audited(
    caller: Caller,
    kind: ObjectKind,
    object_id: str,
    *,
    now: datetime,
    action: str = "",
    project_id: str = "",
    details: Mapping[str, object] | None = None,
) -> Insert:
    """The row that tells of a change.

    The action is the permission used and the project the one that the call entered, unless they are named.
    """
    return Insert(
        AuditRecord(
            id=new_id(),
            at=now,
            identity_id=caller.principal.identity_id,
            token_id=caller.principal.token_id,
            project_id=project_id or caller.project_id or None,
            action=action or caller.permission,
            object_kind=kind.name,
            object_id=object_id,
            trace_id=caller.trace_id,
            source=caller.source,
            details=details or {},
        )
    )
