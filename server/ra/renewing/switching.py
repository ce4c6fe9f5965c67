"""Switches the auto-renewal of single certificates, and moves its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from server.clock import Clock
from server.pki.validity import Validity
from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.issuing.catalog import Catalog
from server.ra.issuing.certificates import Certificates, Found
from server.ra.issuing.profile import AutoRenewal, KeySource, RenewalReason
from server.ra.renewing.lineage import has_ended
from server.ra.renewing.schedule import first_look
from server.ra.renewing.terms import RenewalTerms
from server.ra.revisions import settled
from server.store.records import CertificateRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Unit, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What is said of a certificate's renewal; None leaves it as it is."""

    wanted: bool | None = None
    before: timedelta | None = None
    """How long before its end; excludes ``percent``."""
    percent: int | None = None

    def applied(self, terms: RenewalTerms) -> RenewalTerms:
        """The terms with what is said here."""
        if self.wanted is not None and self.wanted != terms.wanted:
            terms = replace(terms, wanted=self.wanted, switched=True)
        if self.before is None and self.percent is None:
            return terms
        return replace(terms, before=self.before, percent=self.percent)


class Switching:
    """The schedules of single certificates."""

    def __init__(self, store: Store, catalog: Catalog, certificates: Certificates, *, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._certificates = certificates
        self._clock = clock

    async def switch(self, caller: Caller, id_: str, said: Switch) -> Found:
        """The certificate with what holds of its renewal now: perhaps it cannot be on, and that is told.

        What is said is kept, and holds for its successors. Raises NotFound, Denied.
        """
        return await settled(partial(self._switched, caller, id_, said))

    async def _switched(self, caller: Caller, id_: str, said: Switch) -> Found:
        found = await self._certificates.by_id(caller, id_)
        record, now = found.record, self._clock()
        terms = said.applied(RenewalTerms.of(record.renewal_terms))
        values = _values(record, terms, await self._plan(record, terms), now=now)
        if all(getattr(record, name) == value for name, value in values.items()):
            return found
        seen = {"id": record.id, "revision": record.revision}
        details = {"enabled": values["auto_renewal_enabled"], "terms": terms.snapshot()}
        told = audited(caller, ObjectKind.CERTIFICATE, record.id, now=now, action=_ACTION, details=details)
        update = Update(CertificateRecord, seen, {**values, "updated_at": now})
        await self._store.commit(Unit((update, told), (_change(record, found.state),)))
        return await self._certificates.by_id(caller, id_)

    async def _plan(self, record: CertificateRecord, terms: RenewalTerms) -> AutoRenewal:
        """By the profile and the policy of now; without a profile nothing is ever renewed."""
        if await has_ended(self._store, record.lineage_id):
            return AutoRenewal(None, RenewalReason.REVOKED)
        profile = await self._catalog.profile(record.profile_id) if record.profile_id else None
        if profile is None:
            return AutoRenewal(None, RenewalReason.PROFILE_OFF)
        validity, source = Validity(record.not_before, record.not_after), KeySource[record.key_source]
        reuse = profile.policy.allow_key_reuse
        return profile.rules.renewal.plan(validity, source, terms=terms, key_reuse=reuse)


_ACTION = "certificates.updateRenewal"


def _values(
    record: CertificateRecord, terms: RenewalTerms, plan: AutoRenewal, *, now: datetime
) -> dict[str, object]:
    """The columns that say it. What goes on failing, or waits for approval, is looked at anew."""
    values: dict[str, object] = {
        "renewal_terms": terms.snapshot(),
        "auto_renewal_enabled": plan.enabled,
        "auto_renewal_reason": plan.reason.name if plan.reason else "",
        "renews_at": plan.renews_at,
    }
    if plan.renews_at is None:
        return {
            **values,
            "renewal_due_at": None,
            "renewal_attempts": 0,
            "renewal_failed_at": None,
            "renewal_error": None,
        }
    if plan.renews_at == record.renews_at and record.renewal_due_at is not None:
        return values
    return {**values, "renewal_due_at": _due_at(record, plan.renews_at, now)}


def _due_at(record: CertificateRecord, renews_at: datetime, now: datetime) -> datetime | None:
    """None for one that is not renewed any more, whatever is said of it."""
    if record.renewed_by_id is not None or record.revoked_at is not None or now > record.not_after:
        return None
    return first_look(renews_at, not_after=record.not_after, id_=record.id)


def _change(record: CertificateRecord, state: str) -> Change:
    """A change that leaves the state as it is; that of an expired one is stored as it was before."""
    stored = "REVOKED" if state == "REVOKED" else "ACTIVE"
    return Change(
        ObjectKind.CERTIFICATE,
        record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_id=record.requester_id,
        old_state=stored,
        new_state=stored,
    )
