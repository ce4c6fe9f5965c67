"""What a CA publishes, as files."""

from __future__ import annotations

import ssl
from base64 import b64decode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from server.web.ui.authorities.crls import crl_of
from server.web.ui.authorities.detail import csr_of
from server.web.ui.authorities.finding import PATH, authority_of
from server.web.ui.certificates.downloads import attachment
from server.web.ui.visit import Visit, project_route

_PEM, _DER = "application/pem-certificate-chain", "application/pkix-cert"
_CRL, _CSR = "application/pkix-crl", "application/x-pem-file"


async def download(request: Request, visit: Visit) -> Response:
    """One of the files of a CA."""
    authority, form = await authority_of(request, visit), request.path_params["form"]
    if form == "request.csr":
        content, media_type = (await csr_of(visit, authority)).encode(), _CSR
    elif form == "list.crl":
        content, media_type = await _crl(request, visit, authority), _CRL
    else:
        content, media_type = _certificate(authority, form)
    if not content:
        raise HTTPException(404, f"this CA has no file '{form}'")
    return attachment(content, media_type, f"{authority.name or authority.serial_number}-{form}")


def _certificate(authority: CertificateAuthority, form: str) -> tuple[bytes, str]:
    if form == "ca.cer" and authority.certificate:
        return ssl.PEM_cert_to_DER_cert(authority.certificate), _DER
    texts = {"ca.pem": authority.certificate, "chain.pem": authority.certificate_chain}
    return texts.get(form, "").encode(), _PEM


async def _crl(request: Request, visit: Visit, authority: CertificateAuthority) -> bytes:
    """The CRL in DER; a large one is fetched from where it is published."""
    shard, generation = (_number(request.query_params.get(each, "0")) for each in ("shard", "generation"))
    now = request.app.state.sessions.clock()
    crl = await crl_of(visit, authority.id, now=now, shard=shard, generation=generation)
    lines = crl.told.crl.strip().splitlines() if crl else []
    return b64decode("".join(lines[1:-1]))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004


ROUTES = [project_route(PATH + "/download/{form}", download, name="authority-download")]
