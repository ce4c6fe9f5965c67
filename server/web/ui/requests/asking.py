"""A new request: choose a profile, fill in what its policy allows, check it, send it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import grpc
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, IssueCertificateResponse
from server.ids import new_id
from server.web.refusals import Broken, Refused
from server.web.ui.pages import page
from server.web.ui.requests.entries import Entry, entered, fresh
from server.web.ui.requests.fields import beside
from server.web.ui.requests.lifetimes import shorthand
from server.web.ui.requests.naming import name_of, options_of
from server.web.ui.requests.orders import Unreadable, order_of
from server.web.ui.requests.shown_once import is_id, shown
from server.web.ui.requests.terms import Terms, profiles_of, terms_of, terms_of_all
from server.web.ui.visit import Visit, project_route

_OLDEST = timedelta(hours=12)
"""A form is sent by then: the service knows an id again for 24 hours, and would issue anew after that."""
_MORE = 5
_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.FAILED_PRECONDITION: 422,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told above the form."""

    violations: tuple[Broken, ...] = ()
    effective: Any = None
    """The attributes that the certificate would have, after a check that found nothing wrong."""
    status: int = 200


async def choose(request: Request, visit: Visit) -> Response:
    """The profiles to choose from, or the form of the chosen one, or of the only one."""
    if chosen := request.query_params.get("profile", ""):
        terms = await terms_of(visit, chosen)
        entry = fresh(terms.offer, source=request.query_params.get("key", ""))
        return _form(request, visit, terms, entry=entry, request_id=new_id())
    profiles = await profiles_of(visit)
    usable = [each for each in profiles if not each.disabled]
    if len(usable) == 1:
        # A path of ours: the whole URL would be made with the Host that the request names.
        query = request.url.include_query_params(profile=usable[0].id).query
        return RedirectResponse(f"{request.url.path}?{query}", 303)
    described = await terms_of_all(visit, profiles)
    return page(request, "requests/choose.html", visit, described=described)


async def ask(request: Request, visit: Visit) -> Response:
    """Checks what was entered, or asks for the certificate."""
    form = await request.form()
    terms = await terms_of(visit, str(form.get("profile_id", "")))
    entry, action = await entered(form), str(form.get("action", ""))
    request_id = str(form.get("request_id", ""))
    if action == "more":
        return _form(
            request, visit, terms, entry=replace(entry, rows=entry.rows + _MORE), request_id=request_id
        )
    try:
        order = order_of(entry, terms.profile.id)
        if action == "check":
            return await _checked(request, visit, terms, entry=entry, order=order, request_id=request_id)
        order.request_id = _usable(request_id, request)
        return await _issued(request, visit, order)
    except Unreadable as unreadable:
        outcome = Outcome(violations=unreadable.violations, status=422)
    except _Stale as stale:
        outcome, request_id = (
            Outcome(violations=(Broken("", "FORM_STALE", str(stale)),), status=409),
            new_id(),
        )
    except Refused as refused:
        outcome, request_id = _refused(refused, request_id)
    return _form(request, visit, terms, entry=entry, request_id=request_id, outcome=outcome)


async def _checked(
    request: Request,
    visit: Visit,
    terms: Terms,
    *,
    entry: Entry,
    order: IssueCertificateRequest,
    request_id: str,
) -> Response:
    order.validate_only = True
    answer = await visit.caller.ask(visit.caller.service.certificates.IssueCertificate, order)
    found = tuple(Broken(v.field, v.rule, v.message, ", ".join(v.allowed)) for v in answer.violations)
    outcome = Outcome(violations=found, effective=answer.effective_attributes, status=422 if found else 200)
    return _form(request, visit, terms, entry=entry, request_id=request_id, outcome=outcome)


async def _issued(request: Request, visit: Visit, order: IssueCertificateRequest) -> Response:
    answer: IssueCertificateResponse = await visit.caller.ask(
        visit.caller.service.certificates.IssueCertificate, order
    )
    if not answer.HasField("certificate"):
        path = f"/projects/{visit.project.id}/certificate-requests/{answer.certificate_request_id}"
        return RedirectResponse(path, 303)
    return shown(
        request, visit, answer.certificate,
        request_id=order.request_id, certificate_request_id=answer.certificate_request_id,
        name=name_of(answer.certificate_request), warnings=tuple(answer.warnings),
    )  # fmt: skip


class _Stale(Exception):
    """A form that must not be sent any more."""


_SENT = (
    "this form had been sent before, with other values: look among the requests for what came of it."
    " Sending it again asks for another certificate"
)
_OLD = "this form is too old to tell whether it had been sent before: look at it once more and send it again"


def _usable(request_id: str, request: Request) -> str:
    """The form's id, for its time tells how old it is (RFC 9562, 5.7). Raises _Stale."""
    if not is_id(request_id):
        raise _Stale(_OLD)
    made = uuid.UUID(request_id).int >> 80
    now = int(request.app.state.sessions.clock().timestamp() * 1000)
    if not 0 <= now - made + 1000 <= _OLDEST / timedelta(milliseconds=1):
        raise _Stale(_OLD)
    return request_id


def _refused(refused: Refused, request_id: str) -> tuple[Outcome, str]:
    """What to tell of a refusal, and the id that the form has from now on. Raises what no form can mend."""
    if refused.reason == "REQUEST_ID_REUSED":
        return Outcome(violations=(Broken("", refused.reason, _SENT),), status=409), new_id()
    if refused.code not in _REFUSALS:
        raise refused
    found = refused.violations or (Broken("", refused.reason, refused.message),)
    return Outcome(violations=found, status=_REFUSALS[refused.code]), request_id


def _form(
    request: Request,
    visit: Visit,
    terms: Terms,
    *,
    entry: Entry,
    request_id: str,
    outcome: Outcome | None = None,
) -> Response:
    told = outcome or Outcome()
    violations, errors = beside(told.violations, terms.offer, entry)
    return page(
        request, "requests/new.html", visit, status=told.status,
        terms=terms, offer=terms.offer, entry=entry, request_id=request_id,
        options=options_of, shorthand=shorthand,
        violations=violations, errors=errors, effective=told.effective if not violations else None,
    )  # fmt: skip


ROUTES = [
    project_route("/certificate-requests/new", choose, name="new-request"),
    project_route("/certificate-requests/new", ask, methods=["POST"], name="ask-for-certificate"),
]
