"""The certificates of a project, searched and filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_service_pb2 import ListCertificateAuthoritiesRequest
from server.web.refusals import Broken, Refused
from server.web.ui.certificates.searching import Search, request_of, shown_as
from server.web.ui.pages import page
from server.web.ui.requests.terms import profiles_of
from server.web.ui.troubles import UNPROCESSABLE, troubles
from server.web.ui.visit import Visit, project_route
from server.web.ui.words import enum_named, options

_MOST = 500
_WITHIN = [("", "Any time"), ("24h", "Within a day"), ("7d", "Within 7 days"), ("30d", "Within 30 days"),
           ("90d", "Within 90 days")]  # fmt: skip


async def show(request: Request, visit: Visit) -> Response:
    """One page of what the filters find."""
    search = Search.of(request.query_params)
    asked, broken = request_of(
        search,
        project_id=visit.project.id,
        me=visit.me.identity.id,
        now=request.app.state.sessions.clock(),
    )
    found: Any = None
    if not broken:
        found, broken = await _found(visit, asked)
    names = await _names(visit)
    return page(
        request, "certificates/list.html", visit, status=UNPROCESSABLE if broken else 200,
        search=search, broken=broken, choices=_choices(search, names), profiles=names["profile"],
        certificates=found.certificates if found else (),
        next_url=search.query(page=found.next_page_token) if found and found.next_page_token else "",
        first_url=search.query() if search.page else "",
        widened=_widened(search),
    )  # fmt: skip


async def _found(visit: Visit, asked: Any) -> tuple[Any, tuple[Broken, ...]]:
    try:
        return await visit.caller.ask(visit.caller.service.certificates.ListCertificates, asked), ()
    except Refused as refused:
        told = troubles(refused)
        return None, tuple(replace(each, field=shown_as(each.field)) for each in told)


async def _names(visit: Visit) -> dict[str, dict[str, str]]:
    """What the profiles and the CAs of the project are called, by id."""
    service, ask, id_ = visit.caller.service, visit.caller.ask, visit.project.id
    profiles = {each.id: each.slug for each in await profiles_of(visit)}
    cas: Mapping[str, str] = {}
    if visit.may("certificateAuthorities.read"):
        sought = ListCertificateAuthoritiesRequest(project_id=id_, page_size=_MOST)
        answer = await ask(service.authorities.ListCertificateAuthorities, sought)
        cas = {each.id: each.name or each.subject for each in answer.certificate_authorities}
    return {"profile": profiles, "ca": dict(cas)}


def _choices(search: Search, names: Mapping[str, Mapping[str, str]]) -> dict[str, Sequence[tuple[str, str]]]:
    """The options of each filter that has some; what is chosen is among them."""
    within = search.get("expires")
    known = any(value == within for value, _ in _WITHIN)
    return {
        "state": [("", "Any state"), *options(enum_named("CertificateState"))],
        "renewal": [("", "Any"), *options(enum_named("RenewalState"))],
        "expires": _WITHIN if known else [*_WITHIN, (within, f"Within {within}")],
        "profile": _of(search.get("profile"), names["profile"], "Any profile"),
        "ca": _of(search.get("ca"), names["ca"], "Any CA"),
    }


def _of(chosen: str, names: Mapping[str, str], none: str) -> Sequence[tuple[str, str]]:
    listed = sorted(names.items(), key=lambda item: item[1].casefold())
    more = [(chosen, chosen)] if chosen and chosen not in names else []
    return [("", none), *listed, *more]


def _widened(search: Search) -> str:
    """The same search for names that only hold what was typed."""
    typed = search.get("q")
    return search.query(q=f"*{typed}*") if typed and "*" not in typed else ""


ROUTES = [project_route("/certificates", show, name="certificates")]
