"""``/openapi.json``: the description of the JSON API, for programs."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.openapi.document import document
from server.web.rest.bindings import bindings

_HEADERS = {"cache-control": "public, max-age=300", "x-content-type-options": "nosniff"}


def openapi_routes() -> list[Route]:
    """One route, for everybody: it tells what any client of the contract knows."""
    body = json.dumps(document(bindings(), version=version("certmanager")), ensure_ascii=False).encode()
    headers = _HEADERS | {"etag": f'"{sha256(body).hexdigest()[:32]}"'}

    async def openapi(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    return [Route("/openapi.json", openapi, name="openapi")]
