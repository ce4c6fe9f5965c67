"""What the pages ask the service about profiles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1.access_service_pb2 import ListIdentitiesRequest
from certmanager.v1.certificate_authority_service_pb2 import ListCertificateAuthoritiesRequest
from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest
from certmanager.v1.profile_pb2 import ENROLLMENT_TYPE_API, CertificateProfile
from certmanager.v1.profile_service_pb2 import (
    CreateCertificateProfileRequest,
    DeleteCertificateProfileRequest,
    GetCertificateProfileRequest,
    UpdateCertificateProfileRequest,
)
from server.web.service import Caller
from server.web.ui.editing.every import every


async def fetch(caller: Caller, id_: str) -> CertificateProfile:
    """The profile of an id."""
    method = caller.service.profiles.GetCertificateProfile
    found: CertificateProfile = (
        await caller.ask(method, GetCertificateProfileRequest(id=id_))
    ).certificate_profile
    return found


async def create(caller: Caller, profile: CertificateProfile, request_id: str) -> CertificateProfile:
    """A new profile: the fields that the request and the message both have, by name."""
    request = CreateCertificateProfileRequest(request_id=request_id, enrollment_type=ENROLLMENT_TYPE_API)
    for field, value in profile.ListFields():
        if field.name not in request.DESCRIPTOR.fields_by_name:
            continue
        if field.message_type is None:
            setattr(request, field.name, value)
        else:
            getattr(request, field.name).CopyFrom(value)
    answer = await caller.ask(caller.service.profiles.CreateCertificateProfile, request)
    made: CertificateProfile = answer.certificate_profile
    return made


async def update(caller: Caller, profile: CertificateProfile, mask: Sequence[str]) -> CertificateProfile:
    """The profile with the fields of the mask changed, if it is still the one of its ``etag``."""
    request = UpdateCertificateProfileRequest(certificate_profile=profile, update_mask=FieldMask(paths=mask))
    answer = await caller.ask(caller.service.profiles.UpdateCertificateProfile, request)
    changed: CertificateProfile = answer.certificate_profile
    return changed


async def delete(caller: Caller, id_: str, etag: str) -> None:
    """Remove a profile that nothing uses."""
    request = DeleteCertificateProfileRequest(id=id_, etag=etag)
    await caller.ask(caller.service.profiles.DeleteCertificateProfile, request)


async def authorities(caller: Caller, project_id: str) -> list[Any]:
    """The CAs of a project."""
    request = ListCertificateAuthoritiesRequest(project_id=project_id)
    method = caller.service.authorities.ListCertificateAuthorities
    return await every(caller, method, request, field="certificate_authorities")


async def policies(caller: Caller, project_id: str) -> list[Any]:
    """The policies of a project."""
    request = ListCertificatePoliciesRequest(project_id=project_id)
    method = caller.service.policies.ListCertificatePolicies
    return await every(caller, method, request, field="certificate_policies")


async def names(caller: Caller, ids: Collection[str]) -> dict[str, str]:
    """The names of those identities that are in force, by their ids."""
    if not ids:
        return {}
    method = caller.service.access.ListIdentities
    known = await every(caller, method, ListIdentitiesRequest(), field="identities")
    return {each.id: each.name for each in known if each.id in ids}
