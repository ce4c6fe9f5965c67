"""The next generation of a CA."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_service_pb2 import RotateCertificateAuthorityRequest
from server.web.refusals import Refused
from server.web.ui.authorities.detail import Attempt, detail
from server.web.ui.authorities.fields import Reading
from server.web.ui.authorities.finding import PATH, authority_of, to_authority
from server.web.ui.requests.shown_once import is_id
from server.web.ui.troubles import entered, troubles
from server.web.ui.visit import Visit, project_route


async def rotate(request: Request, visit: Visit) -> Response:
    """Gives it a new certificate, with a new key or the same; a CSR to be signed is on its page."""
    authority, said = await authority_of(request, visit), await entered(request)
    asked, reading = RotateCertificateAuthorityRequest(id=authority.id), Reading(said)
    asked.keep_key, asked.etag = said.get("key") == "same", said.get("etag", "")
    if is_id(said.get("request_id", "")):
        asked.request_id = said["request_id"]
    reading.key_and_validity(asked.attributes)
    broken = tuple(reading.broken)
    if not broken:
        try:
            await visit.caller.ask(visit.caller.service.authorities.RotateCertificateAuthority, asked)
            return to_authority(visit, authority.id)
        except Refused as refused:
            broken = troubles(refused)
    attempt = Attempt(form="rotate", broken=broken, entered=said)
    return await detail(request, visit, authority, attempt=attempt)


ROUTES = [project_route(PATH + "/rotate", rotate, methods=["POST"], name="authority-rotate")]
