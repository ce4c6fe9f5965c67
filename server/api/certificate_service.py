"""CertificateService: issues certificates and looks them up."""

from __future__ import annotations

from functools import partial
from typing import Any

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api import answers
from server.api.call import current_call, current_caller, current_identify
from server.api.certificate_queries import listed_certificates
from server.api.concerns.deadline import patience
from server.api.methods import collects_violations
from server.api.orders import read_order
from server.api.paging import Paging
from server.api.serials import canonical_serial
from server.ra.issuing.certificates import Certificates
from server.ra.issuing.issuance import Issued
from server.ra.issuing.registration import Registration
from server.ra.issuing.submissions import Stay, Submissions


class CertificateService:
    """The RPCs on certificates."""

    def __init__(
        self,
        registration: Registration,
        submissions: Submissions,
        certificates: Certificates,
        paging: Paging,
    ) -> None:
        self._registration = registration
        self._submissions = submissions
        self._certificates = certificates
        self._paging = paging

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

    async def GetCertificate(
        self, request: messages.GetCertificateRequest, _: Any
    ) -> messages.GetCertificateResponse:
        """Return one certificate, by id or by CA and serial number."""
        caller = current_caller()
        if request.WhichOneof("key") == "certificate_id":
            found = await self._certificates.by_id(caller, request.certificate_id)
        else:
            key = request.serial_key
            found = await self._certificates.by_serial(caller, key.ca_id, _serial(key))
        return messages.GetCertificateResponse(certificate=answers.certificate(found, request.view))

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


def _serial(key: messages.SerialKey) -> str:
    return canonical_serial(key.serial_number, field="serial_key.serial_number")


def _stay(request: messages.IssueCertificateRequest) -> Stay | None:
    """How the client wants to wait, if it does."""
    seconds = request.wait.seconds + request.wait.nanos / 1e9
    if not seconds:
        return None
    return Stay(patience=partial(patience, current_call(), seconds), identify=current_identify())
