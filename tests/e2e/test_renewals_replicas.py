"""Two servers on one PostgreSQL renew the same certificates, and one is killed while it does."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import psycopg

from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from server.config import Settings
from tests.e2e.pairs import Replica, pair
from tests.e2e.processes import eventually
from tests.ordering import open_policy

MANY = 150
LIFE = "60s"
_LINEAGES = """
    SELECT count(*), count(renewed_by_id), count(DISTINCT renewed_from_id), max(renewal_attempts)
    FROM certificate WHERE profile_id = %s GROUP BY lineage_id
"""


async def _profile(replica: Replica) -> str:
    """The id of a profile whose certificates are renewed when 18 of their seconds are over."""
    ids, name = replica.process.ids, f"brief-{uuid4().hex}"
    policy = open_policy()
    policy.slug, policy.project_id = name, ids["project_id"]
    wanted = policies.CreateCertificatePolicyRequest(certificate_policy=policy)
    made = await replica.call(PolicyServiceStub, "CreateCertificatePolicy", wanted)
    request = profiles.CreateCertificateProfileRequest(
        project_id=ids["project_id"],
        ca_id=ids["ca_id"],
        certificate_policy_id=made.certificate_policy.id,
        slug=name,
        enrollment_type="ENROLLMENT_TYPE_API",
        api_config=profile_pb2.ApiEnrollmentConfig(auto_renew=True, renew_before_percent=70),
    )
    answer = await replica.call(ProfileServiceStub, "CreateCertificateProfile", request)
    return str(answer.certificate_profile.id)


async def _issued(replica: Replica, profile_id: str) -> None:
    request = certificates.IssueCertificateRequest(profile_id=profile_id)
    request.attributes.common_name, request.attributes.ttl = "a.example.com", LIFE
    await replica.call(CertificateServiceStub, "IssueCertificate", request)


def _lineages(url: str, profile_id: str) -> Counter[tuple[int, int, int, int]]:
    """How many lineages have so many members, successors, and different predecessors."""
    with psycopg.connect(url) as connection:
        return Counter(connection.execute(_LINEAGES, (profile_id,)).fetchall())


def _renewed(url: str, profile_id: str) -> int:
    return sum(count for (members, *_), count in _lineages(url, profile_id).items() if members > 1)


async def test_each_is_renewed_once_though_one_server_is_killed_in_between(
    postgres_settings: Settings,
) -> None:
    """What it had taken the other one does, before the certificates end; no lineage forks, nothing fails."""
    url = postgres_settings.database_url
    async with pair(postgres_settings) as both:
        profile_id = await _profile(both.one)
        orders = (_issued(replica, profile_id) for replica in both.replicas for _ in range(MANY // 2))
        await asyncio.gather(*orders)
        await asyncio.to_thread(eventually, lambda: _renewed(url, profile_id) > MANY // 10)
        both.one.process.kill()
        await asyncio.to_thread(eventually, lambda: _renewed(url, profile_id) == MANY)
        found = _lineages(url, profile_id)
    assert sum(found.values()) == MANY
    assert {members - 1 for members, *_ in found} <= {1, 2}
    assert all((renewed, sources) == (members - 1,) * 2 for members, renewed, sources, _ in found)
    assert {attempts for *_, attempts in found} == {0}
