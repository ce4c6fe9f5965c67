"""One certificate request: how far it is, what it asks for, who decided what."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_pb2 import PrivateKeyState
from certmanager.v1.certificate_request_pb2 import CertificateRequest, CertificateRequestState
from certmanager.v1.certificate_request_service_pb2 import GetCertificateRequestRequest
from server.ids import new_id
from server.web.refusals import Broken
from server.web.ui.pages import page
from server.web.ui.requests.lifetimes import shorthand
from server.web.ui.requests.naming import OPEN, TONES, name_of
from server.web.ui.requests.queue import WAITING, may_approve
from server.web.ui.requests.story import story_of
from server.web.ui.requests.terms import slug_of
from server.web.ui.visit import Visit, project_route


async def show(request: Request, visit: Visit) -> Response:
    """The whole page."""
    return await shown(request, visit)


async def now(request: Request, visit: Visit) -> Response:
    """What changes of it alone, for a page that has heard of a change."""
    return await shown(request, visit, template="requests/now.html")


async def shown(
    request: Request,
    visit: Visit,
    *,
    template: str = "requests/show.html",
    violations: tuple[Broken, ...] = (),
    status: int = 200,
) -> Response:
    """The request's page; ``violations`` tell why something was not done."""
    known = await of_project(visit, request.path_params["request_id"])
    base = f"/projects/{visit.project.id}/certificate-requests/{known.id}"
    is_open = known.state in OPEN
    return page(
        request, template, visit, status=status,
        asked=known, base=base, name=name_of(known),
        tone=TONES.get(known.state, "plain"), story=story_of(known),
        slug=await slug_of(visit, known.profile_id), shorthand=shorthand,
        name_of=name_of, violations=violations,
        approvable=await may_approve(visit, known), waiting=known.state == WAITING,
        cancellable=is_open and visit.may("certificateRequests.cancel", known.profile_id),
        claimable=_claimable(visit, known), claim_id=new_id(),
        issued=known.state == CertificateRequestState.CERTIFICATE_REQUEST_STATE_ISSUED,
        live=f"{base}/live?seen={known.revision}" if is_open else "", fresh=f"{base}/now",
    )  # fmt: skip


async def of_project(visit: Visit, request_id: str) -> CertificateRequest:
    """The request. Raises Refused, and HTTPException (404) for one of another project."""
    asked = GetCertificateRequestRequest(certificate_request_id=request_id)
    answer = await visit.caller.ask(visit.caller.service.requests.GetCertificateRequest, asked)
    known: CertificateRequest = answer.certificate_request
    if known.project_id != visit.project.id:
        raise HTTPException(404)
    return known


def _claimable(visit: Visit, known: CertificateRequest) -> bool:
    """Whether a key waits for the one who looks."""
    waits = known.private_key_state == PrivateKeyState.PRIVATE_KEY_STATE_CLAIMABLE
    return waits and known.requester_identity_id == visit.me.identity.id


ROUTES = [
    project_route("/certificate-requests/{request_id:uuid}", show, name="request"),
    project_route("/certificate-requests/{request_id:uuid}/now", now, name="request-now"),
]
