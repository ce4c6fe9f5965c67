"""Who signed a certificate, and who signed that one, up to the root."""

from __future__ import annotations

from dataclasses import dataclass

from certmanager.v1.certificate_authority_pb2 import (
    CertificateAuthority,
    CertificateAuthorityType,
)
from certmanager.v1.certificate_authority_service_pb2 import GetCertificateAuthorityRequest
from certmanager.v1.certificate_pb2 import Certificate
from server.web.refusals import Refused
from server.web.ui.visit import Visit

_ROOT = CertificateAuthorityType.CERTIFICATE_AUTHORITY_TYPE_ROOT
_LONGEST = 16
_BEGIN = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One certificate of a chain."""

    name: str
    kind: str
    """What it is, in words: ``root``, ``intermediate``."""
    authority: CertificateAuthority | None = None
    """The CA, if it is one that the caller may see."""
    generation: int = 0


async def chain_of(visit: Visit, certificate: Certificate) -> tuple[Link, ...]:
    """The issuers, the nearest first."""
    links: list[Link] = []
    authority = await authority_by_id(visit, certificate.ca_id)
    generation = certificate.ca_generation
    while authority is not None and len(links) < _LONGEST:
        links.append(_link(authority, generation))
        if not authority.parent_ca_id:
            return (*links, *_outside(authority))
        authority, generation = await authority_by_id(visit, authority.parent_ca_id), 0
    return (*links, Link(name="A CA that you may not see", kind="issuer"))


async def authority_by_id(visit: Visit, id_: str) -> CertificateAuthority | None:
    """A CA; None if there is none that the caller may see."""
    asked = GetCertificateAuthorityRequest(id=id_)
    try:
        answer = await visit.caller.ask(visit.caller.service.authorities.GetCertificateAuthority, asked)
    except Refused:
        return None
    found: CertificateAuthority = answer.certificate_authority
    return found


def certificates_in(pem: str) -> int:
    """How many certificates a PEM text holds."""
    return pem.count(_BEGIN)


def _link(authority: CertificateAuthority, generation: int) -> Link:
    kind = "root" if authority.type == _ROOT else "intermediate"
    name = authority.name or authority.subject
    return Link(name=name, kind=kind, authority=authority, generation=generation)


def _outside(authority: CertificateAuthority) -> tuple[Link, ...]:
    """What stands above a CA that somebody else signed."""
    if authority.type == _ROOT:
        return ()
    count = certificates_in(authority.certificate_chain)
    return tuple(
        Link(name="A CA outside this server", kind="root" if index == count - 1 else "intermediate")
        for index in range(count)
    )
