"""What the pages ask the service about policies."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.policy_service_pb2 import (
    CreateCertificatePolicyRequest,
    DeleteCertificatePolicyRequest,
    GetCertificatePolicyRequest,
    UpdateCertificatePolicyRequest,
)
from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import ListCertificateProfilesRequest
from server.web.service import Caller
from server.web.ui.editing.every import every


async def fetch(caller: Caller, id_: str) -> CertificatePolicy:
    """The policy of an id."""
    answer = await caller.ask(
        caller.service.policies.GetCertificatePolicy, GetCertificatePolicyRequest(id=id_)
    )
    found: CertificatePolicy = answer.certificate_policy
    return found


async def create(caller: Caller, policy: CertificatePolicy, request_id: str) -> CertificatePolicy:
    """A new policy."""
    request = CreateCertificatePolicyRequest(certificate_policy=policy, request_id=request_id)
    answer = await caller.ask(caller.service.policies.CreateCertificatePolicy, request)
    made: CertificatePolicy = answer.certificate_policy
    return made


async def update(caller: Caller, policy: CertificatePolicy, mask: Sequence[str]) -> CertificatePolicy:
    """The policy with the fields of the mask changed, if it is still the one of its ``etag``."""
    request = UpdateCertificatePolicyRequest(certificate_policy=policy, update_mask=FieldMask(paths=mask))
    answer = await caller.ask(caller.service.policies.UpdateCertificatePolicy, request)
    changed: CertificatePolicy = answer.certificate_policy
    return changed


async def delete(caller: Caller, id_: str, etag: str) -> None:
    """Remove a policy that no profile is on."""
    request = DeleteCertificatePolicyRequest(id=id_, etag=etag)
    await caller.ask(caller.service.policies.DeleteCertificatePolicy, request)


async def profiles_of(caller: Caller, project_id: str, policy_id: str = "") -> list[CertificateProfile]:
    """The profiles of a project that the caller sees, or those on one policy."""
    request = ListCertificateProfilesRequest(project_id=project_id, certificate_policy_id=policy_id)
    method = caller.service.profiles.ListCertificateProfiles
    return await every(caller, method, request, field="certificate_profiles")
