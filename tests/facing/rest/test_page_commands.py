"""The seed page's story, told with its own commands: its bodies go in as they stand, its answers come out."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from certmanager.v1 import access_pb2, profile_pb2
from server.pki.algorithms import KeyAlgorithm
from tests.facing.faces import API, Face
from tests.facing.rest.page import command, differences, run, sample
from tests.ordering import csr_pem, open_policy
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


@dataclass(frozen=True, slots=True)
class Ground:
    """A project with what the page's first command names."""

    project_id: str
    ca_id: str
    certificate_policy_id: str

    @classmethod
    async def of(cls, face: Face) -> Ground:
        project = await face.live.project(f"page-{len(_MADE)}")
        _MADE.append(project)
        ca = await face.live.authority(KeyAlgorithm.RSA_2048, project_id=project)
        return cls(project, ca, await face.live.policy(open_policy(), project_id=project))


_MADE: list[str] = []


async def _profile(face: Face) -> str:
    ground = await Ground.of(face)
    return await face.live.profile(
        ca_id=ground.ca_id, policy_id=ground.certificate_policy_id, project_id=ground.project_id
    )


async def test_the_first_command_creates_a_profile(standing_face: Face) -> None:
    ground = await Ground.of(standing_face)
    ids = {
        "project_id": ground.project_id,
        "ca_id": ground.ca_id,
        "certificate_policy_id": ground.certificate_policy_id,
    }
    text = command("create_profile", standing_face, access_token=standing_face.live.owner, **ids)
    answer = await run(text, standing_face)
    assert differences(sample("create_profile"), answer) == []
    made, said = answer["certificateProfile"], sample("create_profile")["certificateProfile"]
    same = ("slug", "description", "enrollmentType")
    assert {key: made[key] for key in same} == {key: said[key] for key in same}
    assert made["apiConfig"].items() >= {"autoRenew": True, "renewBeforeDays": 7}.items()
    assert (made["projectId"], made["caId"]) == (ground.project_id, ground.ca_id)


async def test_the_second_command_issues_with_a_key(standing_face: Face) -> None:
    profile = await _profile(standing_face)
    owner = standing_face.live.owner
    text = command("issue_certificate", standing_face, access_token=owner, certificate_profile_id=profile)
    answer = await run(text, standing_face)
    assert differences(sample("issue_certificate"), answer) == []
    certificate = x509.load_pem_x509_certificate(answer["certificate"]["certificate"].encode())
    key = serialization.load_pem_private_key(answer["certificate"]["privateKey"].encode(), None)
    assert key.public_key() == certificate.public_key()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["service.acme.com", "www.service.acme.com"]
    assert certificate.serial_number == int(answer["certificate"]["serialNumber"], 16)
    assert answer["certificateRequest"]["metadata"] == [
        {"key": "env", "value": "production"},
        {"key": "team", "value": "platform"},
    ]


async def test_the_third_command_issues_for_a_csr_and_tells_no_key(standing_face: Face) -> None:
    profile, csr = await _profile(standing_face), csr_pem(subject=[(NameOID.COMMON_NAME, "own.acme.com")])
    owner = standing_face.live.owner
    text = command("issue_csr", standing_face, csr=csr, access_token=owner, certificate_profile_id=profile)
    answer = await run(text, standing_face)
    assert differences(sample("issue_csr"), answer) == []
    assert "privateKey" not in answer["certificate"]


async def test_a_pending_certificate_is_null_and_comes_by_polling(standing_face: Face) -> None:
    """As the page's note has it: null, and the request's id to ask with."""
    live = standing_face.live
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])
    approval = profile_pb2.ApprovalConfig(steps=[step], allow_self_approval=True)
    message = profile_pb2.CertificateProfile(approval_config=approval)
    profile = await live.profile(policy=open_policy(), message=message)
    async with standing_face.client(live.owner) as client:
        answer = await client.post(
            f"{API}/certificates", json={"profileId": profile, "attributes": {"commonName": "a"}}
        )
        body = answer.json()
        assert answer.status_code == 200, body
        assert "certificate" in body
        assert body["certificate"] is None
        assert body["certificateRequest"]["state"] == "pending_approval"
        path = f"{API}/certificates/certificate-requests/{body['certificateRequestId']}"
        assert (await client.get(path)).json()["certificateRequest"]["state"] == "pending_approval"
        cancelled = await client.post(f"{path}/cancel", json={})
        assert cancelled.status_code == 200
        assert (await client.get(path)).json()["certificateRequest"]["state"] == "cancelled"
