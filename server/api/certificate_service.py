"""CertificateService: issues certificates and looks them up."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import certificate_service_pb2 as messages
from server.api import answers
from server.api.call import current_call, current_caller
from server.api.methods import collects_violations
from server.api.orders import read_order
from server.errors import Invalid, Nature, Violation
from server.ra.certificates import Certificates
from server.ra.registration import Registration
from server.ra.terms import parse_serial, serial_hex


class CertificateService:
    """The RPCs on certificates."""

    def __init__(self, registration: Registration, certificates: Certificates) -> None:
        self._registration = registration
        self._certificates = certificates

    @collects_violations
    async def IssueCertificate(
        self, request: messages.IssueCertificateRequest, _: Any
    ) -> messages.IssueCertificateResponse:
        """Issue a certificate, or tell what would be issued."""
        order = read_order(request, current_call().form_violations)
        if request.validate_only:
            return answers.judged(await self._registration.judge(current_caller(), order))
        return answers.issued(await self._registration.issue(current_caller(), order))

    async def GetCertificate(
        self, request: messages.GetCertificateRequest, _: Any
    ) -> messages.GetCertificateResponse:
        """Return one certificate, by id or by CA and serial number."""
        caller = current_caller()
        if request.WhichOneof("key") == "certificate_id":
            found = await self._certificates.by_id(caller, request.certificate_id)
        else:
            key = request.serial_key
            found = await self._certificates.by_serial(caller, key.ca_id, _canonical(key.serial_number))
        return messages.GetCertificateResponse(certificate=answers.certificate(found, request.view))


def _canonical(serial: str) -> str:
    """The serial number as it is stored: any spelling names the same number. Raises Invalid."""
    try:
        return serial_hex(parse_serial(serial))
    except ValueError as fault:
        field, rule = "serial_key.serial_number", "SERIAL_NUMBER_MALFORMED"
        violation = Violation(
            field, rule, "a serial number is hex of at most 20 octets", serial, nature=Nature.FORM
        )
        raise Invalid("the request is malformed", violations=(violation,)) from fault
