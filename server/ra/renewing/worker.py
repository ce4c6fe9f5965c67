"""Renews the certificates that are due, a bounded portion at a time.

    due  ──lease──► renewed by the rights of who asked for the predecessor ──► done
                    ├─ refused, or anything else went wrong ──► due again, later and later
                    └─ needs approvals ──► waits for its request ──► issued, or as refused

Never given up before the certificate's end. Processes may all do it at once: one
has the lease, and should it be slow, the unit that stores the successor is
refused to all but the first (see ``steps``).
"""

from __future__ import annotations

from asyncio import gather
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

import structlog

from server.clock import Clock
from server.errors import CAError, Reason
from server.ra.access.caller import Caller
from server.ra.access.rights import RENEW, rights_to_ask
from server.ra.issuing.catalog import Documents
from server.ra.issuing.issuance import Issued
from server.ra.issuing.registration import Waiting
from server.ra.renewing.ends import ended
from server.ra.renewing.failures import Failures
from server.ra.renewing.renewals import Renewals
from server.ra.renewing.schedule import waiting_look
from server.ra.renewing.steps import AUTO_RENEW, Lease, as_planned, requested, stored, waiting
from server.ra.renewing.tally import Tally
from server.ra.requests.steps import TERMINAL
from server.store.failures import StoreUnavailable
from server.store.filters import UpTo
from server.store.records import CertificateRecord, RequestRecord
from server.store.store import Store

AT_ONCE: Final = 16
"""Renewals under way at one time: enough to keep the CA's keys busy, too few to hold up the calls."""

_log = structlog.get_logger(__name__)


class Worker:
    """Does the renewals that are due."""

    def __init__(
        self, store: Store, renewals: Renewals, documents: Documents, *, tally: Tally, clock: Clock
    ) -> None:
        self._store = store
        self._renewals = renewals
        self._failures = Failures(store, documents, tally=tally, clock=clock)
        self._tally = tally
        self._clock = clock

    async def renew_due(self) -> int:
        """Do a portion of what is due, longest due first; tells how much, 0 if nothing is left.

        Raises StoreUnavailable; what was not recorded is due again when its lease is over.
        """
        now = self._clock()
        due = await self._due(now, limit=AT_ONCE)
        self._tally.late = (now - _first(due, now)).total_seconds()
        leases = await gather(*(self._taken(record, now) for record in due))
        ends = await gather(*(self._done(each) for each in leases if each), return_exceptions=True)
        for error in filter(None, ends):  # only now that none of them is under way any more
            raise error
        return len(due)

    async def rest(self, longest: timedelta) -> timedelta:
        """How long nothing will be due, as far as is known now, but at most so long."""
        now = self._clock()
        due = await self._due(now + longest, limit=1)
        return max(_first(due, now + longest) - now, timedelta())

    async def _due(self, until: datetime, *, limit: int) -> list[CertificateRecord]:
        """By (renewal_due_at, id): who has been given back goes to the end, so no portion is met twice."""
        found = await self._store.list(
            CertificateRecord, limit=limit, order="renewal_due_at", renewal_due_at=UpTo(until)
        )
        return list(found)

    async def _taken(self, due: CertificateRecord, now: datetime) -> Lease | None:
        lease = Lease.of(due, now)
        return lease if await stored(self._store, lease.unit(due)) else None

    async def _done(self, lease: Lease) -> None:
        record = lease.record
        if lease.since > record.not_after:
            await self._failures.give_up(lease)
        elif record.renewal_request_id is not None:
            await self._looked_after(lease, record.renewal_request_id)
        else:
            await self._attempted(lease)

    async def _attempted(self, lease: Lease) -> None:
        trace_id = token_hex(16)
        try:
            outcome = await self._submitted(lease, trace_id)
        except StoreUnavailable:
            raise
        except CAError as error:
            await self._failures.keep(lease, error, trace_id=trace_id)
        except Exception:  # noqa: BLE001 - logged with its trace, and told to whoever looks
            _log.exception("renewal.defect", certificate_id=lease.record.id, trace_id=trace_id)
            defect = CAError("the server failed; its log has the details", reason=Reason.INTERNAL)
            await self._failures.keep(lease, defect, trace_id=trace_id)
        else:
            await self._succeeded(lease, outcome)

    async def _submitted(self, lease: Lease, trace_id: str) -> Issued | Waiting:
        """By the rights that the requester of the predecessor has now, and in nobody's name."""
        rights = await rights_to_ask(self._store, lease.record, permission=RENEW)
        caller = Caller(
            principal=rights.principal,
            permission=RENEW,
            trace_id=trace_id,
            server_action=AUTO_RENEW,
            guards=(lease.kept, *rights.guards),
        )
        order = await self._renewals.order_of(lease.record)
        return await self._renewals.submit(caller, lease.record, order)

    async def _succeeded(self, lease: Lease, outcome: Issued | Waiting) -> None:
        if isinstance(outcome, Issued):
            self._tally.renewed += 1
            return
        request = outcome.request
        due_at = self._waits_until(lease, request)
        if await stored(self._store, requested(lease, request.id, now=self._clock(), due_at=due_at)):
            self._tally.requested += 1

    async def _looked_after(self, lease: Lease, request_id: str) -> None:
        """One that waits for approval, and goes on waiting unless the request has ended."""
        request = await self._store.get(RequestRecord, id=request_id)
        if request is not None and request.state not in TERMINAL:
            await stored(self._store, waiting(lease, due_at=self._waits_until(lease, request)))
        elif lease.record.renews_at is not None and lease.since < lease.record.renews_at:
            await stored(self._store, as_planned(lease, now=self._clock()))
        else:
            error = ended(request_id, request)
            await self._failures.keep(lease, error, trace_id=token_hex(16), request=request)

    def _waits_until(self, lease: Lease, request: RequestRecord) -> datetime:
        return waiting_look(self._clock(), not_after=lease.record.not_after, expires_at=request.expires_at)


def _first(due: list[CertificateRecord], otherwise: datetime) -> datetime:
    """When the first of them was or will be due."""
    return next((each.renewal_due_at for each in due if each.renewal_due_at), otherwise)
