"""Approves, rejects and withdraws requests, from the list and from a request's own page."""

from __future__ import annotations

from typing import Any

import grpc
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_request_service_pb2 import (
    ApproveCertificateRequestRequest,
    CancelCertificateRequestRequest,
    RejectCertificateRequestRequest,
)
from server.web.refusals import Broken, Refused
from server.web.ui.requests.detail import of_project, shown
from server.web.ui.requests.listing import listed
from server.web.ui.visit import Handler, Visit, project_route

_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ABORTED: 409,
}
"""What is told in place, with its status."""


async def approve(request: Request, visit: Visit) -> Response:
    """Approves the present step."""
    method = visit.caller.service.requests.ApproveCertificateRequest
    return await _decided(request, visit, method, ApproveCertificateRequestRequest)


async def reject(request: Request, visit: Visit) -> Response:
    """Rejects the request."""
    method = visit.caller.service.requests.RejectCertificateRequest
    return await _decided(request, visit, method, RejectCertificateRequestRequest)


async def cancel(request: Request, visit: Visit) -> Response:
    """Withdraws the request."""
    method = visit.caller.service.requests.CancelCertificateRequest
    return await _decided(request, visit, method, CancelCertificateRequestRequest)


async def _decided(request: Request, visit: Visit, method: Any, kind: type[Any]) -> Response:
    """Does it of the revision that was looked at; back to where it came from, or there with the refusal."""
    known = await of_project(visit, request.path_params["request_id"])
    form = await request.form()
    asked = kind(
        certificate_request_id=known.id,
        comment=str(form.get("comment", "")).strip(),
        revision=_revision(str(form.get("revision", ""))),
    )
    in_list = request.query_params.get("from") == "list"
    try:
        await visit.caller.ask(method, asked)
    except Refused as refused:
        if refused.code not in _REFUSALS:
            raise
        return await _told(request, visit, refused, request_id=known.id)
    base = f"/projects/{visit.project.id}/certificate-requests"
    if not in_list:
        return RedirectResponse(f"{base}/{known.id}", 303)
    back = request.url.remove_query_params("from").query
    return RedirectResponse(f"{base}?{back}" if back else base, 303)


async def _told(request: Request, visit: Visit, refused: Refused, *, request_id: str) -> Response:
    """The refusal, in its place."""
    status, violations = _REFUSALS[refused.code], refused.violations
    message = _SENTENCES.get(refused.reason) or (violations[0].message if violations else refused.message)
    if request.query_params.get("from") == "list":
        return await listed(request, visit, refused={request_id: message}, status=status)
    return await shown(request, visit, violations=(Broken("", refused.reason, message),), status=status)


_SENTENCES = {
    "VERSION_MISMATCH": (
        "the request has changed since you looked at it: nothing was decided; look at it as it is now"
    ),
    "SELF_APPROVAL": "nobody approves their own request",
}


def _revision(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - an int64


def _route(verb: str, handler: Handler) -> Any:
    path = "/certificate-requests/{request_id:uuid}/" + verb
    return project_route(path, handler, methods=["POST"], name=f"{verb}-request")


ROUTES = [_route("approve", approve), _route("reject", reject), _route("cancel", cancel)]
