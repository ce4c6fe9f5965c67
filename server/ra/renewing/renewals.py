"""Renews certificates: for who asks for it, and for the server's own worker.

A renewal is an order like any other one (see ``Registration``), made of the
certificate that it replaces.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from server.errors import Invalid, Nature, Violation, not_found
from server.ra.access.caller import Caller
from server.ra.issuing.catalog import Documents
from server.ra.issuing.issuance import Issued
from server.ra.issuing.order import Order
from server.ra.issuing.profile import KeySource
from server.ra.issuing.registration import Registration, Waiting
from server.ra.issuing.submissions import Pending, Stay, Submissions
from server.ra.keys.delivery import InClear, SealedTo, Wish
from server.ra.keys.states import KeyState
from server.ra.renewing.asked import Asked, Key
from server.ra.renewing.orders import renewing
from server.store.records import CertificateRecord, RequestRecord
from server.store.store import Store

_NOT_HERE = "the private key is not in this answer: the requester of the certificate can claim it"


class Renewals:
    """The renewals of certificates."""

    def __init__(
        self, store: Store, registration: Registration, submissions: Submissions, documents: Documents
    ) -> None:
        self._store = store
        self._registration = registration
        self._submissions = submissions
        self._documents = documents

    async def renew(self, caller: Caller, asked: Asked, *, stay: Stay | None = None) -> Issued | Pending:
        """What comes of a client's wish, made once under its ``request_id``, as of an order.

        Raises NotFound, Denied, Invalid, Refused.
        """
        make = partial(self._asked, caller, asked)
        return await self._submissions.carried_out(caller, make, asked.delivery, stay=stay)

    async def submit(self, caller: Caller, record: CertificateRecord, order: Order) -> Issued | Waiting:
        """What comes of an order for a certificate in a record's place, for a caller that was let in to it.

        The order is one of ``order_of``. Raises Invalid, Refused, and NotFound for a profile that is gone.
        """
        caller.project_id = record.project_id
        issued = await self._registration.renew(caller, order, record.id)
        if isinstance(issued, Issued) and issued.request.private_key_state == KeyState.CLAIMABLE.name:
            return replace(issued, warnings=(*issued.warnings, _NOT_HERE))
        return issued

    async def order_of(self, record: CertificateRecord, asked: Asked | None = None) -> Order:
        """The order for a certificate in a record's place; as it was, if nothing else is asked for."""
        wish = asked or Asked(certificate_id=record.id)
        before = await self._before(record)
        order = Order(
            profile_id=record.profile_id or "",
            csr=_csr(record, wish, before),
            csr_field=wish.csr_field,
            delivery=_delivery(record, wish, before),
            auto_renew=wish.auto_renew,
            faults=wish.faults,
        )
        if order.csr is None and _is_of_csr(record, wish):
            message = "the CSR of the certificate is not known any more: bring one"
            unknown = Violation("csr", "CSR_REQUIRED", message, nature=Nature.FORM)
            order = replace(order, faults=(*order.faults, unknown))
        order = renewing(order, record)
        return replace(order, document=self._documents.document(order))

    async def _asked(self, caller: Caller, asked: Asked) -> Issued | Waiting:
        if any(fault.field == "certificate_id" for fault in asked.faults):
            raise Invalid("the request is malformed", violations=asked.faults)
        absent = not_found("Certificate", asked.certificate_id)
        record = await self._store.get(CertificateRecord, id=asked.certificate_id)
        if record is None:
            raise absent
        caller.enter(
            record.project_id,
            absent=absent,
            requester_id=record.requester_id,
            profile_id=record.profile_id or "",
        )
        return await self.submit(caller, record, await self.order_of(record, asked))

    async def _before(self, record: CertificateRecord) -> Order | None:
        """What the certificate was issued by."""
        request = record.request_id and await self._store.get(RequestRecord, id=record.request_id)
        return self._documents.order(request.order) if request else None


def _is_of_csr(record: CertificateRecord, asked: Asked) -> bool:
    """Whether the key of the renewal is not the server's to make."""
    before = asked.key is Key.AS_BEFORE and record.key_source == KeySource.CSR.name
    return before or asked.key is Key.CSR


def _csr(record: CertificateRecord, asked: Asked, before: Order | None) -> str | bytes | None:
    if asked.key is not Key.AS_BEFORE:
        return asked.csr
    return before.csr if before and _is_of_csr(record, asked) else None


def _delivery(record: CertificateRecord, asked: Asked, before: Order | None) -> Wish:
    """As asked for; a key that was sealed to a recipient is, if nothing is said, sealed to that one again."""
    if asked.key is not Key.AS_BEFORE or _is_of_csr(record, asked) or asked.delivery != InClear():
        return asked.delivery
    return before.delivery if before and isinstance(before.delivery, SealedTo) else asked.delivery
