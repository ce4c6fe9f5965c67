"""The operator's page: metrics, and whether the process is alive and ready.

It is for the machine's own network: plain HTTP, no token, and nothing in it
that names a certificate or a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from starlette.requests import Request

_UNCACHED = {"cache-control": "no-store"}


def metrics_app(
    registry: CollectorRegistry,
    is_ready: Callable[[], Awaitable[bool]],
    warnings: Callable[[], Iterable[str]] = tuple,
) -> Starlette:
    """Serves ``/metrics``, ``/livez`` (the loop turns) ``/readyz`` (calls can be served: 200, else 503).

    ``warnings`` stand under a page that says ready: what an operator should see to, though all is served.
    """

    async def metrics(request: Request) -> Response:
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": media_type, **_UNCACHED})

    async def live(_: Request) -> Response:
        return PlainTextResponse("alive\n", headers=_UNCACHED)

    async def ready(_: Request) -> Response:
        if await is_ready():
            lines = ("ready", *(f"warning: {one}" for one in warnings()))
            return PlainTextResponse("".join(f"{line}\n" for line in lines), headers=_UNCACHED)
        return PlainTextResponse("not ready\n", status_code=503, headers=_UNCACHED)

    return Starlette(routes=[Route("/metrics", metrics), Route("/livez", live), Route("/readyz", ready)])
