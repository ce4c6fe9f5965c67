"""Changing a CA: its name, its CRLs, whether it signs, and the certificate that an outside CA made."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import (
    DisableCertificateAuthorityRequest,
    EnableCertificateAuthorityRequest,
    InstallCertificateAuthorityCertificateRequest,
    UpdateCertificateAuthorityRequest,
)
from server.web.refusals import Broken, Refused
from server.web.ui.authorities.detail import Attempt, detail
from server.web.ui.authorities.fields import Reading
from server.web.ui.authorities.finding import PATH, authority_of, to_authority
from server.web.ui.troubles import entered, troubles
from server.web.ui.visit import Visit, project_route

_UPDATED = "certificate_authority."


async def update(request: Request, visit: Visit) -> Response:
    """Changes the name and how long CRLs are valid, if nobody else has changed the CA meanwhile."""
    authority, said = await authority_of(request, visit), await entered(request)
    changed = CertificateAuthority(id=authority.id, name=said.get("name", ""), etag=said.get("etag", ""))
    reading = Reading(said)
    reading.span("crl_validity", changed)
    asked = UpdateCertificateAuthorityRequest(certificate_authority=changed)
    asked.update_mask.paths.extend(["name", *(["crl_validity"] if said.get("crl_validity") else [])])
    method = visit.caller.service.authorities.UpdateCertificateAuthority
    return await _done(
        request, visit, authority, form="update", call=(method, asked), broken=tuple(reading.broken)
    )


async def disable(request: Request, visit: Visit) -> Response:
    """Stops it from signing certificates."""
    authority = await authority_of(request, visit)
    method = visit.caller.service.authorities.DisableCertificateAuthority
    asked = DisableCertificateAuthorityRequest(id=authority.id)
    return await _done(request, visit, authority, form="state", call=(method, asked))


async def enable(request: Request, visit: Visit) -> Response:
    """Lets it sign again."""
    authority = await authority_of(request, visit)
    method = visit.caller.service.authorities.EnableCertificateAuthority
    asked = EnableCertificateAuthorityRequest(id=authority.id)
    return await _done(request, visit, authority, form="state", call=(method, asked))


async def install(request: Request, visit: Visit) -> Response:
    """Installs what an outside CA signed."""
    authority, said = await authority_of(request, visit), await entered(request)
    asked = InstallCertificateAuthorityCertificateRequest(
        id=authority.id,
        certificate=said.get("certificate", ""),
        certificate_chain=said.get("certificate_chain", ""),
    )
    method = visit.caller.service.authorities.InstallCertificateAuthorityCertificate
    return await _done(request, visit, authority, form="install", call=(method, asked))


async def _done(
    request: Request,
    visit: Visit,
    authority: CertificateAuthority,
    *,
    form: str,
    call: tuple[Any, Any],
    broken: tuple[Broken, ...] = (),
) -> Response:
    """To the page of the CA as it is now, or with what is wrong in the form."""
    if not broken:
        try:
            await visit.caller.ask(*call)
            return to_authority(visit, authority.id)
        except Refused as refused:
            broken = tuple(_beside(each) for each in troubles(refused))
    attempt = Attempt(form=form, broken=broken, entered=await entered(request))
    return await detail(request, visit, authority, attempt=attempt)


def _beside(broken: Broken) -> Broken:
    """As the field of the form is called."""
    return Broken(broken.field.removeprefix(_UPDATED), broken.rule, broken.message, broken.allowed)


ROUTES = [
    project_route(PATH + "/update", update, methods=["POST"], name="authority-update"),
    project_route(PATH + "/disable", disable, methods=["POST"], name="authority-disable"),
    project_route(PATH + "/enable", enable, methods=["POST"], name="authority-enable"),
    project_route(PATH + "/install", install, methods=["POST"], name="authority-install"),
]
