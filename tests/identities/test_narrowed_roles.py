from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import access_pb2, profile_pb2, project_pb2
from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1 import project_service_pb2 as projects
from server.errors import NotFound
from server.ra.access.caller import Caller, Principal
from server.ra.access.roles import GRANTS, OF_ONE_PROFILE, PERMISSIONS, Role, narrowed
from tests.identities.actors import Actor, Stage


async def confined(stage: Stage, role: str) -> Actor:
    """An identity whose role holds for the first profile only."""
    actor = await stage.actor()
    await stage.bind(actor.id, role, stage.home, profile_id=stage.live.ids["profile_id"])
    return actor


def order(profile_id: str) -> certificates.IssueCertificateRequest:
    request = certificates.IssueCertificateRequest(profile_id=profile_id)
    request.attributes.common_name = "a.example.com"
    return request


async def outcome(stage: Stage, method: Any, request: Any, actor: Actor) -> str:
    call = method(request, metadata=stage.live.auth(actor.token), timeout=60)
    return str((await call.code()).name)


async def test_a_narrowed_requester_uses_its_profile_and_no_other(stage: Stage) -> None:
    live, actor = stage.live, await confined(stage, "REQUESTER")
    issue, ids = live.certificates.IssueCertificate, live.ids
    assert await outcome(stage, issue, order(ids["profile_id"]), actor) == "OK"
    assert await outcome(stage, issue, order(ids["rsa_profile_id"]), actor) == "NOT_FOUND"


async def test_a_narrowed_viewer_reads_what_was_made_under_its_profile(stage: Stage) -> None:
    """Of the certificates of the project's other profiles it learns nothing."""
    live, actor = stage.live, await confined(stage, "VIEWER")
    for key, expected in (("profile_id", "OK"), ("rsa_profile_id", "NOT_FOUND")):
        issued = await live.call(live.certificates.IssueCertificate, order(live.ids[key]))
        id_ = issued.certificate.certificate_id
        request = certificates.GetCertificateRequest(certificate_id=id_)
        assert await outcome(stage, live.certificates.GetCertificate, request, actor) == expected
        profile = profiles.GetCertificateProfileRequest(id=live.ids[key])
        assert await outcome(stage, live.profiles.GetCertificateProfile, profile, actor) == expected


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_23_lemur_a_narrowed_role_counts_for_nothing_else(sqlite_stage: Stage, role: str) -> None:
    """Not for the project, nor who may do what in it, nor for a profile's terms: every flag is closed."""
    stage, live = sqlite_stage, sqlite_stage.live
    actor, profile_id = await confined(stage, role), live.ids["profile_id"]
    project = project_pb2.Project(id=stage.home, name="Mine")
    terms = profile_pb2.CertificateProfile(id=profile_id, description="Mine")
    grant = messages.CreateRoleBindingRequest(
        identity_id=actor.id, role=access_pb2.ROLE_OPERATOR, project_id=stage.home, profile_id=profile_id
    )
    calls = [
        (stage.projects.GetProject, projects.GetProjectRequest(id=stage.home)),
        (stage.projects.UpdateProject, projects.UpdateProjectRequest(project=project)),
        (stage.access.CreateRoleBinding, grant),
        (stage.access.ListRoleBindings, messages.ListRoleBindingsRequest(project_id=stage.home)),
        (stage.projects.ListProjects, projects.ListProjectsRequest()),
        (
            live.profiles.UpdateCertificateProfile,
            profiles.UpdateCertificateProfileRequest(certificate_profile=terms),
        ),
    ]
    for method, request in calls:
        assert await outcome(stage, method, request, actor) in ("NOT_FOUND", "PERMISSION_DENIED")


async def test_a_wide_and_a_narrow_role_add_up(stage: Stage) -> None:
    """A viewer of the project who may also request by one profile reads all and requests by one."""
    live, actor = stage.live, await confined(stage, "REQUESTER")
    await stage.bind(actor.id, "VIEWER", stage.home)
    issue, read = live.certificates.IssueCertificate, live.profiles.GetCertificateProfile
    for key, expected in (("profile_id", "OK"), ("rsa_profile_id", "PERMISSION_DENIED")):
        assert await outcome(stage, issue, order(live.ids[key]), actor) == expected
        request = profiles.GetCertificateProfileRequest(id=live.ids[key])
        assert await outcome(stage, read, request, actor) == "OK"


async def test_the_profile_must_be_of_the_project(stage: Stage) -> None:
    away = await stage.live.project("away")
    request = messages.CreateRoleBindingRequest(
        identity_id=await stage.identity(),
        role=access_pb2.ROLE_VIEWER,
        project_id=away,
        profile_id=stage.live.ids["profile_id"],
    )
    failure = await stage.live.refused(stage.access.CreateRoleBinding, request)
    assert (failure.code.name, set(failure.fields)) == ("NOT_FOUND", {"profile_id"})


async def test_the_same_role_is_held_for_several_profiles(stage: Stage) -> None:
    id_ = await stage.identity()
    for key in ("profile_id", "rsa_profile_id"):
        await stage.bind(id_, "VIEWER", stage.home, profile_id=stage.live.ids[key])
    await stage.bind(id_, "VIEWER", stage.home)
    request = messages.ListRoleBindingsRequest(identity_id=id_)
    answer = await stage.live.call(stage.access.ListRoleBindings, request)
    assert len(answer.role_bindings) == 3


async def test_a_narrowed_role_is_told_with_its_profile(sqlite_stage: Stage) -> None:
    actor = await confined(sqlite_stage, "REQUESTER")
    me = await sqlite_stage.live.call(sqlite_stage.access.WhoAmI, messages.WhoAmIRequest(), token=actor.token)
    (held,) = me.role_bindings
    assert (held.project_id, held.profile_id) == (
        sqlite_stage.home,
        sqlite_stage.live.ids["profile_id"],
    )


@pytest.mark.parametrize("role", list(GRANTS))
@pytest.mark.parametrize("place", [("a", ""), ("a", "y"), ("b", "x"), ("b", ""), ("", "x"), ("", "")])
async def test_no_permission_leaves_the_profile(role: Role, place: tuple[str, str]) -> None:
    """Whatever the role and the permission: elsewhere the caller learns nothing at all."""
    principal = Principal("i", "i", "t", owner=False, grants={}, narrowed={("a", "x"): narrowed([role])})
    project_id, profile_id = place
    for permission in PERMISSIONS:
        caller = Caller(principal, permission)
        with pytest.raises(NotFound):
            caller.enter(project_id, absent=NotFound("absent"), requester_id="i", profile_id=profile_id)
        assert not caller.entered


@pytest.mark.parametrize("role", list(GRANTS))
async def test_a_narrowed_role_grants_no_more_than_the_wide_one(role: Role) -> None:
    found = narrowed([role])
    assert found.items() <= GRANTS[role].items()
    assert found.keys() <= OF_ONE_PROFILE
