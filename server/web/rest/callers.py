"""Who asks: whoever an Authorization header names, as it came; without one, whose the session is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from google.rpc.code_pb2 import Code
from starlette.requests import Request

from server.web.rest.faults import Malformed, refusal
from server.web.service import Caller, Service
from server.web.sessions import Session, Sessions

_SAFE: Final = frozenset({"GET", "HEAD"})
_CREDENTIALS: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,2046}[\x21-\x7e])?")
"""What gRPC takes as metadata, and more of it than any token of ours has."""
_TRACE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Asker(NamedTuple):
    """Who asks, and whether a token was shown, so that it is wrong if it does not count."""

    caller: Caller
    showed_token: bool


def asker(request: Request, service: Service, sessions: Sessions) -> Asker:
    """Whoever sent the request. Raises Malformed (401, 403) for what no RPC is to be asked with."""
    trace = request.headers.get("x-request-id", "")
    more = (("x-request-id", trace),) if _TRACE_ID.fullmatch(trace) else ()
    shown = request.headers.getlist("authorization")
    if shown:
        if len(shown) > 1 or not _CREDENTIALS.fullmatch(shown[0]):
            raise _unauthenticated()
        return Asker(Caller(service, headers=(("authorization", shown[0]), *more)), showed_token=True)
    session = sessions.read(request.cookies)
    if session is None:
        return Asker(Caller(service, headers=more), showed_token=False)
    _prove_own(request, session)
    return Asker(Caller(service, session.token, more), showed_token=True)


def _prove_own(request: Request, session: Session) -> None:
    """A browser adds its cookies to what any page sends: only ours know what stands in the session."""
    if request.method in _SAFE:
        return
    is_ours = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if not is_ours or not session.is_own(request.headers.get("x-csrf-token", "")):
        told = "with a session, a request must show its token in the header X-CSRF-Token"
        raise Malformed(refusal(Code.PERMISSION_DENIED, "PERMISSION_DENIED", told), http=403)


def _unauthenticated() -> Malformed:
    told = "the Authorization header must be one, as 'Bearer TOKEN'"
    return Malformed(refusal(Code.UNAUTHENTICATED, "CREDENTIALS_INVALID", told), http=401)
