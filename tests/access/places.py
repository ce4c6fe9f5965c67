"""What there is to be called for: a project, and one of everything in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from certmanager.v1 import certificate_service_pb2 as certificates
from server.clock import utc_now
from server.ids import new_id
from server.ra.access.tokens import hash_token
from server.store.records import PolicyRecord, ProfileRecord, ProjectRecord, RoleBindingRecord, TokenRecord
from tests.operators.ca_installing import asked
from tests.operators.ca_outside import outside_root
from tests.ordering import open_policy, order
from tests.serving import Live
from tests.standing import Standing

ABSENT = "0195e1a0-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The ids and names of what is in one project."""

    project_id: str
    project_slug: str
    ca_id: str
    spare_ca_id: str
    """A CA that nothing is issued under."""
    outside_ca_id: str
    """A CA that awaits the certificate of an outside CA."""
    outside_certificate: str
    outside_chain: str
    policy_id: str
    policy_slug: str
    profile_id: str
    profile_slug: str
    identity_id: str
    """An identity that is a viewer here, and nothing else."""
    token_id: str
    binding_id: str
    certificate_id: str
    """A certificate that the owner asked for."""
    serial_number: str
    request_id: str
    """The request that it was issued for."""

    @classmethod
    def absent(cls) -> Self:
        """Where nothing is."""
        return cls(**{field.name: ABSENT for field in fields(cls)})


async def home(standing: Standing) -> Place:
    """The first project."""
    ids = standing.live.ids
    return await _place(standing, ids["project_id"], ids["ca_id"], ids["profile_id"])


async def away(standing: Standing) -> Place:
    """A new project."""
    live = standing.live
    project_id = await live.project(f"away-{new_id()}")
    ca_id = await live.authority(project_id=project_id, parent=None, path_length=None)
    policy_id = await live.policy(open_policy(), project_id=project_id)
    profile_id = await live.profile(ca_id=ca_id, policy_id=policy_id, project_id=project_id)
    return await _place(standing, project_id, ca_id, profile_id)


async def _place(standing: Standing, project_id: str, ca_id: str, profile_id: str) -> Place:
    live = standing.live
    project = await live.app.store.get(ProjectRecord, id=project_id)
    profile = await live.app.store.get(ProfileRecord, id=profile_id)
    assert project is not None
    assert profile is not None
    policy = await live.app.store.get(PolicyRecord, id=profile.policy_id)
    assert policy is not None
    issued = await standing.issue(order(profile_id, common_name="a.example.com"))
    return Place(
        project_id=project_id,
        project_slug=project.slug,
        ca_id=ca_id,
        spare_ca_id=await live.authority(project_id=project_id, parent=None),
        policy_id=policy.id,
        policy_slug=policy.slug,
        profile_id=profile_id,
        profile_slug=profile.slug,
        **await _outside(live, project_id),
        **await _viewer(live, project_id),
        **_named(issued),
    )


async def _outside(live: Live, project_id: str) -> dict[str, str]:
    """A CA that is to be signed outside, with what an outside CA answered."""
    ca, csr = await asked(live, project_id=project_id)
    root = outside_root(utc_now())
    certificate = root.sign(csr, now=utc_now())
    return {"outside_ca_id": ca.id, "outside_certificate": certificate, "outside_chain": root.chain}


async def _viewer(live: Live, project_id: str) -> dict[str, str]:
    secret = await live.token(f"someone-{new_id()}", roles={project_id: "VIEWER"})
    token = await live.app.store.get(TokenRecord, hash=hash_token(secret))
    assert token is not None
    binding = await live.app.store.get(RoleBindingRecord, identity_id=token.identity_id)
    assert binding is not None
    return {"identity_id": token.identity_id, "token_id": token.id, "binding_id": binding.id}


def _named(issued: certificates.IssueCertificateResponse) -> dict[str, str]:
    certificate = issued.certificate
    return {
        "certificate_id": certificate.certificate_id,
        "serial_number": certificate.serial_number,
        "request_id": issued.certificate_request_id,
    }
