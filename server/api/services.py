"""The services of the contract and who serves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_request_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    project_service_pb2,
)
from server.api.access_service import AccessService
from server.api.authority_service import CertificateAuthorityService
from server.api.certificate_service import CertificateService
from server.api.concerns.drain import Drain
from server.api.health import health_service
from server.api.methods import Service
from server.api.paging import Paging
from server.api.policy_service import PolicyService
from server.api.profile_service import ProfileService
from server.api.project_service import ProjectService
from server.api.reflection import reflection_services
from server.api.request_service import CertificateRequestService
from server.ra.access.access_tokens import AccessTokens
from server.ra.access.identities import Identities
from server.ra.access.projects import Projects
from server.ra.access.role_bindings import RoleBindings
from server.ra.access.whoami import WhoAmI
from server.ra.audit_log import AuditLog
from server.ra.issuing.bundles import Bundles
from server.ra.issuing.certificates import Certificates
from server.ra.issuing.registration import Registration
from server.ra.issuing.statistics import Counting
from server.ra.issuing.submissions import Submissions
from server.ra.keys.claims import Claims
from server.ra.renewing.renewals import Renewals
from server.ra.renewing.switching import Switching
from server.ra.requests.approvals import Approvals
from server.ra.requests.requests import Requests
from server.ra.revoking.crl_enquiry import CRLEnquiry
from server.ra.revoking.revocations import Revocations
from server.ra.setup.authorities import CertificateAuthorities
from server.ra.setup.founding import Founding
from server.ra.setup.installing import Installing
from server.ra.setup.policies import Policies
from server.ra.setup.profiles import Profiles
from server.ra.setup.rotation import Rotation
from server.ra.watching.watches import Watches


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """What the servicers delegate to."""

    paging: Paging
    founding: Founding
    authorities: CertificateAuthorities
    installing: Installing
    rotation: Rotation
    crls: CRLEnquiry
    projects: Projects
    whoami: WhoAmI
    identities: Identities
    tokens: AccessTokens
    bindings: RoleBindings
    audit_log: AuditLog
    policies: Policies
    profiles: Profiles
    registration: Registration
    submissions: Submissions
    certificates: Certificates
    bundles: Bundles
    counting: Counting
    renewals: Renewals
    switching: Switching
    revocations: Revocations
    requests: Requests
    approvals: Approvals
    claims: Claims
    watches: Watches


def services(cases: UseCases, drain: Drain, *, reflection: bool) -> tuple[Service, ...]:
    """Everything that is served: ours, health and, if wanted, reflection."""
    ours = _ours(cases)
    others = (health_service(ours, drain),)
    return (*ours, *others, *(reflection_services((*ours, *others), drain) if reflection else ()))


def _ours(cases: UseCases) -> tuple[Service, ...]:
    """The contract's services; an RPC that no servicer has answers UNIMPLEMENTED."""
    return (
        _service(project_service_pb2, "ProjectService", ProjectService(cases.projects, cases.paging)),
        _service(access_service_pb2, "AccessService", _access(cases)),
        _service(
            certificate_authority_service_pb2,
            "CertificateAuthorityService",
            _authorities(cases),
        ),
        _service(policy_service_pb2, "PolicyService", PolicyService(cases.policies, cases.paging)),
        _service(profile_service_pb2, "ProfileService", ProfileService(cases.profiles, cases.paging)),
        _service(
            certificate_service_pb2,
            "CertificateService",
            CertificateService(
                cases.registration,
                cases.submissions,
                cases.certificates,
                cases.paging,
                renewals=cases.renewals,
                switching=cases.switching,
                revocations=cases.revocations,
                bundles=cases.bundles,
                counting=cases.counting,
                watches=cases.watches,
            ),
        ),
        _service(
            certificate_request_service_pb2,
            "CertificateRequestService",
            CertificateRequestService(
                cases.requests, cases.approvals, cases.claims, cases.paging, watches=cases.watches
            ),
        ),
    )


def _authorities(cases: UseCases) -> CertificateAuthorityService:
    return CertificateAuthorityService(
        cases.founding,
        cases.authorities,
        cases.paging,
        crls=cases.crls,
        watches=cases.watches,
        installing=cases.installing,
        rotation=cases.rotation,
    )


def _access(cases: UseCases) -> AccessService:
    return AccessService(
        whoami=cases.whoami,
        identities=cases.identities,
        tokens=cases.tokens,
        bindings=cases.bindings,
        log=cases.audit_log,
        paging=cases.paging,
    )


def _service(file: Any, name: str, servicer: object) -> Service:
    return Service(file.DESCRIPTOR.services_by_name[name], servicer)
