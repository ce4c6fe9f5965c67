"""How certificate requests are shown: a line in a list, all of one, and a line each time one changes."""

from __future__ import annotations

from collections.abc import Iterator

from certmanager.v1 import certificate_request_pb2 as states
from certmanager.v1.certificate_pb2 import CertificateAttributes
from certmanager.v1.certificate_request_pb2 import ApprovalDecision, ApprovalProgress, CertificateRequest
from certmanager_client.cli.terminal.output import Column, alt_names, field_text, labels, visible


def name(request: CertificateRequest) -> str:
    """What it asks a certificate for: the common name, or the first alternative name."""
    asked = attributes(request)
    return asked.common_name or next((one.value for one in asked.alt_names), "")


def attributes(request: CertificateRequest) -> CertificateAttributes:
    """What the certificate is to contain, as far as that is known."""
    return request.effective_attributes if request.HasField("effective_attributes") else request.attributes


def progress(request: CertificateRequest) -> str:
    """``1 of 3 approvals``; empty if it needs none."""
    required = sum(each.step.approvals_required for each in request.approvals)
    if not required:
        return ""
    return f"{required - request.approvals_missing} of {required} approval{'s' if required > 1 else ''}"


def change(request: CertificateRequest) -> str:
    """The request in a line: when, which state, and what there is to say of it."""
    told = (field_text(request, "updated_at"), field_text(request, "state").ljust(16), detail(request))
    return visible("  ".join(filter(None, told)).rstrip())


def queued(request: CertificateRequest) -> str:
    """The same for one among many: with its id, its name and who asks."""
    told = (change(request), request.id, name(request), request.requester_name)
    return visible("  ".join(filter(None, told)))


def waiting(request: CertificateRequest) -> str:
    """What has to happen next."""
    step = next((each.step for each in request.approvals if each.approvals_missing), None)
    if request.state != states.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL or step is None:
        return "waits for the CA"
    who = ", ".join(filter(None, (field_text(step, "roles"), *step.identity_ids)))
    named = f" of step '{step.name}'" if step.name else ""
    return visible(f"waits for an approval{named} by {who}")


def detail(request: CertificateRequest) -> str:
    """What there is to say of its state; empty if that says it all."""
    match request.state:
        case states.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL:
            return "; ".join(filter(None, (progress(request), *_newest(request))))
        case states.CERTIFICATE_REQUEST_STATE_ISSUED:
            return f"certificate {request.certificate_id}"
        case states.CERTIFICATE_REQUEST_STATE_FAILED:
            return str(request.error.message)
        case states.CERTIFICATE_REQUEST_STATE_REJECTED:
            return next(_newest(request), request.comment)
    return request.comment


def _newest(request: CertificateRequest) -> Iterator[str]:
    decisions = [one for each in request.approvals for one in each.decisions]
    if decisions:
        yield _decision(max(decisions, key=lambda one: one.decided_at.ToNanoseconds()))


def _decision(one: ApprovalDecision) -> str:
    said = f": {one.comment}" if one.comment else ""
    return f"{field_text(one, 'decision')} by {one.approver_name or one.approver_identity_id}{said}"


def _step(each: ApprovalProgress) -> str:
    required = each.step.approvals_required
    done = f"{each.step.name or 'step'} {required - each.approvals_missing}/{required}"
    return " ".join((done, *(f"({_decision(one)})" for one in each.decisions)))


ROWS = (
    Column("NAME", name),
    Column("STATE", "state"),
    Column("APPROVALS", progress),
    Column("REQUESTER", "requester_name"),
    Column("CREATED", "created_at"),
    Column("ID", "id"),
)
LINES = (
    Column("id", "id"),
    Column("state", "state"),
    Column("requester", lambda request: request.requester_name or request.requester_identity_id),
    Column("common name", lambda request: attributes(request).common_name),
    Column("alternative names", lambda request: alt_names(attributes(request).alt_names)),
    Column("lifetime", lambda request: attributes(request).ttl or request.attributes.ttl),
    Column("key from", "key_source"),
    Column("approvals", lambda request: "; ".join(map(_step, request.approvals))),
    Column("comment", "comment"),
    Column("error", lambda request: request.error.message),
    Column("certificate", "certificate_id"),
    Column("private key", "private_key_state"),
    Column("claim it until", "private_key_expires_at"),
    Column("renews", "renews_certificate_id"),
    Column("metadata", lambda request: labels(request.metadata)),
    Column("profile", "profile_id"),
    Column("created", "created_at"),
    Column("updated", "updated_at"),
    Column("expires", "expires_at"),
    Column("ended", "ended_at"),
    Column("revision", lambda request: str(request.revision)),
)
