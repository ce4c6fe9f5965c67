"""Profiles in the browser: seen, written, changed, disabled and removed."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest
from tests.facing.faces import Face
from tests.facing.ui import rich
from tests.facing.ui.filling import errors_at, form, form_of, sent
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

APPROVERS = {
    "approvalConfig": {"steps": [{"name": "team", "approvalsRequired": 1, "roles": ["ROLE_OPERATOR"]}]}
}


def room(face: Face) -> str:
    """The path of the profiles of the first project."""
    return f"/projects/{face.live.ids['project_id']}/certificate-profiles"


async def stored(face: Face, id_: str) -> CertificateProfile:
    live = face.live
    answer = await live.call(live.profiles.GetCertificateProfile, GetCertificateProfileRequest(id=id_))
    found: CertificateProfile = answer.certificate_profile
    return found


async def profile(face: Face, **said: object) -> str:
    """The id of a profile that says much, on a policy that allows all."""
    policy = await face.live.policy(rich.any_policy())
    return await face.live.profile(policy_id=policy, message=rich.profile(**{**APPROVERS, **said}))


async def test_a_profile_is_created_in_the_form(standing_face: Face) -> None:
    ids = standing_face.live.ids
    policy = await standing_face.live.policy(rich.any_policy())
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new?policy={policy}")
        assert filled.fields["certificate_policy_id"] == [policy]
        filled.put("slug", f"web-{uuid4().hex[:8]}").put("ca_id", ids["ca_id"]).put("defaults.ttl", "60d")
        filled.put("api_config.auto_renew", "on").put("api_config.renew_threshold", "renew_before_days")
        filled.put("api_config.renew_before_days", "7").put(
            "approval_config.steps.1.roles", "admin", "operator"
        )
        filled.put("approval_config.steps.1.approvals_required", "1")
        answer = await sent(client, filled)
        assert answer.status_code == 303, answer.text
        page = (await client.get(answer.headers["location"])).text
    made = await stored(standing_face, answer.headers["location"].rpartition("/")[2])
    assert (made.ca_id, made.certificate_policy_id) == (ids["ca_id"], policy)
    assert (made.api_config.auto_renew, made.api_config.renew_before_days) == (True, 7)
    assert [len(step.roles) for step in made.approval_config.steps] == [2]
    assert "Certificates that live 60 days are renewed at day 53." in page


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"apiConfig": {}, "approvalConfig": {}, "defaults": {}},
        {"apiConfig": {"renewBeforePercent": 20}, "defaults": {"ttl": "52w"}},
    ],
)
async def test_a_form_that_is_sent_as_it_stands_changes_nothing(
    standing_face: Face, said: dict[str, object]
) -> None:
    id_ = await profile(standing_face, **said)
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        answer = await sent(client, await form(client, f"{room(standing_face)}/{id_}/edit"))
        assert answer.status_code == 303, answer.text
    assert await stored(standing_face, id_) == before


async def test_a_copy_says_the_same(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new?from={id_}")
        answer = await sent(client, filled.put("slug", f"copy-{uuid4().hex[:8]}"))
        assert answer.status_code == 303, answer.text
        made = await stored(standing_face, answer.headers["location"].rpartition("/")[2])
    source = await stored(standing_face, id_)
    assert source.defaults == made.defaults
    assert source.approval_config == made.approval_config
    assert source.api_config == made.api_config


async def test_all_that_is_wrong_stands_beside_its_field_at_once(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/{id_}/edit")
        filled.put("slug", "No Slug").put("defaults.ttl", "long").put("defaults.country", "de")
        filled.put("api_config.renew_threshold", "renew_before_days").put(
            "api_config.renew_before_days", "few"
        )
        filled.put("approval_config.steps.0.approvals_required", "11").put("approval_config.max_wait", "7")
        filled.put("approval_config.bypass_identity_ids", "nobody")
        answer = await sent(client, filled)
    assert answer.status_code == 422
    for name in (
        "slug", "defaults.ttl", "defaults.country", "api_config.renew_before_days",
        "approval_config.max_wait",
        "approval_config.steps.0.approvals_required", "approval_config.bypass_identity_ids",
    ):  # fmt: skip
        assert errors_at(answer.text, name), name
    assert form_of(answer.text, "/edit").fields["api_config.renew_before_days"] == ["few"]


async def test_defaults_that_the_policy_forbids_are_told_at_their_fields(standing_face: Face) -> None:
    live = standing_face.live
    policy = await live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new?policy={policy}&ca={live.ids['ca_id']}")
        filled.put("slug", f"web-{uuid4().hex[:8]}").put("defaults.ttl", "2y").put("defaults.country", "DE")
        answer = await sent(client, filled)
    assert answer.status_code == 422
    assert errors_at(answer.text, "defaults.ttl")
    assert errors_at(answer.text, "defaults.country")


async def test_the_second_of_two_editors_overwrites_nothing_unasked(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    path = f"{room(standing_face)}/{id_}/edit"
    async with standing_face.signed_in() as client:
        first, second = await form(client, path), await form(client, path)
        assert (await sent(client, first.put("defaults.organization", "First"))).status_code == 303
        answer = await sent(client, second.put("description", "of the second"))
    assert answer.status_code == 409
    assert "First" in answer.text
    assert (await stored(standing_face, id_)).defaults.organization == "First"


async def test_a_profile_is_disabled_and_enabled(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    path = f"{room(standing_face)}/{id_}"
    async with standing_face.signed_in() as client:
        for action, after in (("/disable", True), ("/enable", False)):
            page = await client.get(path)
            answer = await sent(client, form_of(page.text, action))
            assert (answer.status_code, answer.headers["location"]) == (303, path)
            assert (await stored(standing_face, id_)).disabled is after


async def test_a_profile_that_has_issued_is_not_deleted_and_says_why(standing_face: Face) -> None:
    live = standing_face.live
    id_ = await profile(standing_face, approvalConfig={}, privateKeyDelivery=1, defaults={})
    issued = await live.call(
        live.certificates.IssueCertificate,
        IssueCertificateRequest(profile_id=id_, attributes={"common_name": "a.example.com"}),
    )
    async with standing_face.signed_in() as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        answer = await sent(client, form_of(page.text, "/delete"))
    assert answer.status_code == 409
    assert issued.certificate.serial_number in answer.text


async def test_an_unused_profile_is_deleted(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    async with standing_face.signed_in() as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        answer = await sent(client, form_of(page.text, "/delete"))
        assert (answer.status_code, answer.headers["location"]) == (303, room(standing_face))
        assert (await client.get(f"{room(standing_face)}/{id_}")).status_code == 404


async def test_cas_that_cannot_sign_come_last_and_are_marked(standing_face: Face) -> None:
    live = standing_face.live
    project = await live.project(f"cas-{uuid4().hex[:8]}")
    off = await live.authority(project_id=project, parent=None, state="DISABLED")
    on = await live.authority(project_id=project, parent=None)
    async with standing_face.signed_in() as client:
        page = (await client.get(f"/projects/{project}/certificate-profiles/new")).text
    select = page.partition('name="ca_id"')[2].partition("</select>")[0]
    assert re.findall(r'value="([0-9a-f-]*)"', select) == ["", on, off]
    assert "(disabled)" in select.partition(off)[2]


async def test_the_page_runs_nothing_of_what_it_shows(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    async with standing_face.signed_in() as client:
        for path in ("", f"/{id_}", f"/{id_}/edit"):
            page = (await client.get(room(standing_face) + path)).text
            assert "<script>alert(1)" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("role", ["VIEWER", "REQUESTER", "OPERATOR"])
async def test_who_may_not_write_profiles_sees_them_only(standing_face: Face, role: str) -> None:
    live = standing_face.live
    token = await live.token(f"{role}-{uuid4()}", roles={live.ids["project_id"]: role})
    id_ = await profile(standing_face)
    path, before = f"{room(standing_face)}/{id_}", await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        edited, shown = await form(client, f"{path}/edit"), (await client.get(path)).text
    async with standing_face.signed_in(token) as client:
        page = await client.get(path)
        assert page.status_code == 200
        assert f"{id_}/edit" not in page.text
        assert (await client.get(f"{room(standing_face)}/new")).status_code == 403
        csrf = form_of(page.text, "/sign-out").fields["csrf"]
        for filled in (edited.put("slug", "mine"), form_of(shown, "/delete"), form_of(shown, "/disable")):
            assert (await sent(client, filled.put("csrf", *csrf))).status_code == 403
    assert await stored(standing_face, id_) == before


async def test_a_profile_of_another_project_is_not_there(standing_face: Face) -> None:
    live = standing_face.live
    other = await live.project(f"other-{uuid4().hex[:8]}")
    id_ = await live.profile(project_id=other)
    async with standing_face.signed_in() as client:
        for path in (f"/{id_}", f"/{id_}/edit", f"/new?from={id_}"):
            assert (await client.get(room(standing_face) + path)).status_code == 404


async def test_looking_changes_nothing(standing_face: Face) -> None:
    id_ = await profile(standing_face)
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        for path in ("", f"/{id_}", f"/{id_}/edit", "/new", f"/new?from={id_}"):
            assert (await client.get(room(standing_face) + path)).status_code == 200
        for action in ("delete", "disable", "enable"):
            assert (await client.get(f"{room(standing_face)}/{id_}/{action}")).status_code in (404, 405)
    assert await stored(standing_face, id_) == before
