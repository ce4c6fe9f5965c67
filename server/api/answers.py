"""Answers: records and outcomes of the domain in the contract's messages, and nothing else."""

from __future__ import annotations

from datetime import datetime

from google.rpc.status_pb2 import Status

from certmanager.v1 import certificate_pb2, errors_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as certificates
from server.api.attributes import named_usages, timestamp, unnamed_usages, write_attributes, write_constraints
from server.api.enums import (
    ALT_NAME_TYPE,
    KEY_ALGORITHM,
    KEY_SOURCE,
    KEY_USAGE,
    RENEWAL_REASON,
    SIGNATURE_ALGORITHM,
    named,
)
from server.api.key_delivery import write_key
from server.api.request_answers import certificate_request
from server.errors import Violation
from server.ra.issuing.assembly import Draft
from server.ra.issuing.certificates import Found
from server.ra.issuing.issuance import Issued
from server.ra.issuing.profile import KeySource
from server.ra.renewing.told import ToldFailure, told_renewal
from server.ra.requests.reading import FoundRequest
from server.ra.terms import (
    CertificateRecord,
    KeyUsage,
    certificate_pem,
)

_FULL = certificate_pb2.CERTIFICATE_VIEW_FULL
_STATES = certificate_pb2.CertificateState


def issued(outcome: Issued) -> certificates.IssueCertificateResponse:
    """The answer to an order that was issued."""
    return certificates.IssueCertificateResponse(
        certificate=issued_certificate(outcome),
        certificate_request_id=outcome.request.id,
        certificate_request=certificate_request(FoundRequest(outcome.request, outcome.progress)),
        warnings=outcome.warnings,
    )


def issued_certificate(outcome: Issued) -> certificate_pb2.IssuedCertificate:
    """A certificate as it is handed over; the only message that can hold a private key."""
    record = outcome.certificate
    message = certificate_pb2.IssuedCertificate(
        certificate=outcome.certificate_pem,
        certificate_chain=outcome.chain_pem,
        issuing_ca_certificate=outcome.issuing_ca_pem,
        serial_number=record.serial,
        certificate_id=record.id,
        not_before=timestamp(record.not_before),
        not_after=timestamp(record.not_after),
        auto_renewal=auto_renewal(record, outcome.at),
        lineage_id=record.lineage_id,
        ca_id=record.ca_id,
        fingerprint_sha256=record.fingerprint,
        profile_id=record.profile_id or "",
        profile_revision=record.profile_revision,
        certificate_policy_id=record.policy_id or "",
        policy_revision=record.policy_revision,
        requester_identity_id=record.requester_id,
    )
    write_key(message, outcome.private_key)
    return message


def pending(found: FoundRequest, warnings: tuple[str, ...] = ()) -> certificates.IssueCertificateResponse:
    """The answer to an order whose request has no certificate, or not yet."""
    return certificates.IssueCertificateResponse(
        certificate_request_id=found.record.id,
        certificate_request=certificate_request(found),
        warnings=warnings,
    )


def judged(draft: Draft) -> certificates.IssueCertificateResponse:
    """The answer to ``validate_only``: what would be issued, and all that speaks against it."""
    return certificates.IssueCertificateResponse(
        effective_attributes=write_attributes(draft.template),
        violations=[violation(one) for one in draft.violations],
        warnings=draft.warnings,
    )


def violation(one: Violation) -> errors_pb2.Violation:
    """One broken rule."""
    return errors_pb2.Violation(
        field=one.field,
        rule=one.rule,
        message=one.message,
        value=one.value,
        allowed=one.allowed,
        nature=named(errors_pb2.ViolationNature, one.nature.name),
    )


def auto_renewal(record: CertificateRecord, now: datetime) -> certificate_pb2.AutoRenewal:
    """Whether and when the server renews a certificate, and if not, why."""
    told = told_renewal(record, now)
    return certificate_pb2.AutoRenewal(
        enabled=told.reason is None,
        reason=None if told.reason is None else RENEWAL_REASON.number(told.reason),
        message="" if told.reason is None else told.reason.value,
        renews_at=timestamp(told.renews_at),
        state=named(certificate_pb2.RenewalState, told.state),
        last_failure=None if told.failure is None else _renewal_failure(told.failure),
    )


def _renewal_failure(told: ToldFailure) -> certificate_pb2.RenewalFailure:
    return certificate_pb2.RenewalFailure(
        error=Status.FromString(told.error),
        attempts=told.attempts,
        failed_at=timestamp(told.failed_at),
        next_attempt_at=timestamp(told.next_attempt_at),
    )


def certificate(found: Found, view: int) -> certificate_pb2.Certificate:
    """A stored certificate; its PEM fields only in the FULL view."""
    record, told = found.record, found.description
    full = view in (certificate_pb2.CERTIFICATE_VIEW_UNSPECIFIED, _FULL)
    return certificate_pb2.Certificate(
        id=record.id,
        project_id=record.project_id,
        profile_id=record.profile_id or "",
        ca_id=record.ca_id,
        certificate_request_id=record.request_id or "",
        state=named(_STATES, found.state),
        serial_number=record.serial,
        fingerprint_sha256=record.fingerprint,
        subject=told.subject,
        issuer=told.issuer,
        common_name=told.common_name,
        alt_names=[
            certificate_pb2.AltName(type=ALT_NAME_TYPE.number(name.type), value=name.value)
            for name in told.alt_names
        ],
        key_algorithm=KEY_ALGORITHM.number(told.key_algorithm) if told.key_algorithm else None,
        signature_algorithm=_signature_algorithm(found),
        key_usages=[KEY_USAGE.number(usage) for usage in KeyUsage if usage in told.key_usages],
        extended_key_usages=named_usages(told.extended_key_usages),
        extended_key_usage_oids=unnamed_usages(told.extended_key_usages),
        basic_constraints=write_constraints(told.basic_constraints),
        not_before=timestamp(record.not_before),
        not_after=timestamp(record.not_after),
        revocation=_revocation(record),
        certificate=certificate_pem(record.der) if full else "",
        certificate_chain=found.chain_pem if full else "",
        issuing_ca_certificate=found.issuing_ca_pem if full else "",
        renewed_from_certificate_id=record.renewed_from_id or "",
        renewed_by_certificate_id=record.renewed_by_id or "",
        auto_renewal=auto_renewal(record, found.at),
        metadata=[certificate_pb2.MetadataEntry(key=k, value=v) for k, v in record.metadata.items()],
        created_at=timestamp(record.created_at),
        updated_at=timestamp(record.updated_at),
        lineage_id=record.lineage_id,
        certificate_policy_id=record.policy_id or "",
        policy_revision=record.policy_revision,
        profile_revision=record.profile_revision,
        requester_identity_id=record.requester_id,
        key_source=KEY_SOURCE.number(KeySource[record.key_source]),
        private_key_state=named(certificate_pb2.PrivateKeyState, record.private_key_state),
        ca_generation=record.ca_generation,
        revision=record.revision,
    )


def _signature_algorithm(found: Found) -> x509_pb2.SignatureAlgorithm | None:
    algorithm = found.description.signature_algorithm
    return SIGNATURE_ALGORITHM.number(algorithm) if algorithm else None


def _revocation(record: CertificateRecord) -> certificate_pb2.Revocation | None:
    if record.revoked_at is None:
        return None
    return certificate_pb2.Revocation(
        reason=named(x509_pb2.RevocationReason, record.revocation_reason or ""),
        revoked_at=timestamp(record.revoked_at),
        invalidity_date=timestamp(record.invalidity_at),
        revoked_by_identity_id=record.revoked_by_id or "",
    )
