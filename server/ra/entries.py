"""The rows that an issuance leaves: the request, its certificate, and what tells of them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from server.ids import new_id
from server.pki.certificate import Certificate, encoded
from server.pki.names import searched_names
from server.pki.serial import serial_hex
from server.pki.subjects import SubjectAttribute, rfc4514
from server.pki.template import Template
from server.ra.access import Caller
from server.ra.audit import audited
from server.ra.delivery import KeyForm
from server.ra.order import Order
from server.ra.profile import AutoRenewal, KeySource, Profile
from server.ra.standing import still_active
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.unit import Change, Insert, Unit, Write


def certificate_record(
    caller: Caller,
    order: Order,
    *,
    profile: Profile,
    template: Template,
    certificate: Certificate,
    request_id: str,
    source: KeySource,
    renewal: AutoRenewal,
    now: datetime,
) -> CertificateRecord:
    """The row of a certificate that begins a lineage of its own."""
    der, id_ = encoded(certificate), new_id()
    return CertificateRecord(
        id=id_,
        project_id=profile.project_id,
        profile_id=profile.id,
        ca_id=profile.issuer.id,
        request_id=request_id,
        requester_id=caller.principal.identity_id,
        serial=serial_hex(template.serial),
        fingerprint=hashlib.sha256(der).hexdigest(),
        der=der,
        subject=rfc4514(template.subject),
        common_name=dict(template.subject).get(SubjectAttribute.COMMON_NAME),
        names=searched_names(dict(template.subject).get(SubjectAttribute.COMMON_NAME), template.alt_names),
        key_algorithm=template.key_algorithm.name,
        not_before=template.validity.not_before,
        not_after=template.validity.not_after,
        lineage_id=id_,
        metadata=dict(order.metadata),
        auto_renewal_enabled=renewal.enabled,
        auto_renewal_reason=renewal.reason.name if renewal.reason else "",
        renews_at=renewal.renews_at,
        policy_id=profile.policy.id,
        policy_revision=profile.policy.revision,
        profile_revision=profile.revision,
        key_source=source.name,
        private_key_state=_key_state(source),
        created_at=now,
        updated_at=now,
    )


def request_record(
    caller: Caller,
    order: Order,
    *,
    profile: Profile,
    source: KeySource,
    certificate: CertificateRecord,
    now: datetime,
) -> RequestRecord:
    """The row of a request that was issued at once."""
    return RequestRecord(
        id=certificate.request_id or new_id(),
        project_id=profile.project_id,
        profile_id=profile.id,
        requester_id=caller.principal.identity_id,
        state="ISSUED",
        key_source=source.name,
        order=order.document,
        certificate_id=certificate.id,
        policy_id=profile.policy.id,
        policy_revision=profile.policy.revision,
        profile_revision=profile.revision,
        private_key_state=_key_state(source),
        created_at=now,
        updated_at=now,
    )


def issuance_unit(
    caller: Caller, request: RequestRecord, certificate: CertificateRecord, *, key_form: KeyForm | None
) -> Unit:
    """All that is stored of an issuance; ``key_form`` tells how its private key is handed out, if one is."""
    details = {"serial": certificate.serial, "ca_id": certificate.ca_id, "request_id": request.id}
    now = certificate.created_at
    writes: list[Write] = [
        still_active(certificate.ca_id),
        Insert(request),
        Insert(certificate),
        audited(caller, ObjectKind.CERTIFICATE, certificate.id, now=now, details=details),
    ]
    if key_form is not None:
        action, told = "privateKeys.deliver", {"form": key_form.name}
        writes.append(audited(caller, ObjectKind.REQUEST, request.id, now=now, action=action, details=told))
    return Unit(tuple(writes), _changes(request, certificate))


def _key_state(source: KeySource) -> str:
    """The key of an order that is issued at once is delivered with the answer, and kept nowhere."""
    return "DELIVERED" if source is KeySource.SERVER_GENERATED else ""


def _changes(request: RequestRecord, certificate: CertificateRecord) -> tuple[Change, ...]:
    def change(kind: ObjectKind, id_: str, state: str) -> Change:
        return Change(
            kind,
            id_,
            project_id=request.project_id,
            profile_id=request.profile_id,
            requester_id=request.requester_id,
            new_state=state,
        )

    return (
        change(ObjectKind.REQUEST, request.id, request.state),
        change(ObjectKind.CERTIFICATE, certificate.id, "ACTIVE"),
    )
