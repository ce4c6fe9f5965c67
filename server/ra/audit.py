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
    What the server did by itself is nobody's, though it had somebody's rights for it.
    """
    who = None if caller.server_action else caller.principal
    return Insert(
        AuditRecord(
            id=new_id(),
            at=now,
            identity_id=who.identity_id if who else None,
            token_id=who.token_id if who else None,
            project_id=project_id or caller.project_id or None,
            action=caller.server_action or action or caller.permission,
            object_kind=kind.name,
            object_id=object_id,
            trace_id=caller.trace_id,
            source=caller.source,
            details={**(details or {}), **_shown(caller)},
        )
    )


def _shown(caller: Caller) -> Mapping[str, object]:
    """Which certificate somebody came with who has no token."""
    id_ = caller.principal.certificate_id
    return {"certificate_id_shown": id_} if id_ and not caller.server_action else {}
