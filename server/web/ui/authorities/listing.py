"""All CAs of a project, as a tree."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from server.web.ui.authorities.crls import crls_of_all
from server.web.ui.authorities.finding import authorities_of
from server.web.ui.authorities.tree import tree_of
from server.web.ui.pages import page
from server.web.ui.visit import Visit, project_route


async def show(request: Request, visit: Visit) -> Response:
    """The hierarchy, with the state of each CA and of its CRL."""
    authorities = await authorities_of(visit)
    crls = await crls_of_all(visit, authorities, now=request.app.state.sessions.clock())
    return page(request, "authorities/list.html", visit, nodes=tree_of(authorities, crls))


ROUTES = [project_route("/certificate-authorities", show, name="authorities")]
