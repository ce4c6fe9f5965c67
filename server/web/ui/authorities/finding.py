"""The CAs of a project, and the one that a page is about."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import (
    GetCertificateAuthorityRequest,
    ListCertificateAuthoritiesRequest,
)
from server.web.ui.visit import Visit

PATH = "/certificate-authorities/{id:uuid}"
_SIZE = 500


async def authority_of(request: Request, visit: Visit) -> CertificateAuthority:
    """The CA of the path, which is this project's. Raises Refused, HTTPException (404)."""
    service, asked = visit.caller.service, GetCertificateAuthorityRequest(id=request.path_params["id"])
    answer = await visit.caller.ask(service.authorities.GetCertificateAuthority, asked)
    found: CertificateAuthority = answer.certificate_authority
    if found.project_id != visit.project.id:
        raise HTTPException(404, f"no CA '{asked.id}'")
    return found


async def authorities_of(visit: Visit) -> Sequence[CertificateAuthority]:
    """All CAs of the project, by name."""
    found: list[CertificateAuthority] = []
    asked = ListCertificateAuthoritiesRequest(project_id=visit.project.id, page_size=_SIZE)
    while True:
        method = visit.caller.service.authorities.ListCertificateAuthorities
        answer = await visit.caller.ask(method, asked)
        found.extend(answer.certificate_authorities)
        if not answer.next_page_token:
            return sorted(found, key=lambda each: (each.name or each.subject).casefold())
        asked.page_token = answer.next_page_token


def to_authority(visit: Visit, id_: str) -> Response:
    """Go on to the page of a CA."""
    return RedirectResponse(f"/projects/{visit.project.id}/certificate-authorities/{id_}", 303)
