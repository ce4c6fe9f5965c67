"""The form of a new request: what it offers, what it tells, what it keeps."""

from __future__ import annotations

import httpx2
import pytest

from certmanager.v1 import policy_pb2, profile_pb2, x509_pb2
from tests.facing.faces import Face
from tests.facing.ui.request_forms import approved_profile, base_of, errors_beside, opened, role
from tests.ordering import DAY, lasting, open_policy, subject_rule
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_NARROW = policy_pb2.CertificatePolicy(
    subject_rules=policy_pb2.SubjectRules(
        rules=[
            policy_pb2.SubjectRule(
                type=policy_pb2.SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME, allowed=["*.example.com"]
            )
        ]
    ),
    key_algorithm_rules=policy_pb2.KeyAlgorithmRules(allowed=[x509_pb2.KEY_ALGORITHM_EC_PRIME256V1]),
    key_usage_rules=policy_pb2.KeyUsageRules(allowed=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE]),
    any_alt_names=policy_pb2.AnyAllowed(),
)


async def _page(face: Face, profile_id: str) -> str:
    async with face.signed_in() as client:
        return (await opened(client, face, profile_id)).page


async def test_the_form_shows_only_what_the_policy_allows(standing_face: Face) -> None:
    page = await _page(standing_face, await standing_face.live.profile(policy=_NARROW))
    assert 'name="attributes.common_name"' in page
    assert "allowed: *.example.com" in page
    assert 'value="digital_signature"' in page
    for absent in (
        'name="attributes.organization"', 'value="key_encipherment"', 'name="attributes.extended_key_usages"',
        'name="attributes.signature_algorithm"', 'name="attributes.basic_constraints"',
        'name="attributes.custom_extensions"', 'value="RSA_2048"',
    ):  # fmt: skip
        assert absent not in page, absent


async def test_the_form_shows_the_profiles_defaults(standing_face: Face) -> None:
    defaults = profile_pb2.CertificateDefaults(organization="Acme", ttl="45d")
    message = profile_pb2.CertificateProfile(defaults=defaults)
    page = await _page(standing_face, await standing_face.live.profile(policy=open_policy(), message=message))
    assert 'placeholder="default: Acme"' in page
    assert 'placeholder="default: 45d"' in page


async def test_a_profile_that_makes_no_keys_asks_for_a_csr(standing_face: Face) -> None:
    message = profile_pb2.CertificateProfile(private_key_delivery=profile_pb2.PRIVATE_KEY_DELIVERY_FORBID)
    page = await _page(standing_face, await standing_face.live.profile(policy=open_policy(), message=message))
    assert 'name="csr"' in page
    assert 'name="key_format"' not in page


async def test_all_violations_stand_beside_their_fields_and_the_input_is_kept(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=_NARROW))
        answer = await form.send(
            **{
                "attributes.common_name": "evil.test",
                "attributes.alt_names[0].type": "DNS",
                "attributes.alt_names[0].value": "a..b",
                "attributes.ttl": "90d",
                "metadata[0].key": "team",
                "metadata[0].value": "platform",
            }
        )
        mended = await form.send(**{"attributes.common_name": "evil.test", "attributes.ttl": "99999y"})
    assert answer.status_code == 422
    assert errors_beside(answer.text, "attributes.alt_names[0].value")
    assert mended.status_code == 422
    assert 'value="evil.test"' in answer.text
    assert 'value="platform"' in answer.text


async def test_violations_of_the_policy_come_all_at_once(standing_face: Face) -> None:
    policy = subject_rule(policy_pb2.SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME, allowed=["*.example.com"])
    policy.MergeFrom(lasting(max_lifetime=90 * DAY))
    policy.subject_rules.CopyFrom(_NARROW.subject_rules)
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=policy))
        answer = await form.send(**{"attributes.common_name": "evil.test", "attributes.ttl": "2y"})
    assert answer.status_code == 422
    assert errors_beside(answer.text, "attributes.common_name")
    assert errors_beside(answer.text, "attributes.ttl")
    assert 'href="#field-attributes-ttl"' in answer.text
    assert 'role="alert"' in answer.text


async def test_what_is_said_of_no_field_stands_at_the_top(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=_NARROW))
        answer = await form.send(
            **{"attributes.organization": "Acme", "attributes.common_name": "a.example.com"}
        )
    assert answer.status_code == 422
    head = answer.text.partition('enctype="multipart/form-data"')[0]
    assert "not right</h2>" in head
    assert "Acme" in head or "attribute" in head.partition("not right</h2>")[2].partition("</ul>")[0]


