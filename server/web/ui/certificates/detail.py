"""One certificate, with all that belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certmanager.v1.certificate_pb2 import (
    Certificate,
    CertificateState,
    KeySource,
    PrivateKeyState,
    RenewalState,
)
from certmanager.v1.certificate_request_service_pb2 import GetCertificateRequestRequest
from certmanager.v1.certificate_service_pb2 import GetLatestCertificateRequest, ListCertificatesRequest
from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest
from certmanager.v1.x509_pb2 import RevocationReason
from server.ids import new_id
from server.web.refusals import Broken, Refused
from server.web.ui.certificates.chain import chain_of
from server.web.ui.certificates.finding import PATH, certificate_of
from server.web.ui.certificates.reasons import reasons_for
from server.web.ui.forms import errors_for
from server.web.ui.moments import when
from server.web.ui.pages import page
from server.web.ui.troubles import UNPROCESSABLE
from server.web.ui.visit import Visit, project_route

_REVOKED = CertificateState.CERTIFICATE_STATE_REVOKED
_EXPIRED = CertificateState.CERTIFICATE_STATE_EXPIRED
_HOLD = RevocationReason.REVOCATION_REASON_CERTIFICATE_HOLD
_LONGEST_LINEAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form of the page that was refused."""

    form: str
    """Which one: ``renew``, ``revoke``, ``renewal``, ``release``."""
    broken: tuple[Broken, ...]
    entered: dict[str, str] = field(default_factory=dict, repr=False)


async def show(request: Request, visit: Visit) -> Response:
    """The page."""
    return await detail(request, visit, await certificate_of(request, visit))


async def now(request: Request, visit: Visit) -> Response:
    """The part of the page that tells how the certificate is."""
    certificate = await certificate_of(request, visit)
    latest, asked = await asyncio.gather(_latest(visit, certificate), _request_of(visit, certificate))
    return page(
        request, "certificates/now.html", visit, latest=latest, asked=asked, attempt=None, errors={},
        **_standing(visit, certificate),
    )  # fmt: skip


async def detail(
    request: Request, visit: Visit, certificate: Certificate, *, attempt: Attempt | None = None
) -> Response:
    """The page of a certificate, with what is wrong in one of its forms."""
    chain, lineage, latest, asked, profile = await asyncio.gather(
        chain_of(visit, certificate),
        _lineage(visit, certificate),
        _latest(visit, certificate),
        _request_of(visit, certificate),
        _profile_of(visit, certificate),
    )
    return page(
        request, "certificates/show.html", visit, status=UNPROCESSABLE if attempt else 200,
        chain=chain, lineage=lineage, latest=latest, asked=asked, profile=profile,
        passed=_passed(request, certificate), **_standing(visit, certificate),
        attempt=attempt, errors=errors_for(attempt.broken if attempt else ()),
    )  # fmt: skip


def _standing(visit: Visit, certificate: Certificate) -> dict[str, Any]:
    """How it is, whose key waits, and what can be done about it."""
    return {
        "certificate": certificate,
        "hold": is_on_hold(certificate),
        "does": _does(visit, certificate),
        "own_key": certificate.key_source == KeySource.KEY_SOURCE_SERVER_GENERATED,
        "reasons": reasons_for(certificate),
        "request_id": new_id(),
        "claimable": certificate.private_key_state == PrivateKeyState.PRIVATE_KEY_STATE_CLAIMABLE,
        "is_mine": certificate.requester_identity_id == visit.me.identity.id,
    }


def is_on_hold(certificate: Certificate) -> bool:
    """Whether its revocation can be undone."""
    return certificate.state == _REVOKED and certificate.revocation.reason == _HOLD


def _does(visit: Visit, certificate: Certificate) -> dict[str, bool]:
    """Which actions are offered; the RPCs decide again."""
    of_ca = not certificate.profile_id
    renewed = certificate.auto_renewal.state == RenewalState.RENEWAL_STATE_RENEWED
    ended, revoked = certificate.state == _EXPIRED, certificate.state == _REVOKED
    may_renew = visit.may("certificates.renew", certificate.profile_id) and not of_ca and not renewed
    may_revoke = visit.may("certificates.revoke", certificate.profile_id)
    return {
        "renew": may_renew and not revoked,
        "schedule": may_renew and not ended,
        "revoke": may_revoke and not ended and (not revoked or is_on_hold(certificate)),
        "release": may_revoke and is_on_hold(certificate),
    }


def _passed(request: Request, certificate: Certificate) -> int:
    """How much of its life is over, in percent."""
    begin, end = when(certificate.not_before), when(certificate.not_after)
    if begin is None or end is None or end <= begin:
        return 100
    share = (request.app.state.sessions.clock() - begin) / (end - begin)
    return max(0, min(100, int(share * 100)))


async def _lineage(visit: Visit, certificate: Certificate) -> Sequence[Certificate]:
    """It and its renewals, the oldest first."""
    asked = ListCertificatesRequest(
        project_id=visit.project.id, lineage_id=certificate.lineage_id, page_size=_LONGEST_LINEAGE
    )
    if not certificate.lineage_id:
        return [certificate]
    answer = await visit.caller.ask(visit.caller.service.certificates.ListCertificates, asked)
    return list(reversed(answer.certificates))


async def _latest(visit: Visit, certificate: Certificate) -> str:
    """The id of the one of its lineage that is to be used now; empty if none is."""
    asked = GetLatestCertificateRequest(certificate_id=certificate.id)
    answer = await _or_none(visit, visit.caller.service.certificates.GetLatestCertificate, asked)
    return answer.certificate.id if answer else ""


async def _request_of(visit: Visit, certificate: Certificate) -> Any:
    """The request that it came from; None if there is none, or if it may not be seen."""
    if not certificate.certificate_request_id:
        return None
    asked = GetCertificateRequestRequest(certificate_request_id=certificate.certificate_request_id)
    answer = await _or_none(visit, visit.caller.service.requests.GetCertificateRequest, asked)
    return answer.certificate_request if answer else None


async def _profile_of(visit: Visit, certificate: Certificate) -> Any:
    """The profile that it was issued against; None if it is gone, or may not be seen."""
    if not certificate.profile_id:
        return None
    asked = GetCertificateProfileRequest(id=certificate.profile_id)
    answer = await _or_none(visit, visit.caller.service.profiles.GetCertificateProfile, asked)
    return answer.certificate_profile if answer else None


async def _or_none(visit: Visit, method: Any, asked: Any) -> Any:
    try:
        return await visit.caller.ask(method, asked)
    except Refused:
        return None


ROUTES = [
    project_route(PATH, show, name="certificate"),
    project_route(PATH + "/now", now, name="certificate-now"),
]
