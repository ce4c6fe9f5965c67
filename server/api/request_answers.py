"""Certificate requests in the contract's messages, with the progress of their approvals."""

from __future__ import annotations

from google.rpc.status_pb2 import Status

from certmanager.v1 import certificate_pb2, profile_pb2
from certmanager.v1 import certificate_request_pb2 as messages
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from server.api.attributes import timestamp
from server.api.enums import KEY_SOURCE, ROLE, named
from server.ra.issuing.profile import KeySource
from server.ra.requests.approval import Step
from server.ra.requests.progress import StepProgress
from server.ra.requests.reading import FoundRequest
from server.ra.terms import DecisionRecord, csr_pem


def certificate_request(found: FoundRequest) -> messages.CertificateRequest:
    """A request as it is now; what was asked for is read from the document that was kept."""
    record = found.record
    asked = IssueCertificateRequest.FromString(record.order)
    return messages.CertificateRequest(
        id=record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_identity_id=record.requester_id,
        requester_name=record.requester_name,
        state=named(messages.CertificateRequestState, record.state),
        key_source=KEY_SOURCE.number(KeySource[record.key_source]),
        private_key_state=named(certificate_pb2.PrivateKeyState, record.private_key_state),
        private_key_expires_at=timestamp(record.private_key_expires_at),
        csr=csr_pem(asked.csr_der) if asked.csr_der else asked.csr,
        attributes=asked.attributes if asked.HasField("attributes") else None,
        effective_attributes=_effective(record.effective),
        metadata=asked.metadata,
        approvals=map(_progress, found.progress.steps),
        approvals_missing=found.progress.missing,
        error=Status.FromString(record.error) if record.error else None,
        certificate_id=record.certificate_id or "",
        renews_certificate_id=record.renews_certificate_id or "",
        certificate_policy_id=record.policy_id or "",
        policy_revision=record.policy_revision,
        profile_revision=record.profile_revision,
        auto_renew=asked.auto_renew if asked.HasField("auto_renew") else None,
        comment=record.comment,
        revision=record.revision,
        created_at=timestamp(record.created_at),
        updated_at=timestamp(record.updated_at),
        expires_at=timestamp(record.expires_at),
        ended_at=timestamp(record.ended_at),
    )


def _effective(document: bytes | None) -> certificate_pb2.CertificateAttributes | None:
    return certificate_pb2.CertificateAttributes.FromString(document) if document else None


def _progress(progress: StepProgress) -> messages.ApprovalProgress:
    return messages.ApprovalProgress(
        step=_step(progress.step),
        decisions=map(_decision, progress.decisions),
        approvals_missing=progress.missing,
    )


def _step(step: Step) -> profile_pb2.ApprovalStep:
    return profile_pb2.ApprovalStep(
        approvals_required=step.required,
        roles=map(ROLE.number, step.roles),
        identity_ids=step.identity_ids,
        name=step.name,
    )


def _decision(record: DecisionRecord) -> messages.ApprovalDecision:
    return messages.ApprovalDecision(
        approver_identity_id=record.identity_id,
        approver_name=record.identity_name,
        decision=named(messages.Decision, record.decision),
        comment=record.comment,
        decided_at=timestamp(record.decided_at),
    )