async def test_check_tells_what_the_certificate_would_be_and_issues_nothing(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        profile_id = await standing_face.live.profile(policy=open_policy())
        form = await opened(client, standing_face, profile_id)
        answer = await form.send("check", **{"attributes.common_name": "check.example.com"})
        rows = await client.get(f"{form.base}/rows", params={"profile": profile_id})
    assert answer.status_code == 200
    assert "It would be accepted" in answer.text
    assert "DNS name: check.example.com" in answer.text
    assert "check.example.com" not in rows.text


async def test_check_tells_violations_beside_their_fields(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=_NARROW))
        answer = await form.send("check", **{"attributes.common_name": "evil.test"})
    assert answer.status_code == 422
    assert errors_beside(answer.text, "attributes.common_name")
    assert "It would be accepted" not in answer.text


async def test_more_rows_keep_what_is_filled_in(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=open_policy()))
        said = {"attributes.alt_names[2].type": "IP", "attributes.alt_names[2].value": "192.0.2.7"}
        answer = await form.send("more", **said)
    assert answer.status_code == 200
    assert 'name="attributes.alt_names[0].value" value="192.0.2.7"' in answer.text
    assert answer.text.count(".value") > form.page.count(".value")


async def test_a_password_is_never_shown_again(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=open_policy()))
        answer = await form.send(key_format="PKCS8_PEM", key_password="correct horse")
    assert answer.status_code == 422
    assert "correct horse" not in answer.text
    assert errors_beside(answer.text, "key_password")


@pytest.mark.parametrize(
    "field", ["attributes.common_name", "metadata[0].value", "attributes.alt_names[0].value"]
)
async def test_markup_is_text(standing_face: Face, field: str) -> None:
    attack = '"><script>alert(1)</script>'
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=open_policy()))
        answer = await form.send(
            "check", **{field: attack, "metadata[0].key": "k", "attributes.alt_names[0].type": "DNS"}
        )
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


async def test_a_request_that_needs_approval_leads_to_its_page(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await approved_profile(standing_face))
        first = await form.send(**{"attributes.common_name": "wait.example.com"})
        again = await form.send(**{"attributes.common_name": "wait.example.com"})
        page = await client.get(first.headers["location"])
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert "Waits for 1 approval" in page.text


async def test_one_profile_is_not_chosen_from(standing_face: Face) -> None:
    live = standing_face.live
    project_id = await live.project("single")
    ca_id = await live.authority(project_id=project_id)
    profile_id = await live.profile(ca_id=ca_id, policy=open_policy(), project_id=project_id)
    async with standing_face.signed_in() as client:
        answer = await client.get(f"/projects/{project_id}/certificate-requests/new")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"new?profile={profile_id}")


async def test_a_disabled_profile_cannot_be_chosen(standing_face: Face) -> None:
    disabled = await standing_face.live.profile(policy=open_policy(), disabled=True)
    usable = [await standing_face.live.profile(policy=open_policy()) for _ in range(2)]
    async with standing_face.signed_in() as client:
        page = (await client.get(f"{base_of(standing_face)}/new")).text
    assert all(f"new?profile={each}" in page for each in usable)
    assert f"profile-{disabled}" in page
    assert f"new?profile={disabled}" not in page


async def test_the_profile_of_another_project_is_not_found(standing_face: Face) -> None:
    live = standing_face.live
    project_id = await live.project("elsewhere")
    profile_id = await live.profile(policy=open_policy(), project_id=project_id)
    async with standing_face.signed_in() as client:
        answer = await client.get(f"{base_of(standing_face)}/new", params={"profile": profile_id})
    assert answer.status_code == 404


async def test_who_may_not_issue_is_told_so(standing_face: Face) -> None:
    viewer = await role(standing_face, "form-viewer", "VIEWER")
    async with standing_face.signed_in(viewer) as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=open_policy()))
        answer = await form.send(**{"attributes.common_name": "viewer.example.com"})
    assert answer.status_code == 403
    assert "-----BEGIN" not in answer.text


async def test_without_the_sessions_proof_nothing_is_issued(standing_face: Face) -> None:
    async with standing_face.signed_in() as client:
        form = await opened(client, standing_face, await standing_face.live.profile(policy=open_policy()))
        form.hidden["csrf"] = "x"
        answer: httpx2.Response = await form.send(**{"attributes.common_name": "csrf.example.com"})
    assert answer.status_code == 403
