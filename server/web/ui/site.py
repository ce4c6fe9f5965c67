"""All pages of the site, and what is shown instead of one."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount

from server.web.ui import (
    authorities,
    certificates,
    overview,
    policies,
    profiles,
    projects,
    requests,
    signing_in,
)
from server.web.ui.errors import HANDLERS
from server.web.ui.static_files import StaticFiles

__all__ = ["HANDLERS", "ui_routes"]


def ui_routes() -> list[BaseRoute]:
    """The routes of every room. They find service and sessions in the application's state."""
    return [
        Mount("/static", StaticFiles(), name="static"),
        *signing_in.ROUTES,
        *projects.ROUTES,
        *overview.ROUTES,
        *policies.ROUTES,
        *profiles.ROUTES,
        *requests.ROUTES,
        *certificates.ROUTES,
        *authorities.ROUTES,
    ]
