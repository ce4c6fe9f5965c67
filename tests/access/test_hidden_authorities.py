"""A CA of another project is hidden whatever state it is in."""

from __future__ import annotations

from dataclasses import replace

from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from server.ids import new_id
from server.store.records import AuthorityRecord, ObjectKind
from server.store.unit import Change, Insert, Unit
from tests.ordering import order
from tests.serving import Live


async def _waiting(live: Live, project_id: str) -> str:
    """The id of a CA that awaits its certificate."""
    model = await live.app.store.get(AuthorityRecord, id=live.ids["ca_id"])
    assert model is not None
    waiting = replace(
        model,
        id=new_id(),
        project_id=project_id,
        parent_id=None,
        state="AWAITING_CERTIFICATE",
        certificate=None,
    )
    await live.app.store.commit(Unit((Insert(waiting),), (Change(ObjectKind.AUTHORITY, waiting.id),)))
    return waiting.id


async def test_an_authority_of_another_project_is_absent_even_if_it_cannot_sign(live: Live) -> None:
    """Not its state, but its absence is told."""
    other = await live.project("other")
    admin = await live.token("admin", roles={live.ids["project_id"]: "ADMIN"})
    request = profiles.CreateCertificateProfileRequest(
        project_id=live.ids["project_id"],
        ca_id=await _waiting(live, other),
        certificate_policy_id=live.ids["certificate_policy_id"],
        slug="stranger",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
    )
    failure = await live.refused(live.profiles.CreateCertificateProfile, request, token=admin)
    assert (failure.reason, failure.details["ResourceInfo"].resource_name) == (
        "RESOURCE_NOT_FOUND",
        request.ca_id,
    )


async def test_a_profile_of_another_project_is_absent_even_if_its_authority_cannot_sign(live: Live) -> None:
    """Who may not see the profile learns nothing of its CA."""
    other = await live.project("other")
    profile_id = await live.profile(project_id=other, ca_id=await _waiting(live, other))
    requester = await live.token("requester", roles={live.ids["project_id"]: "REQUESTER"})
    request = order(profile_id, common_name="a.example.com")
    failure = await live.refused(live.certificates.IssueCertificate, request, token=requester)
    assert failure.reason == "RESOURCE_NOT_FOUND"


async def test_an_owner_learns_that_a_project_is_absent(live: Live) -> None:
    """An owner may see every project, but not one that does not exist."""
    request = profiles.CreateCertificateProfileRequest(
        project_id=new_id(),
        ca_id=live.ids["ca_id"],
        certificate_policy_id=live.ids["certificate_policy_id"],
        slug="nowhere",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
    )
    failure = await live.refused(live.profiles.CreateCertificateProfile, request)
    assert failure.details["ResourceInfo"].resource_type == "certmanager.v1.Project"
