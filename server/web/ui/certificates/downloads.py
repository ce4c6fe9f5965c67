"""Certificates as files."""

from __future__ import annotations

import re
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_service_pb2 import (
    CertificateBundleFormat,
    GetCertificateBundleRequest,
    GetCertificateBundleResponse,
)
from server.web.ui.certificates.finding import PATH, certificate_of
from server.web.ui.pages import HEADERS
from server.web.ui.visit import Visit, project_route

_PEM: Final = CertificateBundleFormat.CERTIFICATE_BUNDLE_FORMAT_PEM
_DER: Final = CertificateBundleFormat.CERTIFICATE_BUNDLE_FORMAT_DER
_PKCS7: Final = CertificateBundleFormat.CERTIFICATE_BUNDLE_FORMAT_PKCS7
_END: Final = b"-----END CERTIFICATE-----\n"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")

_FORMS: Final[dict[str, tuple[Any, bool]]] = {
    "certificate.pem": (_PEM, False),
    "fullchain.pem": (_PEM, False),
    "chain.pem": (_PEM, True),
    "certificate.cer": (_DER, False),
    "chain.p7b": (_PKCS7, True),
}
"""What a file is made from: the form of the bundle, and whether the root is in it."""


async def download(request: Request, visit: Visit) -> Response:
    """One of the files of a certificate."""
    certificate, form = await certificate_of(request, visit), request.path_params["form"]
    if form not in _FORMS:
        raise HTTPException(404, f"no file '{form}'")
    kind, include_root = _FORMS[form]
    asked = GetCertificateBundleRequest(certificate_id=certificate.id, format=kind, include_root=include_root)
    answer = await visit.caller.ask(visit.caller.service.certificates.GetCertificateBundle, asked)
    return attachment(_part(answer, form), answer.media_type, _named(answer, form))


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to be kept, never to be shown."""
    safe = _UNSAFE.sub("_", name).strip("._") or "certificate"
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{safe}"'}
    return Response(content, media_type=media_type, headers=headers)


def _part(answer: GetCertificateBundleResponse, form: str) -> bytes:
    """The certificate without its chain, or the chain without it, where that is asked for."""
    content = bytes(answer.content)
    if form not in ("certificate.pem", "chain.pem"):
        return content
    first, end, rest = content.partition(_END)
    return first + end if form == "certificate.pem" else rest


def _named(answer: GetCertificateBundleResponse, form: str) -> str:
    stem = answer.file_name.rpartition(".")[0]
    what, _, ending = form.rpartition(".")
    return f"{stem}.{ending}" if what == "certificate" else f"{stem}-{what}.{ending}"


ROUTES = [project_route(PATH + "/download/{form}", download, name="certificate-download")]
