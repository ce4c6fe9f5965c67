"""The page that shows a private key once: to whom it was issued, and not again on reload.

A key is in the one answer of the RPC that delivers it. That answer may be
repeated for ten minutes to the same caller with the same ``request_id``, so
that a lost answer is no lost key; and the form carries that id, so that
sending it twice issues one certificate. A reload sends it again, too. So the
answer that shows a key leaves a mark in the browser, a cookie named after
the id: a form that comes with its mark is answered without the key. The
mark and the key are in one answer, so either both have arrived or neither:
a reload after a broken connection does show the key.

The mark outlives the ten minutes; after them there is no key to be shown.
Nothing is kept in the server, so any replica knows.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Final

from google.protobuf.json_format import MessageToDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_pb2 import IssuedCertificate
from server.web.ui.pages import page
from server.web.ui.visit import Visit

_KEPT_SECONDS: Final = 3600
"""Well over the ten minutes for which an answer with a key is repeated."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNNAMED: Final = re.compile(r"[^a-z0-9.-]+")


def was_shown(request: Request, request_id: str) -> bool:
    """Whether this browser has had the key of that intent already."""
    return _mark(request_id) in request.cookies


def has_key(issued: IssuedCertificate) -> bool:
    """Whether a private key is in the answer, in whatever form."""
    return bool(issued.private_key or issued.pkcs12 or issued.HasField("sealed_private_key"))


def shown(
    request: Request,
    visit: Visit,
    issued: IssuedCertificate,
    *,
    request_id: str,
    name: str,
    certificate_request_id: str,
    warnings: tuple[str, ...] = (),
) -> Response:
    """The certificate with its private key, once; afterwards without (303)."""
    path = f"/projects/{visit.project.id}/certificates/{issued.certificate_id}"
    if not has_key(issued) or was_shown(request, request_id):
        return RedirectResponse(path, 303)
    response = page(
        request, "requests/shown_once.html", visit,
        issued=issued, path=path, name=_file_name(name), warnings=warnings,
        pkcs12=b64encode(issued.pkcs12).decode(), sealed=_sealed(issued, certificate_request_id),
    )  # fmt: skip
    response.set_cookie(
        _mark(request_id), "1", max_age=_KEPT_SECONDS,
        path=f"/projects/{visit.project.id}/", secure=request.app.state.sessions.secure,
        httponly=True, samesite="strict",
    )  # fmt: skip
    return response


def _sealed(issued: IssuedCertificate, request_id: str) -> str:
    """The document that ``certmanager open-key`` opens; empty for a key that is not sealed."""
    if not issued.HasField("sealed_private_key"):
        return ""
    sealed = MessageToDict(issued.sealed_private_key)
    return json.dumps({**sealed, "certificateRequestId": request_id}, indent=2)


def is_id(text: str) -> bool:
    """Whether it is a UUID as we write them, and so fit for the name of a cookie."""
    return _UUID.fullmatch(text) is not None


def _mark(request_id: str) -> str:
    return f"shown-{request_id}"


def _file_name(name: str) -> str:
    """A name for files that no system trips over."""
    return _UNNAMED.sub("_", name.lower().replace("*", "wildcard")).strip("._-")[:100] or "certificate"
