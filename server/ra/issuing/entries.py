"""The rows of requests and certificates, and the units that store them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from server.ids import new_id
from server.pki.certificate import Certificate, encoded
from server.pki.names import searched_names
from server.pki.serial import serial_hex
from server.pki.subjects import SubjectAttribute, rfc4514
from server.pki.template import Template
from server.ra.access.caller import Caller
from server.ra.audit import audited, noted
from server.ra.issuing.assembly import Draft
from server.ra.issuing.order import Order
from server.ra.issuing.profile import AutoRenewal, Profile
from server.ra.setup.standing import still_active
from server.store.queries.request_query import WAITING
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.unit import Change, Expect, Insert, Unit, Update, Write

ISSUED, FAILED, REJECTED, CANCELLED, EXPIRED = "ISSUED", "FAILED", "REJECTED", "CANCELLED", "EXPIRED"
TERMINAL = frozenset({ISSUED, FAILED, REJECTED, CANCELLED, EXPIRED})


def request_record(
    caller: Caller, order: Order, *, profile: Profile, draft: Draft, now: datetime
) -> RequestRecord:
    """The row of a request that has just arrived, and that nothing speaks against."""
    return RequestRecord(
        id=new_id(),
        project_id=profile.project_id,
        profile_id=profile.id,
        requester_id=caller.principal.identity_id,
        requester_name=caller.principal.identity_name,
        state=WAITING,
        key_source=draft.source.name,
        order=order.document,
        metadata=dict(order.metadata),
        private_key_state="",
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
    private_key_state: str,
    now: datetime,
) -> CertificateRecord:
    """The row of a certificate that begins a lineage of its own; ``request`` is judged by this profile."""
    der, id_ = encoded(certificate), new_id()
    return CertificateRecord(
        id=id_,
        project_id=profile.project_id,
        profile_id=profile.id,
        ca_id=profile.issuer.id,
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
        lineage_id=id_,
        metadata=dict(order.metadata),
        auto_renewal_enabled=renewal.enabled,
        auto_renewal_reason=renewal.reason.name if renewal.reason else "",
        renews_at=renewal.renews_at,
        policy_id=profile.policy.id,
        policy_revision=profile.policy.revision,
        profile_revision=profile.revision,
        key_source=request.key_source,
        private_key_state=private_key_state,
        created_at=now,
        updated_at=now,
    )


def arrival(caller: Caller, request: RequestRecord, *writes: Write, grounds: Sequence[Expect]) -> Unit:
    """What is stored of a request that comes to wait; it fails with ``GuardFailed`` as an issuance."""
    told = audited(caller, ObjectKind.REQUEST, request.id, now=request.created_at)
    return Unit((*grounds, Insert(request), *writes, told), (_change(request, None, request.state),))


def issuance(
    caller: Caller,
    before: RequestRecord,
    certificate: CertificateRecord,
    *writes: Write,
    grounds: Sequence[Expect],
) -> Unit:
    """What is stored of an issuance besides what is written of its request, which was ``before``.

    It fails with ``GuardFailed`` unless the CA still signs, and the grounds still hold. The
    certificate's change is the last one, the request's the one before it.
    """
    now = certificate.created_at
    details = {"serial": certificate.serial, "ca_id": certificate.ca_id, "request_id": before.id}
    told = audited(caller, ObjectKind.CERTIFICATE, certificate.id, now=now, details=details)
    old = before.state if before.revision else None
    changes = (
        _change(before, old, ISSUED),
        Change(
            ObjectKind.CERTIFICATE,
            certificate.id,
            project_id=before.project_id,
            profile_id=before.profile_id,
            requester_id=before.requester_id,
            new_state="ACTIVE",
        ),
    )
    active = still_active(certificate.ca_id)
    return Unit((active, *grounds, told, *writes, Insert(certificate)), changes)


def transition(
    caller: Caller,
    before: RequestRecord,
    values: Mapping[str, object],
    *writes: Write,
    now: datetime,
    action: str = "",
    details: Mapping[str, object] | None = None,
) -> Unit:
    """A step in a request's life; it fails with ``GuardFailed`` if the request changed meanwhile."""
    new_state = str(values.get("state", before.state))
    told = {"state": new_state, **(details or {})}
    row = audited(caller, ObjectKind.REQUEST, before.id, now=now, action=action, details=told)
    return Unit((moved(before, values, now=now), *writes, row), changed(before, new_state))


def moved(before: RequestRecord, values: Mapping[str, object], *, now: datetime) -> Update:
    """The write that changes a request which is still as it was seen."""
    ended = {"ended_at": now} if values.get("state") in TERMINAL else {}
    seen = {"id": before.id, "revision": before.revision}
    return Update(RequestRecord, seen, {**values, **ended, "updated_at": now})


def changed(before: RequestRecord, new_state: str) -> tuple[Change, ...]:
    """What the feed is told of a request that comes to a state, or changes within it."""
    return (_change(before, before.state, new_state),)


def expiry(before: RequestRecord, *, now: datetime) -> Unit:
    """What is stored of a request that nobody decided about in time."""
    told = noted(
        ObjectKind.REQUEST,
        before.id,
        project_id=before.project_id,
        now=now,
        action="certificateRequests.expire",
        details={"state": EXPIRED},
    )
    return Unit((moved(before, {"state": EXPIRED}, now=now), told), changed(before, EXPIRED))


def _change(request: RequestRecord, old: str | None, new: str) -> Change:
    return Change(
        ObjectKind.REQUEST,
        request.id,
        project_id=request.project_id,
        profile_id=request.profile_id,
        requester_id=request.requester_id,
        old_state=old,
        new_state=new,
    )
