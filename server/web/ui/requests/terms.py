"""The terms of a profile, as far as the caller may read them: the profile, its policy and its CA."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from starlette.exceptions import HTTPException

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import (
    GetCertificateAuthorityRequest,
    ListCertificateAuthoritiesRequest,
)
from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.policy_service_pb2 import GetCertificatePolicyRequest, ListCertificatePoliciesRequest
from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest, ListCertificateProfilesRequest
from server.web.refusals import Refused
from server.web.ui import narrowed
from server.web.ui.requests.allowed import Offer, anything, offer
from server.web.ui.visit import Visit

_MOST_PROFILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the form of a profile is made of."""

    profile: CertificateProfile
    policy_name: str
    """The policy's slug; empty if the caller may not read it."""
    authority: CertificateAuthority
    offer: Offer


async def terms_of(visit: Visit, profile_id: str) -> Terms:
    """The terms of one profile of the project. Raises Refused, and HTTPException (404) for one of another."""
    service = visit.caller.service
    answer = await visit.caller.ask(
        service.profiles.GetCertificateProfile, GetCertificateProfileRequest(id=profile_id)
    )
    profile: CertificateProfile = answer.certificate_profile
    if profile.project_id != visit.project.id:
        raise HTTPException(404)
    asked = GetCertificatePolicyRequest(id=profile.certificate_policy_id)
    policy = await _readable(visit, service.policies.GetCertificatePolicy, asked)
    wanted = GetCertificateAuthorityRequest(id=profile.ca_id)
    ca = await _readable(visit, service.authorities.GetCertificateAuthority, wanted)
    return _terms(
        profile,
        policy.certificate_policy if policy else None,
        ca.certificate_authority if ca else None,
    )


async def terms_of_all(visit: Visit, profiles: Sequence[CertificateProfile]) -> list[Terms]:
    """The terms of many profiles, by the lists of what they are made of."""
    service, id_ = visit.caller.service, visit.project.id
    wanted = ListCertificatePoliciesRequest(project_id=id_, page_size=_MOST_PROFILES)
    sought = ListCertificateAuthoritiesRequest(project_id=id_, page_size=_MOST_PROFILES)
    listed_policies, listed_cas = await asyncio.gather(
        _readable(visit, service.policies.ListCertificatePolicies, wanted),
        _readable(visit, service.authorities.ListCertificateAuthorities, sought),
    )
    policies = {each.id: each for each in listed_policies.certificate_policies} if listed_policies else {}
    cas = {each.id: each for each in listed_cas.certificate_authorities} if listed_cas else {}
    return [_terms(each, policies.get(each.certificate_policy_id), cas.get(each.ca_id)) for each in profiles]


def _terms(
    profile: CertificateProfile, policy: CertificatePolicy | None, ca: CertificateAuthority | None
) -> Terms:
    authority, document = ca or CertificateAuthority(), policy or anything()
    return Terms(
        profile=profile,
        policy_name=document.slug,
        authority=authority,
        offer=offer(document, profile, signed_with=authority.signature_algorithms),
    )


async def profiles_of(visit: Visit) -> list[CertificateProfile]:
    """The profiles of the project that the caller may see, those in use first."""
    asked = ListCertificateProfilesRequest(project_id=visit.project.id, page_size=_MOST_PROFILES)
    answer = await _readable(visit, visit.caller.service.profiles.ListCertificateProfiles, asked)
    found = answer.certificate_profiles if answer else await _of_narrow_roles(visit)
    return sorted(found, key=lambda each: (each.disabled, each.slug))


async def _of_narrow_roles(visit: Visit) -> list[CertificateProfile]:
    """The profiles that the caller's roles are for, each asked for: no list is for them."""
    ids = narrowed.profiles(visit.me.role_bindings, visit.project.id)
    wanted = [GetCertificateProfileRequest(id=id_) for id_ in ids]
    method = visit.caller.service.profiles.GetCertificateProfile
    answers = await asyncio.gather(*(_readable(visit, method, each) for each in wanted))
    return [answer.certificate_profile for answer in answers if answer]


async def slug_of(visit: Visit, profile_id: str) -> str:
    """The slug of a profile, or its id where it is gone or hidden."""
    asked = GetCertificateProfileRequest(id=profile_id)
    answer = await _readable(visit, visit.caller.service.profiles.GetCertificateProfile, asked)
    return answer.certificate_profile.slug if answer else profile_id


async def _readable(visit: Visit, method: Any, request: Any) -> Any:
    """The answer; None if it is not for the caller's eyes."""
    try:
        return await visit.caller.ask(method, request)
    except Refused as refused:
        if refused.code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND):
            return None
        raise
