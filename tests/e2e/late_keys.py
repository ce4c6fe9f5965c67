"""A key that is claimed after its approval, from a server that is a process."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import grpc.aio
import pytest

from certmanager.v1 import access_pb2, profile_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from tests.e2e.processes import PATIENCE, Process, issue


async def claimed(process: Process, channel: grpc.aio.Channel) -> tuple[str, bytes]:
    """The key, claimed twice under one id, and all that the refusal of another claim holds."""
    requests = CertificateRequestServiceStub(channel)
    pending = await issue(process, channel, profile_id=await _profile(process, channel))
    id_ = pending.certificate_request_id
    approval = messages.ApproveCertificateRequestRequest(certificate_request_id=id_)
    await _call(process, requests.ApproveCertificateRequest, approval)
    claim = messages.ClaimPrivateKeyRequest(certificate_request_id=id_, request_id=str(uuid4()))
    first, second = [await _call(process, requests.ClaimPrivateKey, claim) for _ in range(2)]
    assert first == second
    claim.request_id = str(uuid4())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _call(process, requests.ClaimPrivateKey, claim)
    return str(first.certificate.private_key), repr(refused.value.trailing_metadata()).encode()


async def _profile(process: Process, channel: grpc.aio.Channel) -> str:
    """The id of a profile whose requests the owner approves, also the owner's own."""
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OWNER])
    request = profiles.CreateCertificateProfileRequest(
        project_id=process.ids["project_id"],
        ca_id=process.ids["ca_id"],
        certificate_policy_id=process.ids["certificate_policy_id"],
        slug=f"late-{uuid4().hex}",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        api_config=profile_pb2.ApiEnrollmentConfig(),
        approval_config=profile_pb2.ApprovalConfig(steps=[step], allow_self_approval=True),
    )
    made = await _call(process, ProfileServiceStub(channel).CreateCertificateProfile, request)
    return str(made.certificate_profile.id)


async def _call(process: Process, method: Any, request: Any) -> Any:
    return await method(request, metadata=process.auth(), timeout=PATIENCE)
