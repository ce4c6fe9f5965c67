"""What relying parties fetch: CRLs, OCSP answers and CA certificates, over plain HTTP for everybody.

All of it is signed by a CA, so that nothing is gained by hiding or by securing
it (RFC 5280, 8); TLS could not be verified without it. Nothing else is served
here, and nothing is asked of whoever comes.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.clock import Clock
from server.errors import Unavailable
from server.web.base64_path import requests_in
from server.web.published import Published, published

CRL: Final = "application/pkix-crl"
CERTIFICATE: Final = "application/pkix-cert"
OCSP_REQUEST: Final = "application/ocsp-request"
OCSP_RESPONSE: Final = "application/ocsp-response"

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_MAX_REQUEST: Final = 16 * 1024


def pki_app(
    *,
    crl: Callable[[str], Awaitable[Published | None]],
    certificate: Callable[[str, int], Awaitable[Published | None]],
    ocsp: Callable[[bytes], Awaitable[Published]],
    clock: Clock,
) -> Starlette:
    """Serves ``/crl/{id}.crl``, ``/ca/{ca}/{generation}.cer`` and ``/ocsp``.

    crl           the CRL of an id; None if there is none
    certificate   the certificate of a CA's generation; None if there is none
    ocsp          the response to a request, whatever octets that is; always one
    """

    async def get_crl(request: Request) -> Response:
        id_ = _matching(_ID, request.path_params["id"])
        return published(_found(await crl(id_)), CRL, request, now=clock())

    async def get_certificate(request: Request) -> Response:
        ca_id = _matching(_ID, request.path_params["ca"])
        number = int(_matching(_NUMBER, request.path_params["number"]))
        return published(_found(await certificate(ca_id, number)), CERTIFICATE, request, now=clock())

    async def post_ocsp(request: Request) -> Response:
        answered = await ocsp(await _body(request))
        return published(answered, OCSP_RESPONSE, request, now=clock())

    async def get_ocsp(request: Request) -> Response:
        answered = await _first_answer(ocsp, request.path_params["request"])
        return published(answered, OCSP_RESPONSE, request, now=clock())

    app = Starlette(
        routes=[
            Route("/crl/{id}.crl", get_crl),
            Route("/ca/{ca}/{number}.cer", get_certificate),
            Route("/ocsp", post_ocsp, methods=["POST"]),
            Route("/ocsp/", post_ocsp, methods=["POST"]),
            Route("/ocsp/{request:path}", get_ocsp),
        ],
        exception_handlers={Unavailable: _unavailable, ClientDisconnect: _gone},
    )
    app.router.redirect_slashes = False
    return app


async def _first_answer(ocsp: Callable[[bytes], Awaitable[Published]], path: str) -> Published:
    """The first that can be kept, of all that a path can mean; the last one if none can."""
    answered = None
    for request in requests_in(path):
        answered = await ocsp(request)
        if answered.made_at is not None:
            break
    return answered or await ocsp(b"")


async def _body(request: Request) -> bytes:
    """The octets of a request. Raises HTTPException for a wrong type, and for too many."""
    kind = request.headers.get("content-type", OCSP_REQUEST).partition(";")[0].strip().lower()
    if kind != OCSP_REQUEST:
        raise HTTPException(415, f"the content must be {OCSP_REQUEST}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MAX_REQUEST:
            raise HTTPException(413, "the request is too long")
    return bytes(body)


def _matching(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise HTTPException(404)
    return text


def _found(document: Published | None) -> Published:
    if document is None:
        raise HTTPException(404)
    return document


async def _unavailable(_: Request, __: Exception) -> Response:
    return PlainTextResponse("try again\n", status_code=503, headers={"retry-after": "1"})


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody reads it: whoever asked has left in the midst of the request."""
    return Response(status_code=400)
