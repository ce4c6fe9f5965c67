"""What the overview tells of a project: counts, what ends next, what fails, what waits, and how to begin."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from certmanager.v1.certificate_authority_service_pb2 import ListCertificateAuthoritiesRequest
from certmanager.v1.certificate_pb2 import (
    CERTIFICATE_STATE_ACTIVE,
    RENEWAL_STATE_FAILING,
    Certificate,
)
from certmanager.v1.certificate_request_pb2 import (
    CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL,
    CertificateRequest,
)
from certmanager.v1.certificate_request_service_pb2 import SearchCertificateRequestsRequest
from certmanager.v1.certificate_service_pb2 import (
    GetCertificateStatisticsRequest,
    GetCertificateStatisticsResponse,
    ListCertificatesRequest,
)
from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest
from certmanager.v1.profile_service_pb2 import ListCertificateProfilesRequest
from server.web.ui.visit import Visit

SHOWN: Final = 6
"""Entries of each short list."""
_MOST: Final = 200
_SOON: Final = timedelta(days=7)
_LATER: Final = timedelta(days=90)
_HALVINGS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is shown."""

    statistics: GetCertificateStatisticsResponse
    ending: Sequence[Certificate]
    """Those in force that end next, the next one first."""
    failing: Sequence[Certificate]
    waiting: Sequence[CertificateRequest]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a project needs before anything can be issued, and whether it is there."""

    has_authority: bool
    has_policy: bool
    has_profile: bool

    @property
    def is_over(self) -> bool:
        """Whether certificates can be requested."""
        return self.has_authority and self.has_policy and self.has_profile


async def outlook(visit: Visit, now: datetime) -> Outlook:
    """What the caller may see of it. Raises Refused."""
    certificates = visit.caller.service.certificates
    asked = GetCertificateStatisticsRequest(project_id=visit.project.id)
    counted = visit.caller.ask(certificates.GetCertificateStatistics, asked)
    statistics, failing, waiting = await asyncio.gather(counted, _failing(visit), _waiting(visit))
    within = _SOON if statistics.expiring else _LATER
    ending = await _ending(visit, now, within) if statistics.active else ()
    return Outlook(statistics=statistics, ending=ending, failing=failing, waiting=waiting)


async def beginning(visit: Visit) -> Beginning:
    """How far the project is set up, as far as the caller may see it. Raises Refused."""
    id_, service, ask = visit.project.id, visit.caller.service, visit.caller.ask
    cas, policies, profiles = await asyncio.gather(
        ask(
            service.authorities.ListCertificateAuthorities,
            ListCertificateAuthoritiesRequest(project_id=id_, page_size=1),
        ),
        ask(
            service.policies.ListCertificatePolicies,
            ListCertificatePoliciesRequest(project_id=id_, page_size=1),
        ),
        ask(
            service.profiles.ListCertificateProfiles,
            ListCertificateProfilesRequest(project_id=id_, page_size=1),
        ),
    )
    return Beginning(
        bool(cas.certificate_authorities),
        bool(policies.certificate_policies),
        bool(profiles.certificate_profiles),
    )


async def _ending(visit: Visit, now: datetime, within: timedelta) -> Sequence[Certificate]:
    """The next ones to end. A list is by age and not by end: so the span is cut until it has one page."""
    for _ in range(_HALVINGS):
        asked = ListCertificatesRequest(
            project_id=visit.project.id,
            states=[CERTIFICATE_STATE_ACTIVE],
            expires_before=now + within,
            page_size=_MOST,
        )
        answer = await _listed(visit, asked)
        if not answer.next_page_token:
            break
        within /= 2
    return sorted(answer.certificates, key=lambda each: each.not_after.ToNanoseconds())[:SHOWN]


async def _failing(visit: Visit) -> Sequence[Certificate]:
    asked = ListCertificatesRequest(
        project_id=visit.project.id,
        renewal_states=[RENEWAL_STATE_FAILING],
        page_size=SHOWN,
    )
    found: Sequence[Certificate] = (await _listed(visit, asked)).certificates
    return found


async def _listed(visit: Visit, asked: ListCertificatesRequest) -> Any:
    return await visit.caller.ask(visit.caller.service.certificates.ListCertificates, asked)


async def _waiting(visit: Visit) -> Sequence[CertificateRequest]:
    """The newest first."""
    asked = SearchCertificateRequestsRequest(
        project_id=visit.project.id,
        states=[CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL],
        page_size=SHOWN,
    )
    answer = await visit.caller.ask(visit.caller.service.requests.SearchCertificateRequests, asked)
    found: Sequence[CertificateRequest] = answer.certificate_requests
    return found
