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
from server.api.certificate_service import CertificateService
from server.api.concerns.drain import Drain
from server.api.health import health_service
from server.api.methods import Service
from server.api.profile_service import ProfileService
from server.api.reflection import reflection_services
from server.ra.certificates import Certificates
from server.ra.profiles import Profiles
from server.ra.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """What the servicers delegate to."""

    profiles: Profiles
    registration: Registration
    certificates: Certificates


def services(cases: UseCases, drain: Drain, *, reflection: bool) -> tuple[Service, ...]:
    """Everything that is served: ours, health and, if wanted, reflection."""
    ours = _ours(cases)
    others = (health_service(ours, drain),)
    return (*ours, *others, *(reflection_services((*ours, *others), drain) if reflection else ()))


def _ours(cases: UseCases) -> tuple[Service, ...]:
    """The contract's services; an RPC that no servicer has answers UNIMPLEMENTED."""
    nobody = object()
    return (
        _service(project_service_pb2, "ProjectService", nobody),
        _service(access_service_pb2, "AccessService", nobody),
        _service(certificate_authority_service_pb2, "CertificateAuthorityService", nobody),
        _service(policy_service_pb2, "PolicyService", nobody),
        _service(profile_service_pb2, "ProfileService", ProfileService(cases.profiles)),
        _service(
            certificate_service_pb2,
            "CertificateService",
            CertificateService(cases.registration, cases.certificates),
        ),
        _service(certificate_request_service_pb2, "CertificateRequestService", nobody),
    )


def _service(file: Any, name: str, servicer: object) -> Service:
    return Service(file.DESCRIPTOR.services_by_name[name], servicer)
