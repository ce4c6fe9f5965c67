"""Revoking a certificate, and lifting its hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_service_pb2 import ReleaseCertificateHoldRequest, RevokeCertificateRequest
from server.web.refusals import Broken, Refused
from server.web.ui.certificates.detail import Attempt, detail
from server.web.ui.certificates.finding import PATH, certificate_of, to_certificate
from server.web.ui.troubles import entered, troubles
from server.web.ui.visit import Visit, project_route
from server.web.ui.words import enum_named, number_of


async def revoke(request: Request, visit: Visit) -> Response:
    """Revokes for the reason that the form says."""
    certificate, said = await certificate_of(request, visit), await entered(request)
    asked, broken = _order(certificate, said)
    if not broken:
        try:
            await visit.caller.ask(visit.caller.service.certificates.RevokeCertificate, asked)
            return to_certificate(visit, certificate.id)
        except Refused as refused:
            broken = troubles(refused)
    attempt = Attempt(form="revoke", broken=broken, entered=said)
    return await detail(request, visit, certificate, attempt=attempt)


async def release(request: Request, visit: Visit) -> Response:
    """Puts a certificate on hold into force again."""
    certificate = await certificate_of(request, visit)
    asked = ReleaseCertificateHoldRequest(certificate_id=certificate.id)
    try:
        await visit.caller.ask(visit.caller.service.certificates.ReleaseCertificateHold, asked)
    except Refused as refused:
        attempt = Attempt(form="release", broken=troubles(refused))
        return await detail(request, visit, certificate, attempt=attempt)
    return to_certificate(visit, certificate.id)


def _order(
    certificate: Certificate, said: dict[str, str]
) -> tuple[RevokeCertificateRequest, tuple[Broken, ...]]:
    """The request, and what is wrong with what was entered: a reason is not left to chance."""
    asked = RevokeCertificateRequest(certificate_id=certificate.id)
    broken = []
    try:
        asked.reason = _reason(said.get("reason", ""))
    except ValueError as error:
        broken.append(Broken("reason", "REASON_MISSING", str(error)))
    try:
        if said.get("invalidity_date"):
            since = datetime.fromisoformat(said["invalidity_date"]).replace(tzinfo=UTC)
            asked.invalidity_date.FromDatetime(since)
    except ValueError:
        message = "write a date and a time, as 2026-11-23T21:30"
        broken.append(Broken("invalidity_date", "DATE_MALFORMED", message))
    return asked, tuple(broken)


def _reason(text: str) -> Any:
    if not text:
        raise ValueError("choose a reason")
    return number_of(enum_named("RevocationReason"), text)


ROUTES = [
    project_route(PATH + "/revoke", revoke, methods=["POST"], name="certificate-revoke"),
    project_route(PATH + "/release-hold", release, methods=["POST"], name="certificate-release-hold"),
]
