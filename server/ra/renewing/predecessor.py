"""The certificate that a renewal replaces: what must hold of it, and what is written of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from server.errors import Reason, Refused, Resource, not_found
from server.pki.keys import PublicKey, spki_sha256
from server.ra.issuing.catalog import Documents
from server.ra.issuing.order import Order
from server.ra.keys.delivery import Wish
from server.ra.renewing.lineage import has_ended, not_ended
from server.ra.renewing.terms import RenewalTerms
from server.store import terms
from server.store.queries.request_query import WAITING
from server.store.records import CertificateRecord, CertificateTermRecord, ObjectKind, RequestRecord
from server.store.store import Store
from server.store.unit import Change, Insert, Update, Write

_TYPE: Final = "Certificate"
_UNTROUBLED: Final = {
    "renewal_request_id": None,
    "renewal_attempts": 0,
    "renewal_failed_at": None,
    "renewal_error": None,
}
_TENTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """A certificate to be renewed, as it was when it was looked at."""

    certificate: CertificateRecord
    order: Order | None = field(repr=False)
    """What it was issued by; None if that is not known any more."""
    requester_name: str = ""
    """The name of whoever it is for, at the time that was asked for."""
    has_ended: bool
    """Whether a key of its lineage was compromised."""
    awaits: str = ""
    """The request for its successor that waits for approval."""

    @property
    def wish(self) -> Wish | None:
        """How its private key was to be handed out."""
        return self.order.delivery if self.order else None

    @property
    def terms(self) -> RenewalTerms:
        """What was said of its renewal, and holds for its successor."""
        return RenewalTerms.of(self.certificate.renewal_terms)

    def came_by(self, csr: str | bytes | None) -> bool:
        """Whether it was issued by this very CSR."""
        return csr is not None and self.order is not None and csr == self.order.csr

    def prove_renewable(self, *, request_id: str = "") -> None:
        """Raises Refused if it cannot be renewed; ``request_id`` is the one that may if it waits already."""
        record = self.certificate
        if record.certified_ca_id is not None:
            raise self._conflict("the certificate of a certificate authority is renewed by its rotation")
        if self.has_ended:
            message = "the key of a certificate of this lineage is compromised: the lineage has ended"
            raise self._conflict(message, state="REVOKED")
        if record.renewed_by_id is not None:
            message = f"the certificate '{record.id}' was renewed already"
            raise self._conflict(message, state="RENEWED", renewed_by_certificate_id=record.renewed_by_id)
        if record.revoked_at is not None:
            reason = record.revocation_reason or ""
            message = f"the certificate '{record.id}' is revoked"
            raise self._conflict(message, state="REVOKED", revocation_reason=reason)
        if self.awaits not in ("", request_id):
            raise self._conflict(
                f"a renewal of the certificate '{record.id}' waits for approval already",
                state="PENDING_APPROVAL",
                certificate_request_id=self.awaits,
            )

    @property
    def may_recover(self) -> bool:
        """Whether what forbids its renewal may pass: it is on hold."""
        on_hold = self.certificate.revocation_reason == "CERTIFICATE_HOLD"
        return on_hold and not self.has_ended and self.certificate.renewed_by_id is None

    def claimable_until(self, successor_ends: datetime, *, now: datetime, owed_for: timedelta) -> datetime:
        """How long a successor's key waits to be fetched: until its predecessor expires.

        If that is over, or all but, then as any other key, but for no more than a tenth of the
        successor's life.
        """
        least = min(owed_for, (successor_ends - now) / _TENTH)
        return max(self.certificate.not_after, now + least)

    def succeeded(self, successor: CertificateRecord, key: PublicKey, *, now: datetime) -> tuple[Write, ...]:
        """What is stored of a renewal besides its own rows; a unit fails if another one was faster."""
        lineage_id = self.certificate.lineage_id
        values = {**_UNTROUBLED, "renewed_by_id": successor.id, "renewal_due_at": None, "updated_at": now}
        term = terms.certified_key(lineage_id, spki_sha256(key))
        return (
            not_ended(lineage_id),
            self._written(values),
            Insert(CertificateTermRecord(term=term, certificate_id=successor.id)),
        )

    def awaited(self, request: RequestRecord) -> tuple[Write, ...]:
        """What is stored of a renewal that comes to wait for approval; the unit can fail as ``succeeded``."""
        values = {"renewal_request_id": request.id, "updated_at": request.created_at}
        return (not_ended(self.certificate.lineage_id), self._written(values))

    @property
    def change(self) -> Change:
        """What the feed is told of either: who watches it looks again."""
        record = self.certificate
        return Change(
            ObjectKind.CERTIFICATE,
            record.id,
            project_id=record.project_id,
            profile_id=record.profile_id,
            requester_id=record.requester_id,
            old_state="ACTIVE",
            new_state="ACTIVE",
        )

    def _written(self, values: Mapping[str, object]) -> Update:
        seen = {
            "id": self.certificate.id,
            "renewed_by_id": None,
            "revoked_at": None,
            "renewal_request_id": self.certificate.renewal_request_id,
        }
        return Update(CertificateRecord, seen, values)

    def _conflict(
        self,
        message: str,
        *,
        state: str = "ACTIVE",
        **told: str,
    ) -> Refused:
        record = self.certificate
        known = {"state": state, "revision": str(record.revision), **told}
        return Refused(
            message,
            reason=Reason.STATE_CONFLICT,
            violations=(),
            resource=Resource(_TYPE, record.id),
            retry_after=None,
            **known,
        )


async def predecessor_of(store: Store, documents: Documents, id_: str) -> Predecessor:
    """A certificate to be renewed, as it is now. Raises NotFound."""
    record = await store.get(CertificateRecord, id=id_)
    if record is None:
        raise not_found(_TYPE, id_)
    request = await _request(store, record.request_id)
    awaited = await _request(store, record.renewal_request_id)
    return Predecessor(
        certificate=record,
        order=documents.order(request.order) if request else None,
        requester_name=request.requester_name if request else "",
        has_ended=await has_ended(store, record.lineage_id),
        awaits=awaited.id if awaited and awaited.state == WAITING else "",
    )


async def _request(store: Store, id_: str | None) -> RequestRecord | None:
    return await store.get(RequestRecord, id=id_) if id_ else None
