"""Policies as pages show them, who may change them, and what removes them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.policy_service_pb2 import GetCertificatePolicyRequest, UpdateCertificatePolicyRequest
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from tests.facing.faces import Face
from tests.facing.ui import rich
from tests.facing.ui.filling import form, form_of, sent
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


def room(face: Face) -> str:
    """The path of the policies of the first project."""
    return f"/projects/{face.live.ids['project_id']}/certificate-policies"


async def stored(face: Face, id_: str) -> CertificatePolicy:
    live = face.live
    method = live.stub(PolicyServiceStub).GetCertificatePolicy
    answer = await live.call(method, GetCertificatePolicyRequest(id=id_))
    found: CertificatePolicy = answer.certificate_policy
    return found


async def test_a_policy_that_is_used_is_not_deleted_and_says_why(standing_face: Face) -> None:
    live = standing_face.live
    id_ = await live.policy(rich.policy())
    profile = await live.profile(policy_id=id_)
    async with standing_face.signed_in() as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        answer = await sent(client, form_of(page.text, "/delete"))
    assert answer.status_code == 409
    assert f"profile-{profile}" in answer.text
    assert (await stored(standing_face, id_)).id == id_


async def test_an_unused_policy_is_deleted(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        answer = await sent(client, form_of(page.text, "/delete"))
        assert (answer.status_code, answer.headers["location"]) == (303, room(standing_face))
        assert (await client.get(f"{room(standing_face)}/{id_}")).status_code == 404


async def test_what_changed_meanwhile_is_not_deleted(standing_face: Face) -> None:
    live = standing_face.live
    id_ = await live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        request = UpdateCertificatePolicyRequest(certificate_policy={"id": id_, "description": "new"})
        await live.call(live.stub(PolicyServiceStub).UpdateCertificatePolicy, request)
        answer = await sent(client, form_of(page.text, "/delete"))
    assert answer.status_code == 409
    assert (await stored(standing_face, id_)).description == "new"


async def test_the_page_tells_the_policy_in_sentences_and_runs_nothing_of_it(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        page = (await client.get(f"{room(standing_face)}/{id_}")).text
    assert "Usually 30 days." in page
    assert "<code>**.example.com</code>, <code>*.example.net</code>, but not" in page
    assert "Two\nlines &amp; &lt;b&gt;marks&lt;/b&gt;" in page
    assert "<b>marks" not in page


async def test_the_list_counts_the_profiles_on_each(standing_face: Face) -> None:
    live = standing_face.live
    project = await live.project(f"listed-{uuid4().hex[:8]}")
    path = f"/projects/{project}/certificate-policies"
    async with standing_face.signed_in() as client:
        assert "No policies yet" in (await client.get(path)).text
        id_ = await live.policy(rich.policy(), project_id=project)
        await live.profile(policy_id=id_, project_id=project)
        page = (await client.get(path)).text
    assert f"policy-{id_}" in page
    assert '<td class="number">1</td>' in page


@pytest.mark.parametrize("role", ["VIEWER", "REQUESTER", "OPERATOR"])
async def test_who_may_not_write_policies_sees_them_only(standing_face: Face, role: str) -> None:
    live = standing_face.live
    token = await live.token(f"{role}-{uuid4()}", roles={live.ids["project_id"]: role})
    id_ = await live.policy(rich.policy())
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        edited, deleted = (
            await form(client, f"{room(standing_face)}/{id_}/edit"),
            await client.get(f"{room(standing_face)}/{id_}"),
        )
    async with standing_face.signed_in(token) as client:
        page = await client.get(f"{room(standing_face)}/{id_}")
        assert page.status_code == 200
        assert f"{id_}/edit" not in page.text
        assert (await client.get(f"{room(standing_face)}/new")).status_code == 403
        assert (await client.get(f"{room(standing_face)}/{id_}/edit")).status_code == 403
        csrf = form_of(page.text, "/sign-out").fields["csrf"]
        for filled in (edited.put("description", "mine"), form_of(deleted.text, "/delete")):
            assert (await sent(client, filled.put("csrf", *csrf))).status_code == 403
    assert await stored(standing_face, id_) == before


async def test_a_policy_of_another_project_is_not_there(standing_face: Face) -> None:
    live = standing_face.live
    other = await live.project(f"other-{uuid4().hex[:8]}")
    id_ = await live.policy(rich.policy(), project_id=other)
    async with standing_face.signed_in() as client:
        for path in (f"/{id_}", f"/{id_}/edit", f"/new?from={id_}"):
            assert (await client.get(room(standing_face) + path)).status_code == 404


async def test_looking_changes_nothing(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        for path in ("", f"/{id_}", f"/{id_}/edit", "/new", f"/new?from={id_}"):
            assert (await client.get(room(standing_face) + path)).status_code == 200
        assert (await client.get(f"{room(standing_face)}/{id_}/delete")).status_code in (404, 405)
    assert await stored(standing_face, id_) == before
