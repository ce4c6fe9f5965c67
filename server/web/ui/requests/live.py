"""Tells pages that requests have changed, as Server-Sent Events; they fetch anew what they show.

A message says that there is something new, and what; the event ``end`` that
nothing more will come. Each event's id
is the token of the watch, which a browser that lost its connection brings
back: so nothing is missed, whichever replica it comes to.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final

import grpc
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import WatchCertificateRequestRequest
from server.web.refusals import Refused
from server.web.ui.pages import HEADERS
from server.web.ui.requests.detail import of_project
from server.web.ui.requests.naming import name_of, state_of
from server.web.ui.requests.queue import Filters
from server.web.ui.visit import Visit, project_route

_EVENTS: Final = {**HEADERS, "x-accel-buffering": "no"}
_HEARTBEAT: Final = timedelta(seconds=15)
_END: Final = "end"
"""The id of the last event; a browser that comes back with it is told to stay away (HTML, 9.2.3)."""
_LATER: Final = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)

_Told = Callable[[Any], CertificateRequest | None]


async def queue(request: Request, visit: Visit) -> Response:
    """Changes of the list that the query string asks for."""
    token = request.query_params.get("token", "")
    asked = Filters.of(request.query_params).watch(visit, token=token)
    method = visit.caller.service.requests.WatchCertificateRequests
    return _stream(request, visit, method, asked, tells=_of_queue)


async def one(request: Request, visit: Visit) -> Response:
    """Changes of one request after the revision that the page has seen, to its end."""
    known = await of_project(visit, request.path_params["request_id"])
    seen = request.query_params.get("seen", "")
    asked = WatchCertificateRequestRequest(certificate_request_id=known.id)
    asked.heartbeat_interval.FromTimedelta(_HEARTBEAT)
    method = visit.caller.service.requests.WatchCertificateRequest

    def tells(message: Any) -> CertificateRequest | None:
        told: CertificateRequest = message.certificate_request
        return told if told.id and str(told.revision) != seen else None

    return _stream(request, visit, method, asked, tells=tells)


def _of_queue(message: Any) -> CertificateRequest | None:
    """The news of a message. A page without a token fetches all anew once the snapshot is complete."""
    event = message.WhichOneof("event")
    if event == "snapshot_complete":
        return CertificateRequest()
    return getattr(message, event) if event in ("changed", "left") else None


def _stream(request: Request, visit: Visit, method: Any, asked: Any, *, tells: _Told) -> Response:
    last = request.headers.get("last-event-id", "")
    if last == _END:
        return Response(status_code=204, headers=_EVENTS)
    asked.resume_token = last or asked.resume_token
    texts = _texts(request, visit, method, asked, tells=tells)
    return StreamingResponse(texts, media_type="text/event-stream", headers=_EVENTS)


async def _texts(
    request: Request, visit: Visit, method: Any, asked: Any, *, tells: _Told
) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    try:
        async with aclosing(_messages(visit, method, asked)) as messages:
            async for message in messages:
                told = tells(message)
                yield (
                    f"id: {message.resume_token}\n\n"
                    if told is None
                    else _changed(told, message.resume_token)
                )
                if request.app.state.sessions.clock() >= visit.session.ends_at:
                    break
    except Refused as refused:
        if refused.code in _LATER:
            return
    yield f"event: {_END}\nid: {_END}\ndata: {{}}\n\n"


async def _messages(visit: Visit, method: Any, asked: Any) -> AsyncGenerator[Any, None]:
    """The messages of a watch; it begins again without its token if that is of no use any more."""
    try:
        async with aclosing(visit.caller.watch(method, asked)) as messages:
            async for message in messages:
                yield message
    except Refused as refused:
        if not asked.resume_token or refused.reason not in ("RESUME_TOKEN_EXPIRED", "RESUME_TOKEN_INVALID"):
            raise
        asked.resume_token = ""
        async with aclosing(visit.caller.watch(method, asked)) as messages:
            async for message in messages:
                yield message


def _changed(told: CertificateRequest, token: str) -> str:
    """The event; an empty request stands for many."""
    news = {"id": told.id, "message": f"{name_of(told)}: {state_of(told)}"} if told.id else {"message": ""}
    return f"id: {token}\ndata: {json.dumps(news)}\n\n"


ROUTES = [
    project_route("/certificate-requests/live", queue, name="requests-live"),
    project_route("/certificate-requests/{request_id:uuid}/live", one, name="request-live"),
]
