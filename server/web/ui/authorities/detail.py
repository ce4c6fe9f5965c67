"""One CA: what it is, its certificate, its CRLs, and the forms to change it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import GetCertificateAuthorityCsrRequest
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest, SerialKey
from server.ids import new_id
from server.web.refusals import Broken, Refused
from server.web.ui.authorities.crls import crls_of_one
from server.web.ui.authorities.fields import KEYS
from server.web.ui.authorities.finding import PATH, authority_of
from server.web.ui.certificates.chain import authority_by_id
from server.web.ui.editing.spans import written_span
from server.web.ui.forms import errors_for
from server.web.ui.pages import page
from server.web.ui.troubles import UNPROCESSABLE
from server.web.ui.visit import Visit, project_route


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form of the page that was refused."""

    form: str
    """Which one: ``update``, ``state``, ``install``, ``rotate``."""
    broken: tuple[Broken, ...]
    entered: dict[str, str] = field(default_factory=dict)


async def show(request: Request, visit: Visit) -> Response:
    """The page."""
    return await detail(request, visit, await authority_of(request, visit))


async def detail(
    request: Request, visit: Visit, authority: CertificateAuthority, *, attempt: Attempt | None = None
) -> Response:
    """The page of a CA, with what is wrong in one of its forms."""
    crls, parent, certified, csr = await asyncio.gather(
        crls_of_one(visit, authority, now=request.app.state.sessions.clock()),
        _parent(visit, authority),
        _certified(visit, authority),
        csr_of(visit, authority),
    )
    return page(
        request, "authorities/show.html", visit, status=UNPROCESSABLE if attempt else 200,
        authority=authority, crls=crls, parent=parent, certified=certified, csr=csr, keys=KEYS,
        crl_validity=written_span(authority.crl_validity), request_id=new_id(),
        attempt=attempt, errors=errors_for(attempt.broken if attempt else ()),
    )  # fmt: skip


async def csr_of(visit: Visit, authority: CertificateAuthority) -> str:
    """The CSR that waits for an outside CA; empty if there is none."""
    asked = GetCertificateAuthorityCsrRequest(id=authority.id)
    answer = await _or_none(visit, visit.caller.service.authorities.GetCertificateAuthorityCsr, asked)
    return str(answer.csr) if answer else ""


async def _parent(visit: Visit, authority: CertificateAuthority) -> CertificateAuthority | None:
    return await authority_by_id(visit, authority.parent_ca_id) if authority.parent_ca_id else None


async def _certified(visit: Visit, authority: CertificateAuthority) -> Any:
    """Its certificate as its signer knows it: that is where it is revoked. None if the signer is not ours."""
    if not authority.parent_ca_id or not authority.serial_number:
        return None
    key = SerialKey(ca_id=authority.parent_ca_id, serial_number=authority.serial_number)
    asked = GetCertificateRequest(serial_key=key)
    answer = await _or_none(visit, visit.caller.service.certificates.GetCertificate, asked)
    return answer.certificate if answer else None


async def _or_none(visit: Visit, method: Any, asked: Any) -> Any:
    try:
        return await visit.caller.ask(method, asked)
    except Refused:
        return None


ROUTES = [project_route(PATH, show, name="authority")]
