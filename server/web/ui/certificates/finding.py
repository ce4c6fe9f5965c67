"""The certificate that a page is about."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest
from server.web.ui.visit import Visit

PATH = "/certificates/{id:uuid}"


async def certificate_of(request: Request, visit: Visit) -> Certificate:
    """The certificate of the path, which is this project's. Raises Refused, HTTPException (404)."""
    service, id_ = visit.caller.service, request.path_params["id"]
    asked = GetCertificateRequest(certificate_id=id_)
    found: Certificate = (await visit.caller.ask(service.certificates.GetCertificate, asked)).certificate
    if found.project_id != visit.project.id:
        raise HTTPException(404, f"no certificate '{id_}'")
    return found


def to_certificate(visit: Visit, id_: str) -> Response:
    """Go on to the page of a certificate."""
    return RedirectResponse(f"/projects/{visit.project.id}/certificates/{id_}", 303)
