"""Revokes certificates, and lifts holds: one row each, whatever is revoked already.

    ACTIVE ──► on hold ──► ACTIVE            a hold can be lifted
       └──────────┴──────► REVOKED           anything else is for good: its time and reason stay

CRLs and OCSP answers are made elsewhere: the unit makes the CRL due, and the
change wakes whoever tells of the certificate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from server.errors import Reason, Refused
from server.pki.reasons import COMPROMISES, RevocationReason
from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.issuing.certificates import Found
from server.ra.keys.custody import Custody
from server.ra.renewing.schedule import first_look
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.ra.revoking.certified import certified_ca, of_certified
from server.ra.revoking.consequences import Consequences, of_compromise, of_step
from server.ra.revoking.order import RevocationOrder, proven_reason
from server.ra.revoking.owed import of_owed_key
from server.store.records import AuthorityRecord, CertificateRecord, CRLRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Unit, Update, Write

Find = Callable[[], Awaitable[Found]]
"""Looks a certificate up and lets the caller in. Raises NotFound, Denied."""

_HOLD: Final = RevocationReason.CERTIFICATE_HOLD
_FREE: Final[Mapping[str, Any]] = {
    "revoked_at": None,
    "revocation_reason": None,
    "invalidity_at": None,
    "revoked_by_id": None,
}


class Revocations:
    """What takes certificates out of force, and a hold back."""

    def __init__(
        self, store: Store, *, custody: Custody, retries: Retries, observe: Callable[[str], None]
    ) -> None:
        """``observe`` is told the reason of each revocation that was stored."""
        self._store, self._custody = store, custody
        self._retries = retries
        self._observe = observe

    async def revoke(self, caller: Caller, find: Find, order: RevocationOrder) -> Found:
        """The certificate, revoked now or before. What was revoked for good stays as it is.

        Raises NotFound, Denied, Invalid with all that is wrong with the order,
        and Refused for a certificate that has expired.
        """
        make = partial(settled, partial(self._revoked, caller, find, order))
        return await self._retries.once(caller, make, lambda _: find())

    async def release(self, caller: Caller, find: Find) -> Found:
        """The certificate, in force again; one that is not revoked stays as it is.

        Raises NotFound, Denied, and Refused if it was revoked for good, or has expired.
        """
        return await settled(partial(self._released, caller, find))

    async def _revoked(self, caller: Caller, find: Find, order: RevocationOrder) -> Found:
        found = await find()
        authority = await certified_ca(self._store, caller, found.record)
        reason = proven_reason(order, found.record, now=found.at)
        if _is_settled(found.record, reason):
            return await self._unchanged(caller, found)
        _prove_unexpired(found)
        values = _revoking(caller, found, reason, order)
        follows = await self._consequences(caller, found, reason, authority)
        return await self._stored(caller, found, values, follows)

    async def _released(self, caller: Caller, find: Find) -> Found:
        found = await find()
        record = found.record
        await certified_ca(self._store, caller, record)
        if record.revoked_at is None:
            return found
        if record.revocation_reason != _HOLD.name:
            raise _conflict(found, "is revoked for good: only a hold can be lifted")
        _prove_unexpired(found)
        values = {**_FREE, "renewal_due_at": _renewal_due(record), "updated_at": found.at}
        return await self._stored(caller, found, values, Consequences())

    async def _consequences(
        self, caller: Caller, found: Found, reason: RevocationReason, authority: AuthorityRecord | None
    ) -> Consequences:
        follows, compromised = Consequences(), reason in COMPROMISES
        if reason is not _HOLD:
            follows += await of_owed_key(self._store, self._custody, caller, found.record, now=found.at)
        if compromised:
            follows += await of_compromise(self._store, found.record, now=found.at)
        if authority is not None:
            follows += of_certified(caller, authority, found.record, compromised=compromised, now=found.at)
        return follows

    async def _unchanged(self, caller: Caller, found: Found) -> Found:
        """Nothing to do, but an intent under a ``request_id`` is kept, lest the id serve for another one."""
        known = recorded(caller, found.record.id, found.at)
        if known:
            await self._store.commit(Unit(known))
        return found

    async def _stored(
        self, caller: Caller, found: Found, values: Mapping[str, Any], follows: Consequences
    ) -> Found:
        """One step of the certificate with all that follows from it. Raises ``GuardFailed``."""
        values, before = {**values, **follows.values}, found.record
        changed = replace(before, **values)
        as_seen = {"id": before.id, "revision": before.revision}
        writes: tuple[Write, ...] = (
            Update(CertificateRecord, as_seen, values),
            *_crl_due(before, now=found.at),
            *follows.writes,
            _told(caller, changed, now=found.at),
            *recorded(caller, before.id, found.at),
        )
        change = of_step(before, _state(before), _state(changed))
        revision = await self._store.commit(Unit(writes, (*follows.changes, change)))
        if changed.private_key_state != before.private_key_state:
            self._custody.has_traces = True
        if changed.revocation_reason is not None:
            self._observe(changed.revocation_reason)
        return replace(found, record=replace(changed, revision=revision))


def _is_settled(record: CertificateRecord, reason: RevocationReason) -> bool:
    """Whether a revocation for this reason would change nothing."""
    if record.revoked_at is None:
        return False
    return record.revocation_reason != _HOLD.name or reason is _HOLD


def _revoking(
    caller: Caller, found: Found, reason: RevocationReason, order: RevocationOrder
) -> Mapping[str, Any]:
    """What changes in the row. Whoever trusted the hold knows since then: its time stays."""
    record = found.record
    return {
        "revoked_at": record.revoked_at or found.at,
        "revocation_reason": reason.name,
        "invalidity_at": order.invalidity_at or record.invalidity_at,
        "revoked_by_id": caller.principal.identity_id,
        "renewal_due_at": None,
        "updated_at": found.at,
    }


def _renewal_due(record: CertificateRecord) -> datetime | None:
    """When the server looks at a certificate again that is no longer on hold."""
    if record.renewed_by_id is not None or not record.auto_renewal_enabled or record.renews_at is None:
        return None
    return first_look(record.renews_at, not_after=record.not_after, id_=record.id)


def _crl_due(record: CertificateRecord, *, now: datetime) -> tuple[Update, ...]:
    if record.crl_id is None:
        return ()
    return (Update(CRLRecord, {"id": record.crl_id}, {"due_at": now}, expect=None),)


def _told(caller: Caller, changed: CertificateRecord, *, now: datetime) -> Write:
    details: dict[str, object] = {"serial": changed.serial, "ca_id": changed.ca_id, "state": _state(changed)}
    if changed.revocation_reason is not None:
        details["reason"] = changed.revocation_reason
    if changed.invalidity_at is not None:
        details["invalidity_date"] = changed.invalidity_at.isoformat()
    return audited(caller, ObjectKind.CERTIFICATE, changed.id, now=now, details=details)


def _state(record: CertificateRecord) -> str:
    return "ACTIVE" if record.revoked_at is None else "REVOKED"


def _prove_unexpired(found: Found) -> None:
    """Relying parties refuse it for its date, and CRLs list it no more (RFC 5280, 3.3)."""
    if found.at > found.record.not_after:
        raise _conflict(found, "has expired", state="EXPIRED")


def _conflict(found: Found, what: str, *, state: str = "REVOKED") -> Refused:
    record = found.record
    return Refused(
        f"the certificate '{record.id}' {what}",
        reason=Reason.STATE_CONFLICT,
        certificate_id=record.id,
        state=state,
        revision=str(record.revision),
        not_after=record.not_after.isoformat(),
    )
