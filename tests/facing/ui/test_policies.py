"""Policies written and changed in their form."""

from __future__ import annotations

from uuid import uuid4

import pytest

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.policy_service_pb2 import GetCertificatePolicyRequest
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from tests.facing.faces import Face
from tests.facing.ui import rich
from tests.facing.ui.filling import errors_at, form, form_of, sent
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


async def test_a_policy_is_created_in_the_form(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new")
        filled.put("slug", f"web-{uuid4().hex[:8]}").put("alt_names", "alt_name_rules")
        filled.put("alt_name_rules.rules.DNS", "on")
        filled.put("alt_name_rules.rules.DNS.allowed", " **.example.com \r\n\r\n*.example.net\r\n")
        filled.put("validity.max_lifetime", "1y")
        answer = await sent(client, filled)
        assert answer.status_code == 303, answer.text
        made = await stored(standing_face, answer.headers["location"].rpartition("/")[2])
    (rule,) = made.alt_name_rules.rules
    assert list(rule.allowed) == ["**.example.com", "*.example.net"]
    assert made.validity.max_lifetime == rich.days(365)
    assert made.HasField("any_key_algorithms")


@pytest.mark.parametrize("message", [rich.policy(), rich.any_policy(), CertificatePolicy()])
async def test_a_form_that_is_sent_as_it_stands_changes_nothing(
    standing_face: Face, message: CertificatePolicy
) -> None:
    id_ = await standing_face.live.policy(message)
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        answer = await sent(client, await form(client, f"{room(standing_face)}/{id_}/edit"))
        assert answer.status_code == 303, answer.text
    assert await stored(standing_face, id_) == before


async def test_a_copy_says_the_same(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new?from={id_}")
        filled.put("slug", f"copy-{uuid4().hex[:8]}")
        answer = await sent(client, filled)
        assert answer.status_code == 303, answer.text
        made = await stored(standing_face, answer.headers["location"].rpartition("/")[2])
    source = await stored(standing_face, id_)
    for message in (made, source):
        for name in ("id", "slug", "etag", "revision", "created_at", "updated_at"):
            message.ClearField(name)
    assert made == source


async def test_only_what_was_changed_changes(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/{id_}/edit")
        answer = await sent(
            client, filled.put("validity.default_lifetime", "2d").put("key_usages", "any_key_usages")
        )
        assert answer.status_code == 303, answer.text
    after = await stored(standing_face, id_)
    assert after.validity.default_lifetime == rich.days(2)
    assert after.HasField("any_key_usages")
    after.validity.default_lifetime.CopyFrom(before.validity.default_lifetime)
    after.key_usage_rules.CopyFrom(before.key_usage_rules)
    for name in ("etag", "revision", "updated_at"):
        after.ClearField(name)
        before.ClearField(name)
    assert after == before


async def test_all_that_is_wrong_stands_beside_its_field_at_once(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new")
        filled.put("slug", "No Slug").put("alt_names", "alt_name_rules").put("alt_name_rules.rules.IP", "on")
        filled.put("alt_name_rules.rules.IP.allowed", "10.0.0.0/8\r\n\r\n10.0.0.1/8")
        filled.put("validity.default_lifetime", "soon").put("validity.backdate", "10w")
        filled.put("custom_extensions", "custom_extension_rules").put(
            "custom_extension_rules.rules", "1.2 maybe"
        )
        answer = await sent(client, filled)
    assert answer.status_code == 422
    assert errors_at(answer.text, "slug")
    assert "10.0.0.1/8" in errors_at(answer.text, "alt_name_rules.rules.IP.allowed")[0]
    assert errors_at(answer.text, "validity.default_lifetime") == [
        "write a whole number and one of s, m (minutes), h, d, w, y, as 90d"
    ]
    assert errors_at(answer.text, "validity.backdate")
    assert "Usual lifetime: write a whole number" in answer.text
    assert "maybe" in errors_at(answer.text, "custom_extension_rules.rules")[0]
    kept = form_of(answer.text, "/new").fields
    assert kept["validity.default_lifetime"] == ["soon"]
    assert kept["alt_name_rules.rules.IP.allowed"] == ["10.0.0.0/8\r\n\r\n10.0.0.1/8"]


async def test_a_slug_that_is_taken_is_told_at_the_slug(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/new?from={id_}")
        answer = await sent(client, filled.put("slug", f"policy-{id_}"))
    assert answer.status_code == 422
    assert errors_at(answer.text, "slug")


async def test_a_form_without_its_choices_is_not_read(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    before = await stored(standing_face, id_)
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/{id_}/edit")
        del filled.fields["subject"]
        assert (await sent(client, filled)).status_code == 400
    assert await stored(standing_face, id_) == before


async def test_the_second_of_two_editors_is_told_what_they_would_overwrite(standing_face: Face) -> None:
    id_ = await standing_face.live.policy(rich.policy())
    path = f"{room(standing_face)}/{id_}/edit"
    async with standing_face.signed_in() as client:
        first, second = await form(client, path), await form(client, path)
        assert (await sent(client, first.put("description", "of the first"))).status_code == 303
        answer = await sent(client, second.put("description", "of the second"))
        assert answer.status_code == 409
        assert "of the first" in answer.text
        assert (await stored(standing_face, id_)).description == "of the first"
        again = form_of(answer.text, "/edit")
        assert again.fields["description"] == ["of the second"]
        assert (await sent(client, again)).status_code == 303
    assert (await stored(standing_face, id_)).description == "of the second"


async def test_a_change_that_a_profile_forbids_names_the_profile(standing_face: Face) -> None:
    live = standing_face.live
    id_ = await live.policy(rich.any_policy())
    profile = await live.profile(policy_id=id_, message=rich.profile(approvalConfig={}))
    async with standing_face.signed_in() as client:
        filled = await form(client, f"{room(standing_face)}/{id_}/edit")
        answer = await sent(client, filled.put("validity.max_lifetime", "1d"))
    assert answer.status_code == 422
    assert f"profile-{profile}" in answer.text
