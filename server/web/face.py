"""What one HTTPS listener serves: the JSON API with its description, and the web pages."""

from __future__ import annotations

from starlette.applications import Starlette

from server.web.openapi.routes import openapi_routes
from server.web.rest.routes import rest_routes
from server.web.service import Service
from server.web.sessions import Sessions
from server.web.ui import reference
from server.web.ui.site import HANDLERS, ui_routes


def face_app(service: Service, sessions: Sessions, *, largest: int, described: bool) -> Starlette:
    """Serves ``/api/…`` and the pages; ``largest`` is a body's most octets.

    If it is ``described``, ``/openapi.json`` and ``/docs`` tell everybody of the API, as reflection does.
    """
    description = [*openapi_routes(), *reference.ROUTES] if described else []
    app = Starlette(
        routes=[*rest_routes(service, sessions, largest=largest), *description, *ui_routes()],
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False
    app.state.service, app.state.sessions = service, sessions
    return app
