"""Policies and profiles as documents: stored as the messages that their authors wrote, compiled on load."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from google.protobuf.message import Message

from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from server.api.attributes import read_defaults, span, write_attributes
from server.api.enums import KEY_DELIVERY, ROLE
from server.api.orders import read_order, write_order
from server.api.policies import PolicyReader
from server.api.status import to_rpc_status
from server.errors import CAError
from server.ra.issuing.assembly import Draft
from server.ra.issuing.order import Order
from server.ra.issuing.profile import KeyDelivery, ProfileRules, RenewalRule
from server.ra.policy import LifetimeRule, Policy
from server.ra.requests.approval import USUAL_WAIT, ApprovalRules, Step
from server.ra.terms import PolicyRecord, ProfileRecord

M = TypeVar("M", bound=Message)

POLICY_GIVEN = frozenset({"id", "revision", "created_at", "updated_at", "etag"})
"""Fields of a policy that the server alone writes."""
PROFILE_GIVEN = POLICY_GIVEN | {"api_config_id"}
"""Fields of a profile that the server alone writes."""

_POLICY_COLUMNS = POLICY_GIVEN | {"project_id", "slug"}
_PROFILE_COLUMNS = PROFILE_GIVEN | {"project_id", "ca_id", "certificate_policy_id", "slug", "disabled"}


class Compiler:
    """Compiles the documents of stored records."""

    def policy(self, record: PolicyRecord) -> Policy:
        """The policy that a record's document states. Raises ValueError if it contradicts itself."""
        reader = PolicyReader(certificate_policy(record))
        policy = reader.read(revision=record.revision)
        if reader.violations:
            raise ValueError(f"the stored policy '{record.id}' contradicts itself")
        return policy

    def lifetime(self, record: PolicyRecord) -> LifetimeRule:
        """What a record's document says of lifetimes, without a look at the rest."""
        return PolicyReader(policy_pb2.CertificatePolicy.FromString(record.document)).lifetime()

    def profile(self, record: ProfileRecord) -> ProfileRules:
        """The rules that a record's document states."""
        message = profile_pb2.CertificateProfile.FromString(record.document)
        return ProfileRules(
            defaults=read_defaults(message.defaults),
            key_delivery=KEY_DELIVERY.member(message.private_key_delivery) or KeyDelivery.DELIVER_ONCE,
            renewal=_renewal(message.api_config),
            strict_csr=message.strict_csr,
            truncate_to_ca=message.truncate_to_ca,
            omit_root=message.omit_root,
            approval=_approval(message.approval_config),
        )

    def order(self, document: bytes) -> Order:
        """The order of a request that was kept; it was of good form when it came."""
        return read_order(IssueCertificateRequest.FromString(document), ())

    def document(self, order: Order) -> bytes:
        """An order that no client wrote, as the request that says all of it."""
        return bytes(write_order(order).SerializeToString(deterministic=True))

    def effective(self, draft: Draft) -> bytes:
        """What the certificate of a draft would contain."""
        return write_attributes(draft.template).SerializeToString(deterministic=True)

    def error(self, error: CAError, trace_id: str) -> bytes:
        """Why a request failed, as the status that its approver did not get."""
        return bytes(to_rpc_status(error, trace_id=trace_id).SerializeToString())


def certificate_policy(record: PolicyRecord) -> policy_pb2.CertificatePolicy:
    """A policy: the document that its author wrote, with what the server adds to it."""
    message = policy_pb2.CertificatePolicy.FromString(record.document)
    message.id = record.id
    message.project_id = record.project_id
    message.slug = record.slug
    message.created_at.FromDatetime(record.created_at)
    message.updated_at.FromDatetime(record.updated_at)
    message.revision = record.revision
    message.etag = str(record.revision)
    return message


def certificate_profile(record: ProfileRecord) -> profile_pb2.CertificateProfile:
    """A profile: the document that its author wrote, with what the server adds to it."""
    message = profile_pb2.CertificateProfile.FromString(record.document)
    message.id = record.id
    message.project_id = record.project_id
    message.ca_id = record.ca_id
    message.certificate_policy_id = record.policy_id
    message.slug = record.slug
    message.disabled = record.disabled
    message.api_config_id = record.api_config_id or ""
    message.created_at.FromDatetime(record.created_at)
    message.updated_at.FromDatetime(record.updated_at)
    message.revision = record.revision
    message.etag = str(record.revision)
    return message


def policy_document(message: policy_pb2.CertificatePolicy) -> bytes:
    """What is stored of a policy besides its columns; equal policies are equal octets."""
    return _document(message, _POLICY_COLUMNS)


def profile_document(message: profile_pb2.CertificateProfile) -> bytes:
    """What is stored of a profile besides its columns; equal profiles are equal octets."""
    return _document(message, _PROFILE_COLUMNS)


def _document(message: M, columns: frozenset[str]) -> bytes:
    document = type(message)()
    document.CopyFrom(message)
    for name in columns:
        document.ClearField(name)
    return bytes(document.SerializeToString(deterministic=True))


def _renewal(config: profile_pb2.ApiEnrollmentConfig) -> RenewalRule:
    return RenewalRule(
        automatic=config.auto_renew,
        before=_before(config),
        percent=config.renew_before_percent or None,
        same_key=config.renew_with_same_key,
    )


def _before(config: profile_pb2.ApiEnrollmentConfig) -> timedelta | None:
    """How long before the end; None also for what is too long to be counted, which validation reports."""
    with suppress(OverflowError):
        match config.WhichOneof("renew_threshold"):
            case "renew_before_days":
                return timedelta(days=config.renew_before_days)
            case "renew_before":
                return span(config.renew_before)
    return None


def _approval(config: profile_pb2.ApprovalConfig) -> ApprovalRules:
    return ApprovalRules(
        steps=tuple(_step(step) for step in config.steps),
        max_wait=span(config.max_wait) if config.HasField("max_wait") else USUAL_WAIT,
        bypass=frozenset(id_.lower() for id_ in config.bypass_identity_ids),
        self_approval=config.allow_self_approval,
        renewals_exempt=config.renewals_need_no_approval,
    )


def _step(step: profile_pb2.ApprovalStep) -> Step:
    return Step(
        required=step.approvals_required,
        roles=ROLE.members(step.roles),
        identity_ids=tuple(dict.fromkeys(id_.lower() for id_ in step.identity_ids)),
        name=step.name,
    )
