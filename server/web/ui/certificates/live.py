"""Tells the page of a certificate that its lineage has changed, as Server-Sent Events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_service_pb2 import WatchCertificateRequest
from server.web.refusals import Refused
from server.web.ui.certificates.finding import PATH, certificate_of
from server.web.ui.pages import HEADERS
from server.web.ui.visit import Visit, project_route

_EVENTS: Final = {**HEADERS, "x-accel-buffering": "no"}
_HEARTBEAT: Final = timedelta(seconds=15)


async def watch(request: Request, visit: Visit) -> Response:
    """An event ``changed`` whenever another certificate is to be used, or this one has changed."""
    certificate = await certificate_of(request, visit)
    asked = WatchCertificateRequest(
        certificate_id=certificate.id, resume_token=request.headers.get("last-event-id", "")
    )
    asked.heartbeat_interval.FromTimedelta(_HEARTBEAT)
    texts = _texts(request, visit, asked, certificate=certificate)
    return StreamingResponse(texts, media_type="text/event-stream", headers=_EVENTS)


def _is_news(request: Request, shown: Certificate, current: Certificate) -> bool:
    """Whether something has changed between the page and its watch; the page says what it shows."""
    seen, latest = (request.query_params.get(each, "") for each in ("seen", "latest"))
    return seen not in ("", str(shown.updated_at.ToNanoseconds())) or latest not in ("", current.id)


async def _texts(
    request: Request, visit: Visit, asked: WatchCertificateRequest, *, certificate: Certificate
) -> AsyncIterator[str]:
    """The first message tells where the page begins, unless the browser comes back with a token."""
    seen = bool(asked.resume_token)
    yield "retry: 2000\n\n"
    try:
        async with aclosing(
            visit.caller.watch(visit.caller.service.certificates.WatchCertificate, asked)
        ) as messages:
            async for message in messages:
                news = json.dumps({"id": message.certificate.id, "message": "This certificate has changed."})
                is_news = message.HasField("certificate") and (
                    seen or _is_news(request, certificate, message.certificate)
                )
                told = f"event: changed\ndata: {news}\n" if is_news else ""
                yield f"{told}id: {message.resume_token}\n\n"
                seen = True
                if request.app.state.sessions.clock() >= visit.session.ends_at:
                    return
    except Refused:
        return


ROUTES = [project_route(PATH + "/live", watch, name="certificate-live")]
