"""Certificate requests: the queue, a new one, one with its story, and the key that is shown once."""

from __future__ import annotations

from server.web.ui.requests import asking, claiming, deciding, detail, listing, live

ROUTES = [
    *listing.ROUTES,
    *asking.ROUTES,
    *live.ROUTES,
    *detail.ROUTES,
    *deciding.ROUTES,
    *claiming.ROUTES,
]
