"""The form for a new CA."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_authority_pb2 import CertificateAuthorityState, CertificateAuthorityType
from certmanager.v1.certificate_authority_service_pb2 import CreateCertificateAuthorityRequest
from server.ids import new_id
from server.web.refusals import Broken, Refused
from server.web.ui.authorities.fields import KEYS, KINDS, LENGTHS, SUBJECT, SUBTREES, Reading
from server.web.ui.authorities.finding import authorities_of, to_authority
from server.web.ui.forms import errors_for
from server.web.ui.pages import page
from server.web.ui.requests.shown_once import is_id
from server.web.ui.troubles import UNPROCESSABLE, entered, troubles
from server.web.ui.visit import Visit, project_route

_ROOT = CertificateAuthorityType.CERTIFICATE_AUTHORITY_TYPE_ROOT
_INTERMEDIATE = CertificateAuthorityType.CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE
_ACTIVE = CertificateAuthorityState.CERTIFICATE_AUTHORITY_STATE_ACTIVE
_LENGTH = "attributes.basic_constraints.path_length"


async def ask(request: Request, visit: Visit) -> Response:
    """The empty form; an intermediate under a CA, if the query string names one."""
    if not visit.may("certificateAuthorities.create"):
        raise HTTPException(403, "only an admin of the project creates CAs")
    parent = request.query_params.get("parent", "")
    said = {"kind": "under" if parent else "root", "parent_ca_id": parent, "request_id": new_id()}
    return await _form(request, visit, said)


async def create(request: Request, visit: Visit) -> Response:
    """Creates the CA, and goes on to its page; there the CSR is, if an outside CA is to sign it."""
    said = await entered(request)
    asked, broken = _order(said, visit.project.id)
    if not broken:
        try:
            method = visit.caller.service.authorities.CreateCertificateAuthority
            answer = await visit.caller.ask(method, asked)
            return to_authority(visit, answer.certificate_authority.id)
        except Refused as refused:
            broken = troubles(refused, whole=SUBTREES)
    return await _form(request, visit, said, broken=broken)


async def _form(
    request: Request, visit: Visit, said: dict[str, str], *, broken: tuple[Broken, ...] = ()
) -> Response:
    return page(
        request, "authorities/new.html", visit, status=UNPROCESSABLE if broken else 200,
        said=said, broken=broken, errors=errors_for(broken), parents=await _parents(visit),
        kinds=KINDS, subject=SUBJECT, keys=KEYS, lengths=LENGTHS,
    )  # fmt: skip


async def _parents(visit: Visit) -> Sequence[tuple[str, str]]:
    """The CAs of the project that can sign one."""
    listed = await authorities_of(visit)
    able = [each for each in listed if each.state == _ACTIVE]
    rooms = [each for each in able if not each.HasField("path_length") or each.path_length > 0]
    return [("", "Choose one"), *((each.id, each.name or each.subject) for each in rooms)]


def _order(
    said: dict[str, str], project_id: str
) -> tuple[CreateCertificateAuthorityRequest, tuple[Broken, ...]]:
    """The request, and what could not be read."""
    reading, kind = Reading(said), said.get("kind", "")
    asked = CreateCertificateAuthorityRequest(
        project_id=project_id, name=reading.text("name"), type=_ROOT if kind == "root" else _INTERMEDIATE
    )
    if is_id(reading.text("request_id")):
        asked.request_id = reading.text("request_id")
    _stand(asked, reading, kind)
    made = asked.attributes
    made.SetInParent()
    for name, _ in SUBJECT:
        if text := reading.text(f"attributes.{name}"):
            setattr(made, name, text)
    reading.key_and_validity(made)
    if reading.text(_LENGTH):
        made.basic_constraints.is_ca = True
        reading.whole(_LENGTH, made.basic_constraints)
    for path in SUBTREES:
        reading.subtrees(path, asked.name_constraints)
    reading.span("crl_validity", asked)
    reading.whole("crl_shards", asked)
    return asked, tuple(reading.broken)


def _stand(asked: CreateCertificateAuthorityRequest, reading: Reading, kind: str) -> None:
    """Where it is to stand. A parent that was not chosen would mean an outside CA, so it is asked for."""
    if kind not in dict(KINDS):
        reading.broken.append(Broken("kind", "KIND_MISSING", "choose what the CA is to be"))
    parent = reading.text("parent_ca_id")
    if kind != "under":
        if parent:
            told = "only an intermediate under a CA here is signed by one: choose that kind, or no CA"
            reading.broken.append(Broken("parent_ca_id", "PARENT_UNUSED", told))
        return
    asked.parent_ca_id = parent
    if not parent:
        reading.broken.append(Broken("parent_ca_id", "PARENT_MISSING", "choose the CA that signs it"))


ROUTES = [
    project_route("/certificate-authorities/new", ask, name="authority-new"),
    project_route("/certificate-authorities/new", create, methods=["POST"], name="authority-create"),
]
