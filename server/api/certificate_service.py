"""CertificateService: issues certificates and looks them up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api import answers
from server.api.bundle_answers import bundle_form, certificate_bundle
from server.api.call import current_call, current_caller, current_identify
from server.api.certificate_queries import listed_certificates
from server.api.certificate_watches import of_lineage
from server.api.concerns.deadline import patience
from server.api.methods import collects_violations
from server.api.orders import read_order, read_renewal
from server.api.paging import Paging
from server.api.renewal_calls import read_switch, renewed
from server.api.revocation_orders import read_revocation
from server.api.serials import canonical_serial
from server.api.statistics_answers import counted
from server.api.watching import ask
from server.ra.access.caller import Caller
from server.ra.issuing.bundles import Bundles
from server.ra.issuing.certificates import Certificates
from server.ra.issuing.issuance import Issued
from server.ra.issuing.registration import Registration
from server.ra.issuing.statistics import Counting
from server.ra.issuing.submissions import Stay, Submissions
from server.ra.renewing.renewals import Renewals
from server.ra.renewing.switching import Switching
from server.ra.revoking.revocations import Find, Revocations
from server.ra.watching.watches import Watches

_USUAL_DAYS = 30
_FULL = certificate_pb2.CERTIFICATE_VIEW_FULL


class CertificateService:
    """The RPCs on certificates."""

    def __init__(
        self,
        registration: Registration,
        submissions: Submissions,
        certificates: Certificates,
        paging: Paging,
        *,
        renewals: Renewals,
        switching: Switching,
        revocations: Revocations,
        bundles: Bundles,
        counting: Counting,
        watches: Watches,
    ) -> None:
        self._registration = registration
        self._submissions = submissions
        self._certificates = certificates
        self._paging = paging
        self._renewals = renewals
        self._switching = switching
        self._revocations = revocations
        self._bundles = bundles
        self._counting = counting
        self._watches = watches

    @collects_violations
    async def IssueCertificate(
        self, request: messages.IssueCertificateRequest, _: Any
    ) -> messages.IssueCertificateResponse:
        """Issue a certificate, or take the request for it; or tell what would be issued."""
        order = read_order(request, current_call().form_violations)
        if request.validate_only:
            return answers.judged(await self._registration.judge(current_caller(), order))
        outcome = await self._submissions.submit(current_caller(), order, stay=_stay(request))
        if isinstance(outcome, Issued):
            return answers.issued(outcome)
        return answers.pending(outcome.found, outcome.warnings)

    @collects_violations
    async def RenewCertificate(
        self, request: messages.RenewCertificateRequest, _: Any
    ) -> messages.RenewCertificateResponse:
        """Issue a certificate in another one's place, or take the request for it."""
        asked = read_renewal(request, current_call().form_violations)
        return renewed(await self._renewals.renew(current_caller(), asked, stay=_stay(request)))

    async def UpdateCertificateRenewal(
        self, request: messages.UpdateCertificateRenewalRequest, _: Any
    ) -> messages.UpdateCertificateRenewalResponse:
        """Switch the auto-renewal of one certificate, or move its time."""
        found = await self._switching.switch(current_caller(), request.certificate_id, read_switch(request))
        return messages.UpdateCertificateRenewalResponse(certificate=answers.certificate(found, _FULL))

    async def GetCertificate(
        self, request: messages.GetCertificateRequest, _: Any
    ) -> messages.GetCertificateResponse:
        """Return one certificate, by id or by CA and serial number."""
        found = await self._find(current_caller(), request)()
        return messages.GetCertificateResponse(certificate=answers.certificate(found, request.view))

    async def GetLatestCertificate(
        self, request: messages.GetLatestCertificateRequest, _: Any
    ) -> messages.GetLatestCertificateResponse:
        """Return the certificate of a lineage that is to be used now."""
        lineage_id, member_id = request.lineage_id, request.certificate_id
        found = await self._certificates.latest(current_caller(), lineage_id=lineage_id, member_id=member_id)
        return messages.GetLatestCertificateResponse(certificate=answers.certificate(found, request.view))

    async def GetCertificateBundle(
        self, request: messages.GetCertificateBundleRequest, _: Any
    ) -> messages.GetCertificateBundleResponse:
        """Return a certificate with its chain as a file."""
        found = await self._find(current_caller(), request)()
        bundle = await self._bundles.of(found, bundle_form(request), include_root=request.include_root)
        return certificate_bundle(bundle)

    @collects_violations
    async def RevokeCertificate(
        self, request: messages.RevokeCertificateRequest, _: Any
    ) -> messages.RevokeCertificateResponse:
        """Take a certificate out of force, for good or on hold."""
        order = read_revocation(request, current_call().form_violations)
        caller = current_caller()
        found = await self._revocations.revoke(caller, self._find(caller, request), order)
        return messages.RevokeCertificateResponse(certificate=answers.certificate(found, _FULL))

    async def ReleaseCertificateHold(
        self, request: messages.ReleaseCertificateHoldRequest, _: Any
    ) -> messages.ReleaseCertificateHoldResponse:
        """Put a certificate that is on hold into force again."""
        caller = current_caller()
        found = await self._revocations.release(caller, self._find(caller, request))
        return messages.ReleaseCertificateHoldResponse(certificate=answers.certificate(found, _FULL))

    async def ListCertificates(
        self, request: messages.ListCertificatesRequest, _: Any
    ) -> messages.ListCertificatesResponse:
        """Return a page of the certificates that the caller may see."""
        page, wanted = self._paging.page(request), listed_certificates(request)
        view = request.view or certificate_pb2.CERTIFICATE_VIEW_BASIC
        found, last = await self._certificates.page(
            current_caller(),
            wanted,
            page,
            project_id=request.project_id.lower(),
            full=view == certificate_pb2.CERTIFICATE_VIEW_FULL,
        )
        return messages.ListCertificatesResponse(
            certificates=[answers.certificate(one, view) for one in found],
            next_page_token=self._paging.next_token(request, last),
        )

    async def GetCertificateStatistics(
        self, request: messages.GetCertificateStatisticsRequest, _: Any
    ) -> messages.GetCertificateStatisticsResponse:
        """Count a project's certificates."""
        days = request.days or _USUAL_DAYS
        return counted(await self._counting.of(current_caller(), request.project_id.lower(), days=days))

    async def WatchCertificate(
        self, request: messages.WatchCertificateRequest, context: Any
    ) -> AsyncIterator[messages.WatchCertificateResponse]:
        """Stream the certificate of a lineage to use now."""
        id_ = request.certificate_id.lower()
        async with aclosing(self._watches.lineage(ask(request, context), id_)) as events:
            async for event in events:
                yield of_lineage(event)

    def _find(self, caller: Caller, request: Any) -> Find:
        """How the certificate is looked up that a request names, by id or by CA and serial number."""
        if request.WhichOneof("key") == "certificate_id":
            return partial(self._certificates.by_id, caller, request.certificate_id)
        key = request.serial_key
        return partial(self._certificates.by_serial, caller, key.ca_id, _serial(key))


def _serial(key: messages.SerialKey) -> str:
    return canonical_serial(key.serial_number, field="serial_key.serial_number")


def _stay(request: messages.IssueCertificateRequest | messages.RenewCertificateRequest) -> Stay | None:
    """How the client wants to wait, if it does."""
    seconds = request.wait.seconds + request.wait.nanos / 1e9
    if not seconds:
        return None
    return Stay(patience=partial(patience, current_call(), seconds), identify=current_identify())
