"""Certificate authorities: the hierarchy, one of them, a new one, and what can be done with it."""

from __future__ import annotations

from server.web.ui.authorities import changing, creating, detail, downloads, listing, rotating

ROUTES = [
    *listing.ROUTES,
    *creating.ROUTES,
    *detail.ROUTES,
    *changing.ROUTES,
    *rotating.ROUTES,
    *downloads.ROUTES,
]
