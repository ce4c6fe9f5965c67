"""Renewals in the contract's messages: what is asked for, and what came of it."""

from __future__ import annotations

from datetime import timedelta

from certmanager.v1 import certificate_service_pb2 as messages
from server.api import answers
from server.api.attributes import span
from server.ra.issuing.issuance import Issued
from server.ra.issuing.submissions import Pending
from server.ra.renewing.switching import Switch


def renewed(outcome: Issued | Pending) -> messages.RenewCertificateResponse:
    """The answer to who asked for a renewal: as to an order."""
    if isinstance(outcome, Issued):
        told = answers.issued(outcome)
    else:
        told = answers.pending(outcome.found, outcome.warnings)
    return messages.RenewCertificateResponse(
        certificate=told.certificate if told.HasField("certificate") else None,
        certificate_request_id=told.certificate_request_id,
        certificate_request=told.certificate_request,
        warnings=told.warnings,
    )


def read_switch(request: messages.UpdateCertificateRenewalRequest) -> Switch:
    """What is said of a certificate's renewal."""
    before, percent = None, None
    match request.WhichOneof("renew_threshold"):
        case "renew_before_days":
            before = timedelta(days=request.renew_before_days)
        case "renew_before":
            before = span(request.renew_before)
        case "renew_before_percent":
            percent = request.renew_before_percent
        case _:
            pass
    wanted = request.enabled if request.HasField("enabled") else None
    return Switch(wanted=wanted, before=before, percent=percent)
