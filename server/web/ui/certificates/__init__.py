"""Certificates: the list, one with all that belongs to it, and what can be done with it."""

from __future__ import annotations

from server.web.ui.certificates import detail, downloads, listing, live, renewing, revoking

ROUTES = [
    *listing.ROUTES,
    *detail.ROUTES,
    *downloads.ROUTES,
    *renewing.ROUTES,
    *revoking.ROUTES,
    *live.ROUTES,
]
