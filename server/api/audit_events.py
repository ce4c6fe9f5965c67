"""Audit rows in the contract's terms."""

from __future__ import annotations

import json

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as messages
from server.api.attributes import timestamp
from server.api.instants import instant
from server.api.texts import plain
from server.ra.terms import AuditFilter, AuditRecord, ObjectKind

_TYPES = {
    ObjectKind.REQUEST: "CertificateRequest",
    ObjectKind.CERTIFICATE: "Certificate",
    ObjectKind.PROFILE: "CertificateProfile",
    ObjectKind.POLICY: "CertificatePolicy",
    ObjectKind.AUTHORITY: "CertificateAuthority",
    ObjectKind.CRL: "CertificateRevocationList",
    ObjectKind.KEY: "Key",
    ObjectKind.PROJECT: "Project",
    ObjectKind.IDENTITY: "Identity",
}
_KINDS = {type_: kind.name for kind, type_ in _TYPES.items()}


def listed_audit_events(request: messages.ListAuditEventsRequest) -> AuditFilter:
    """The audit rows to list. Raises Invalid for what cannot be read."""
    type_ = plain("resource_type", request.resource_type)
    return AuditFilter(
        identity_id=request.actor_identity_id.lower(),
        action=plain("action", request.action),
        object_kind=_KINDS.get(type_, type_),
        object_id=request.resource_id.lower(),
        after=instant(request, "occurred_after"),
        before=instant(request, "occurred_before"),
    )


def audit_event(record: AuditRecord) -> access_pb2.AuditEvent:
    """One event."""
    return access_pb2.AuditEvent(
        id=record.id,
        sequence=record.sequence,
        occurred_at=timestamp(record.at),
        actor_identity_id=record.identity_id or "",
        access_token_id=record.token_id or "",
        action=record.action,
        project_id=record.project_id or "",
        resource_type=_type(record.object_kind),
        resource_id=record.object_id,
        correlation_id=record.trace_id,
        source_address=record.source,
        details=[
            access_pb2.AuditDetail(key=key, value=value if isinstance(value, str) else json.dumps(value))
            for key, value in record.details.items()
        ],
        hash=record.hash,
    )


def _type(kind: str) -> str:
    return _TYPES[ObjectKind[kind]] if kind in ObjectKind.__members__ else kind
