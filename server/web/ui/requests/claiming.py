"""Hands a private key that came later to its requester, once."""

from __future__ import annotations

import grpc
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest, ClaimPrivateKeyResponse
from certmanager.v1.x509_pb2 import KeyFormat
from server.web.refusals import Broken, Refused
from server.web.ui.requests.detail import of_project, shown
from server.web.ui.requests.naming import name_of
from server.web.ui.requests.shown_once import is_id, was_shown
from server.web.ui.requests.shown_once import shown as shown_once
from server.web.ui.visit import Visit, project_route

_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
}


async def claim(request: Request, visit: Visit) -> Response:
    """The page with the key; a reload of it leads to the certificate's page."""
    known = await of_project(visit, request.path_params["request_id"])
    form = await request.form()
    request_id = str(form.get("request_id", ""))
    if not is_id(request_id) or was_shown(request, request_id):
        return RedirectResponse(f"/projects/{visit.project.id}/certificate-requests/{known.id}", 303)
    pkcs12 = form.get("key_format") == "PKCS12"
    asked = ClaimPrivateKeyRequest(
        certificate_request_id=known.id,
        request_id=request_id,
        key_format=KeyFormat.KEY_FORMAT_PKCS12 if pkcs12 else KeyFormat.KEY_FORMAT_PKCS8_PEM,
        key_password=str(form.get("key_password", "")),
    )
    try:
        answer: ClaimPrivateKeyResponse = await visit.caller.ask(
            visit.caller.service.requests.ClaimPrivateKey, asked
        )
    except Refused as refused:
        return await _told(request, visit, refused)
    return shown_once(
        request, visit, answer.certificate,
        request_id=request_id, certificate_request_id=known.id, name=name_of(known),
    )  # fmt: skip


async def _told(request: Request, visit: Visit, refused: Refused) -> Response:
    """The refusal above the request. Raises what is none of its page."""
    if refused.code not in _REFUSALS:
        raise refused
    told = refused.violations or (Broken("", refused.reason, refused.message),)
    placed = tuple(
        Broken("key_password" if "key_password" in one.message else "", one.rule, one.message) for one in told
    )
    return await shown(request, visit, violations=placed, status=_REFUSALS[refused.code])


ROUTES = [
    project_route(
        "/certificate-requests/{request_id:uuid}/claim-private-key", claim, methods=["POST"], name="claim-key"
    )
]
