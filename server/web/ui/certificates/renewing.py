"""Renewing a certificate, and saying whether and when the server does so."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_service_pb2 import (
    GeneratedKey,
    RenewCertificateRequest,
    UpdateCertificateRenewalRequest,
)
from server.ids import new_id
from server.web.refusals import Broken, Refused
from server.web.ui.certificates.detail import Attempt, detail
from server.web.ui.certificates.finding import PATH, certificate_of, to_certificate
from server.web.ui.editing.spans import read_span
from server.web.ui.requests.shown_once import is_id, shown
from server.web.ui.troubles import entered, troubles
from server.web.ui.visit import Visit, project_route
from server.web.ui.words import enum_named, number_of

_SECRETS = ("key_password", "csrf")
_HUNDRED = 100


async def renew(request: Request, visit: Visit) -> Response:
    """Orders the successor; with a key that the server made, the answer shows it."""
    certificate, said = await certificate_of(request, visit), await entered(request)
    try:
        asked = _order(certificate, said)
        answer = await visit.caller.ask(visit.caller.service.certificates.RenewCertificate, asked)
    except Refused as refused:
        broken = troubles(refused)
    except _Unreadable as unreadable:
        broken = (unreadable.broken,)
    else:
        return _renewed(request, visit, answer, asked=asked, name=certificate.common_name)
    kept = {name: value for name, value in said.items() if name not in _SECRETS}
    attempt = Attempt(form="renew", broken=broken, entered=kept)
    return await detail(request, visit, certificate, attempt=attempt)


async def schedule(request: Request, visit: Visit) -> Response:
    """Switches the renewal by the server, and moves its time."""
    certificate, said = await certificate_of(request, visit), await entered(request)
    asked = UpdateCertificateRenewalRequest(certificate_id=certificate.id, enabled=bool(said.get("enabled")))
    try:
        _threshold(asked, said.get("threshold", ""))
        await visit.caller.ask(visit.caller.service.certificates.UpdateCertificateRenewal, asked)
    except Refused as refused:
        attempt = Attempt(form="renewal", broken=_of_threshold(troubles(refused)), entered=said)
    except ValueError as error:
        wrong = Broken("threshold", "THRESHOLD_MALFORMED", str(error))
        attempt = Attempt(form="renewal", broken=(wrong,), entered=said)
    else:
        return to_certificate(visit, certificate.id)
    return await detail(request, visit, certificate, attempt=attempt)


class _Unreadable(Exception):
    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.message)
        self.broken = broken


def _order(certificate: Certificate, said: dict[str, str]) -> RenewCertificateRequest:
    """The request. Where the form leaves the key as it is, the service knows what that means."""
    intent = said.get("request_id", "")
    asked = RenewCertificateRequest(
        certificate_id=certificate.id, request_id=intent if is_id(intent) else new_id()
    )
    source = said.get("key", "")
    if source == "csr":
        if not said.get("csr"):
            raise _Unreadable(Broken("csr", "CSR_MISSING", "paste a certificate signing request in PEM"))
        asked.csr = said["csr"]
        return asked
    if source == "generated":
        asked.generated_key.CopyFrom(GeneratedKey())
    asked.key_password = said.get("key_password", "")
    try:
        asked.key_format = number_of(enum_named("KeyFormat"), said.get("key_format", ""))  # type: ignore[assignment]
    except ValueError as error:
        raise _Unreadable(Broken("key_format", "FORMAT_UNKNOWN", str(error))) from None
    return asked


def _renewed(
    request: Request, visit: Visit, answer: Any, *, asked: RenewCertificateRequest, name: str
) -> Response:
    """On to the key if there is one, to the certificate, or to the request that waits."""
    if not answer.HasField("certificate"):
        path = f"/projects/{visit.project.id}/certificate-requests/{answer.certificate_request_id}"
        return RedirectResponse(path, 303)
    return shown(
        request,
        visit,
        answer.certificate,
        request_id=asked.request_id,
        name=name,
        certificate_request_id=answer.certificate_request_id,
        warnings=tuple(answer.warnings),
    )


def _threshold(asked: UpdateCertificateRenewalRequest, text: str) -> None:
    """A share of the lifetime as ``30%``, or a time before the end as ``7d``; nothing leaves it as it is."""
    share = text.removesuffix("%").strip()
    if not text:
        return
    if not text.endswith("%"):
        asked.renew_before.CopyFrom(read_span(text))
    elif share.isascii() and share.isdigit() and int(share[:4]) < _HUNDRED:
        asked.renew_before_percent = int(share)
    else:
        raise ValueError("write a share from 1% to 99%, or a time as 7d")


def _of_threshold(broken: tuple[Broken, ...]) -> tuple[Broken, ...]:
    """What is said of any of the fields of a threshold belongs to the one input for it."""
    return tuple(
        Broken("threshold", each.rule, each.message, each.allowed)
        if each.field.startswith("renew_")
        else each
        for each in broken
    )


ROUTES = [
    project_route(PATH + "/renew", renew, methods=["POST"], name="certificate-renew"),
    project_route(PATH + "/renewal", schedule, methods=["POST"], name="certificate-renewal"),
]
