"""What becomes of the key that the server made: owed, handed over, or gone because nobody came for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from server.errors import Reason, Refused
from server.ra.requests.steps import moved
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.unit import Change, Unit, Update, Write


class KeyState(Enum):
    """Where a server-made key is, as requests and certificates keep it."""

    CLAIMABLE = "CLAIMABLE"
    DELIVERED = "DELIVERED"
    DESTROYED = "DESTROYED"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStep:
    """A step of a claimable key: of the request and the certificate that tell of it."""

    request: RequestRecord
    certificate: CertificateRecord
    to: KeyState
    now: datetime

    def unit(self, *writes: Write) -> Unit:
        """What is stored; it fails with ``GuardFailed`` if the request changed meanwhile."""
        request, certificate = self.request, self.certificate
        state = {"private_key_state": self.to.name}
        steps = (
            moved(request, {**state, "private_key_expires_at": None}, now=self.now),
            Update(CertificateRecord, {"id": certificate.id}, {**state, "updated_at": self.now}),
        )
        told = (
            _told(ObjectKind.REQUEST, request, request.state),
            _told(ObjectKind.CERTIFICATE, certificate, "REVOKED" if certificate.revoked_at else "ACTIVE"),
        )
        return Unit((*steps, *writes), told)

    def done(self, revision: int) -> tuple[RequestRecord, CertificateRecord]:
        """Request and certificate as they are once the unit is stored; ``revision`` is its last."""
        values = {"private_key_state": self.to.name, "updated_at": self.now}
        request = replace(self.request, **values, private_key_expires_at=None, revision=revision - 1)  # type: ignore[arg-type]
        return request, replace(self.certificate, **values, revision=revision)  # type: ignore[arg-type]


def is_claimable(request: RequestRecord, *, now: datetime) -> bool:
    """Whether the requester can still have the key: until its time, whenever the server clears it away."""
    end = request.private_key_expires_at
    return request.private_key_state == KeyState.CLAIMABLE.name and end is not None and now < end


def refuse_claim(request: RequestRecord, *, now: datetime) -> None:
    """Raises Refused if there is no key to be had, with the reason; returns if there is."""
    if is_claimable(request, now=now):
        return
    match request.private_key_state:
        case KeyState.DELIVERED.name:
            raise key_gone(request, KeyState.DELIVERED, at=request.updated_at)
        case KeyState.DESTROYED.name:
            raise key_gone(request, KeyState.DESTROYED, at=request.updated_at)
        case KeyState.CLAIMABLE.name:  # until it is cleared away
            raise key_gone(request, KeyState.DESTROYED, at=request.private_key_expires_at or now)
    raise Refused(
        f"the certificate request '{request.id}' has no private key to claim",
        reason=Reason.STATE_CONFLICT,
        state=request.state,
        revision=str(request.revision),
    )


def key_gone(request: RequestRecord, state: KeyState, *, at: datetime) -> Refused:
    """The refusal to hand over a key that the server has no more."""
    if state is KeyState.DELIVERED:
        message = f"the private key of '{request.id}' was delivered already"
        return Refused(message, reason=Reason.PRIVATE_KEY_DELIVERED, delivered_at=at.isoformat())
    message = f"the private key of '{request.id}' is destroyed, for it was not claimed in time"
    return Refused(message, reason=Reason.PRIVATE_KEY_DESTROYED, destroyed_at=at.isoformat())


def _told(kind: ObjectKind, record: RequestRecord | CertificateRecord, state: str) -> Change:
    """A change that leaves the state as it is."""
    return Change(
        kind,
        record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_id=record.requester_id,
        old_state=state,
        new_state=state,
    )
