"""Changes a policy while requests wait."""

from __future__ import annotations

from google.protobuf import json_format

from certmanager.v1 import policy_pb2
from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from server.store.records import ProfileRecord
from tests.requests.offices import Office


async def shorten(office: Office, profile_id: str) -> None:
    """Let the policy of a profile allow a day and no more."""
    record = await office.live.app.store.get(ProfileRecord, id=profile_id)
    assert record is not None
    policy = policy_pb2.CertificatePolicy(id=record.policy_id)
    json_format.ParseDict({"validity": {"maxLifetime": "86400s"}}, policy)
    request = policies.UpdateCertificatePolicyRequest(certificate_policy=policy)
    request.update_mask.paths.append("validity")
    await office.live.call(office.live.stub(PolicyServiceStub).UpdateCertificatePolicy, request)
