"""Signing in with an access token, and out again."""

from __future__ import annotations

from typing import Final

import grpc
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.access_service_pb2 import WhoAmIRequest, WhoAmIResponse
from server.web.refusals import Refused
from server.web.service import Caller
from server.web.sessions import Sessions
from server.web.ui.addresses import own_path
from server.web.ui.cookies import forget, keep
from server.web.ui.pages import page
from server.web.ui.proof import form_of, is_ours, prove_own
from server.web.ui.visit import NotSignedIn, open_route, signed_in

_LONGEST_TOKEN: Final = 512
_NOTES: Final = {
    "ended": "Your session has ended: its access token expired or was revoked. Sign in again to go on.",
    "out": "You are signed out.",
}
_FOREIGN: Final = "The form came from another site. Sign in with this one."
_INVALID: Final = "This is no valid access token. It may be mistyped, expired or revoked."
_AWAY: Final = "The service cannot answer now. Nothing is wrong with your token as far as we know: try again."


async def show(request: Request) -> Response:
    """The form."""
    note = _NOTES.get(request.query_params.get("why", ""), "")
    return _form(request, request.query_params.get("next", ""), note=note)


async def sign_in(request: Request) -> Response:
    """Tries the token by asking who it is, and keeps it in a cookie."""
    form = await form_of(request)
    target = str(form.get("next", ""))
    if not is_ours(request):
        # Else another site could have somebody work under an identity that is not theirs.
        return _form(request, target, error=_FOREIGN, status=403)
    token = str(form.get("token", "")).strip()
    if not token:
        return _form(request, target, error="Enter an access token.", status=422)
    try:
        me = await _who(request, token)
    except Refused as refused:
        return _refused(request, refused, target)
    return _signed_in(request, token, me, target)


async def sign_out(request: Request) -> Response:
    """Forgets the session; nobody is asked, so that it is forgotten also while the service is away."""
    session = signed_in(request)
    if session is None:
        # A form of another site comes without the cookie: it must not have it deleted.
        raise NotSignedIn
    await prove_own(request, session)
    response = RedirectResponse(f"{request.app.url_path_for('sign-in')}?why=out", 303)
    forget(response, request.app.state.sessions)
    return response


async def _who(request: Request, token: str) -> WhoAmIResponse:
    if len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        token = "none"  # no header can carry it, and it is none of ours  # noqa: S105
    caller = Caller(request.app.state.service, token)
    answer: WhoAmIResponse = await caller.ask(caller.service.access.WhoAmI, WhoAmIRequest())
    return answer


def _signed_in(request: Request, token: str, me: WhoAmIResponse, target: str) -> Response:
    sessions: Sessions = request.app.state.sessions
    held = me.access_token
    ends_at = held.expires_at.ToDatetime(sessions.clock().tzinfo) if held.HasField("expires_at") else None
    response = RedirectResponse(own_path(target), 303)
    keep(response, sessions, sessions.begin(token, token_ends_at=ends_at))
    return response


def _refused(request: Request, refused: Refused, target: str) -> Response:
    """The form again, with what is wrong: with the token, or with the service."""
    if refused.code is grpc.StatusCode.UNAUTHENTICATED:
        answer = _form(request, target, error=_INVALID, status=401)
        answer.headers["www-authenticate"] = "Bearer"  # RFC 9110, 15.5.2: a 401 has one
        return answer
    if refused.code in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED}:
        answer = _form(request, target, error=_AWAY, status=503)
        answer.headers["retry-after"] = "1"
        return answer
    return _form(request, target, error=refused.message, status=403)


def _form(request: Request, target: str, *, note: str = "", error: str = "", status: int = 200) -> Response:
    target = own_path(target)
    return page(request, "signing_in/sign_in.html", status=status, next=target, note=note, error=error)


ROUTES = [
    open_route("/sign-in", show, name="sign-in"),
    open_route("/sign-in", sign_in, methods=["POST"], name="signing-in"),
    open_route("/sign-out", sign_out, methods=["POST"], name="sign-out"),
]
