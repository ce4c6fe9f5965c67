"""What is told of a CA that was made, or came to another certificate: to its auditors, and to the feed."""

from __future__ import annotations

from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.store.records import AuthorityRecord, ObjectKind
from server.store.unit import Change, Insert


def told(
    caller: Caller, record: AuthorityRecord, *, old_state: str | None = None, **more: object
) -> tuple[Insert, Change]:
    """The audit row and the change; ``more`` are further details of the row."""
    details = {
        "name": record.name, "state": record.state, "subject": record.subject,
        "serial": record.serial or "", "parent_ca_id": record.parent_id or "", **more,
    }  # fmt: skip
    row = audited(caller, ObjectKind.AUTHORITY, record.id, now=record.updated_at, details=details)
    return row, Change(
        ObjectKind.AUTHORITY,
        record.id,
        project_id=record.project_id,
        old_state=old_state,
        new_state=record.state,
    )
