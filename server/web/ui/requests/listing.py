"""The list of certificate requests, newest first."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from server.web.ui.pages import page
from server.web.ui.requests.naming import TONES, name_of
from server.web.ui.requests.queue import STATES, WAITING, Filters, found
from server.web.ui.requests.terms import profiles_of
from server.web.ui.visit import Visit, project_route
from server.web.ui.words import options


async def show(request: Request, visit: Visit) -> Response:
    """The whole page."""
    return await listed(request, visit)


async def rows(request: Request, visit: Visit) -> Response:
    """The rows alone, for a page that has heard of a change."""
    return await listed(request, visit, template="requests/rows.html")


async def listed(
    request: Request,
    visit: Visit,
    *,
    template: str = "requests/list.html",
    refused: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The list; ``refused`` tells by request's id why a decision was not taken."""
    filters = Filters.of(request.query_params)
    base = f"/projects/{visit.project.id}/certificate-requests"
    profiles = await profiles_of(visit)
    known = await found(visit, filters)
    return page(
        request, template, visit, status=status,
        base=base, filters=filters, found=known, refused=refused or {}, name_of=name_of, tones=TONES,
        waiting_state=WAITING, state_options=options(STATES),
        profile_options=[(each.id, each.slug) for each in profiles],
        slugs={each.id: each.slug for each in profiles},
        live=f"{base}/live{filters.query(page='', token=known.token)}", fresh=f"{base}/rows{filters.query()}",
        next_url=base + filters.query(page=known.next_page) if known.next_page else "",
        first_url=base + filters.query(page="") if filters.page else "",
    )  # fmt: skip


ROUTES = [
    project_route("/certificate-requests", show, name="requests"),
    project_route("/certificate-requests/rows", rows, name="request-rows"),
]
