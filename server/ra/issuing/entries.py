"""The rows of requests and certificates, and the units that store them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from server.ids import new_id
from server.pki.certificate import Certificate, encoded
from server.pki.content import content_of
from server.pki.keys import spki_sha256
from server.pki.names import searched_names
from server.pki.serial import serial_hex
from server.pki.subjects import SubjectAttribute, rfc4514
from server.pki.template import Template
from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.issuing.assembly import Draft
from server.ra.issuing.order import Order
from server.ra.issuing.profile import AutoRenewal, Profile
from server.ra.renewing.schedule import first_look
from server.ra.renewing.terms import RenewalTerms
from server.ra.requests.approval import asked_by, asker, noted_asker
from server.ra.requests.steps import ISSUED, step_of
from server.ra.setup.standing import still_active
from server.store.queries.request_query import WAITING
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.unit import Change, Expect, Insert, Unit, Write

if TYPE_CHECKING:
    from server.ra.renewing.predecessor import Predecessor


def request_record(
    caller: Caller,
    order: Order,
    *,
    profile: Profile,
    draft: Draft,
    renews: Predecessor | None = None,
    now: datetime,
) -> RequestRecord:
    """The row of a request that has just arrived, and that nothing speaks against.

    The caller is its requester, unless it renews a certificate: whose that is, its successor is, too.
    """
    by = caller.principal
    return RequestRecord(
        id=new_id(),
        project_id=profile.project_id,
        profile_id=profile.id,
        requester_id=renews.certificate.requester_id if renews else by.identity_id,
        requester_name=renews.requester_name if renews else by.identity_name,
        state=WAITING,
        key_source=draft.source.name,
        order=order.document,
        metadata=dict(order.metadata),
        private_key_state="",
        approval=noted_asker(asker(caller, renews.certificate.requester_id)) if renews else {},
        renews_certificate_id=renews.certificate.id if renews else None,
        created_at=now,
        updated_at=now,
        **judged(profile, draft.template),
    )


def judged(profile: Profile, template: Template) -> dict[str, Any]:
    """What a request's row tells of what it was judged by, and found to be for."""
    return {
        "ca_id": profile.issuer.id,
        "names": searched_names(dict(template.subject).get(SubjectAttribute.COMMON_NAME), template.alt_names),
        "policy_id": profile.policy.id,
        "policy_revision": profile.policy.revision,
        "profile_revision": profile.revision,
    }


def certificate_record(
    order: Order,
    request: RequestRecord,
    *,
    profile: Profile,
    template: Template,
    certificate: Certificate,
    renewal: AutoRenewal,
    terms: RenewalTerms,
    predecessor: CertificateRecord | None,
    private_key_state: str,
    now: datetime,
) -> CertificateRecord:
    """The row of a certificate; without a predecessor it begins a lineage of its own.

    ``request`` is judged by this profile.
    """
    der, id_ = encoded(certificate), new_id()
    return CertificateRecord(
        id=id_,
        project_id=profile.project_id,
        profile_id=profile.id,
        ca_id=profile.issuer.id,
        ca_generation=profile.issuer.generation,
        crl_id=profile.issuer.crl_of(template.serial),
        request_id=request.id,
        requester_id=request.requester_id,
        serial=serial_hex(template.serial),
        fingerprint=hashlib.sha256(der).hexdigest(),
        der=der,
        subject=rfc4514(template.subject),
        common_name=dict(template.subject).get(SubjectAttribute.COMMON_NAME),
        names=request.names,
        key_algorithm=template.key_algorithm.name,
        not_before=template.validity.not_before,
        not_after=template.validity.not_after,
        lineage_id=predecessor.lineage_id if predecessor else id_,
        renewed_from_id=predecessor.id if predecessor else None,
        metadata=dict(order.metadata),
        auto_renewal_enabled=renewal.enabled,
        auto_renewal_reason=renewal.reason.name if renewal.reason else "",
        renews_at=renewal.renews_at,
        renewal_terms=terms.snapshot(),
        renewal_due_at=_first_look(renewal, template.validity.not_after, id_),
        policy_id=profile.policy.id,
        policy_revision=profile.policy.revision,
        profile_revision=profile.revision,
        key_source=request.key_source,
        key_from_id=_key_from(request, template, predecessor),
        private_key_state=private_key_state,
        created_at=now,
        updated_at=now,
    )


def _key_from(
    request: RequestRecord, template: Template, predecessor: CertificateRecord | None
) -> str | None:
    """Who has the key, if that is not the requester: whoever brought its CSR, be it renewals ago."""
    if template.public_key is None or predecessor is None:
        return None
    if spki_sha256(template.public_key) == spki_sha256(content_of(predecessor.der).public_key):
        return predecessor.key_from_id
    by = asked_by(request)
    return by if by != request.requester_id else None


def _first_look(renewal: AutoRenewal, not_after: datetime, id_: str) -> datetime | None:
    return first_look(renewal.renews_at, not_after=not_after, id_=id_) if renewal.renews_at else None


def arrival(
    caller: Caller,
    request: RequestRecord,
    *writes: Write,
    grounds: Sequence[Expect],
    changes: Sequence[Change] = (),
) -> Unit:
    """What is stored of a request that comes to wait; it fails with ``GuardFailed`` as an issuance.

    The request's change is the last one.
    """
    told = audited(caller, ObjectKind.REQUEST, request.id, now=request.created_at)
    held = (*caller.guards, *grounds)
    return Unit((*held, Insert(request), *writes, told), (*changes, step_of(request, None, request.state)))


def issuance(
    caller: Caller,
    before: RequestRecord,
    certificate: CertificateRecord,
    *writes: Write,
    grounds: Sequence[Expect],
    changes: Sequence[Change] = (),
) -> Unit:
    """What is stored of an issuance besides what is written of its request, which was ``before``.

    It fails with ``GuardFailed`` unless the CA still signs, and the grounds still hold. The
    certificate's change is the last one, the request's the one before it.
    """
    now = certificate.created_at
    details = {"serial": certificate.serial, "ca_id": certificate.ca_id, "request_id": before.id}
    if certificate.renewed_from_id is not None:
        details["renewed_from_id"] = certificate.renewed_from_id
    told = audited(caller, ObjectKind.CERTIFICATE, certificate.id, now=now, details=details)
    old = before.state if before.revision else None
    told_changes = (
        *changes,
        step_of(before, old, ISSUED),
        Change(
            ObjectKind.CERTIFICATE,
            certificate.id,
            project_id=before.project_id,
            profile_id=before.profile_id,
            requester_id=before.requester_id,
            new_state="ACTIVE",
        ),
    )
    active = still_active(certificate.ca_id, generation=certificate.ca_generation)
    return Unit((active, *caller.guards, *grounds, told, *writes, Insert(certificate)), told_changes)
