"""What is shown instead of a page: to those who are not signed in, for what is refused, for mistakes."""

from __future__ import annotations

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import grpc
from google.rpc.code_pb2 import Code
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.web.refusals import Refused
from server.web.rest.faults import refusal
from server.web.rest.statuses import refused as told_in_json
from server.web.ui.addresses import page_of, sign_in_path
from server.web.ui.cookies import forget
from server.web.ui.headers import HEADERS
from server.web.ui.pages import page
from server.web.ui.visit import NotSignedIn

_HTTP: Final = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_LATER: Final = (429, 503)
_TITLES: Final = {
    400: "This cannot be asked for",
    403: "You may not do this",
    404: "There is no such page",
    405: "This page cannot be asked for in that way",
    409: "This cannot be done now",
    413: "The form is too large",
    415: "This is no form",
    429: "Too much at once",
    503: "The service cannot answer now",
    504: "The service took too long",
}
_NOWHERE: Final = "It may have been of another project, or your roles do not show it."


async def to_sign_in(request: Request, _: Exception) -> Response:
    """To the sign-in page; a script is told so, since it would take that page for its fragment.

    A link in a message or on another site comes without the cookie (SameSite=Strict), also of somebody
    who is signed in. What they get goes on to the same address by itself, and then it comes with it.
    """
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={**HEADERS, "hx-redirect": sign_in_path(request)})
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        return page(request, "signing_in/go_on.html", target=page_of(request))
    return RedirectResponse(sign_in_path(request), 303, headers=HEADERS)


async def refused(request: Request, error: Refused) -> Response:
    """A status that no room expected."""
    if error.code is grpc.StatusCode.UNAUTHENTICATED:
        return _to_sign_in_again(request)
    status = _HTTP.get(error.code, 500)
    if status == HTTPStatus.BAD_REQUEST and _is_of_an_id(request, error):
        status = 404
    message = _NOWHERE if status == HTTPStatus.NOT_FOUND else error.message
    headers = {}
    if error.retry_after is not None or status in _LATER:
        headers["retry-after"] = str(math.ceil(error.retry_after or 1))
    return _instead(request, status, message, violations=error.violations, headers=headers)


async def http_error(request: Request, error: HTTPException) -> Response:
    """Unknown paths, wrong methods, forms that are none."""
    if request.url.path.split("/")[1] == "api":
        return told_in_json(_status(error), http=error.status_code)
    standard = HTTPStatus(error.status_code).phrase
    message = "" if error.detail == standard else error.detail
    if error.status_code == HTTPStatus.NOT_FOUND and not message:
        message = _NOWHERE
    return _instead(request, error.status_code, message, headers=dict(error.headers or {}))


async def failed(request: Request, _: Exception) -> Response:
    """A mistake of ours. What it was is for the log only."""
    return _instead(request, 500, "The server failed, which is not your fault; its log has the details.")


def _is_of_an_id(request: Request, error: Refused) -> bool:
    """Whether the path names something by what can be no id: then there is no such thing."""
    return request.method == "GET" and any(one.field.endswith("id") for one in error.violations)


def _instead(request: Request, status: int, message: str, **context: Any) -> Response:
    headers = context.pop("headers", {})
    title = _TITLES.get(status, "Something went wrong")
    told = {"violations": (), **context, "title": title, "message": message, "code": status}
    shown = page(request, "errors/error.html", getattr(request.state, "visit", None), status=status, **told)
    shown.headers.update(headers)
    return shown


def _to_sign_in_again(request: Request) -> Response:
    """The session's token is not valid any more: its cookie is of no use."""
    target = sign_in_path(request, why="ended")
    response: Response = RedirectResponse(target, 303, headers=HEADERS)
    if "hx-request" in request.headers:
        response = Response(status_code=401, headers={**HEADERS, "hx-redirect": target})
    forget(response, request.app.state.sessions)
    return response


def _status(error: HTTPException) -> Any:
    missing = error.status_code == HTTPStatus.NOT_FOUND
    return refusal(Code.NOT_FOUND if missing else Code.UNKNOWN, "RESOURCE_NOT_FOUND", error.detail.lower())


HANDLERS: Final[dict[Any, Callable[..., Any]]] = {
    NotSignedIn: to_sign_in,
    Refused: refused,
    HTTPException: http_error,
    Exception: failed,
}
