"""What no request may hold, no update may make either; and of a profile all faults are told at once."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import policy_service_pb2, profile_service_pb2
from tests.operators.ca_orders import authorities, create, get, order
from tests.operators.setting_up import OPEN, Desk
from tests.serving import Live

NOBODY = "018f0000-0000-7000-8000-000000000000"
CA = "certificate_authority"


def update(id_: str, *paths: str, **fields: Any) -> messages.UpdateCertificateAuthorityRequest:
    request = messages.UpdateCertificateAuthorityRequest()
    ParseDict({"id": id_, **fields}, request.certificate_authority)
    request.update_mask.paths.extend(paths)
    return request


@pytest.mark.parametrize(
    ("paths", "fields", "wanted"),
    [
        (["crl_validity.seconds"], {}, {f"{CA}.crl_validity": "DURATION_GTE_LTE"}),
        (["*", "name"], {"crlShards": 99, "name": "x"}, {f"{CA}.crl_shards": "FIELD_IMMUTABLE"}),
        (["name", "*"], {"projectId": NOBODY}, {f"{CA}.project_id": "FIELD_IMMUTABLE"}),
        (["*"], {"parentCaId": NOBODY}, {f"{CA}.parent_ca_id": "FIELD_IMMUTABLE"}),
    ],
)
async def test_no_mask_leads_around_the_rules(
    live: Live, paths: list[str], fields: dict[str, Any], wanted: dict[str, str]
) -> None:
    """A part of a field, or ``*`` beside names: the outcome is judged, and the CA stays as it is."""
    ca = await create(live, order(live))
    failure = await live.refused(
        authorities(live).UpdateCertificateAuthority, update(ca.id, *paths, **fields)
    )
    assert (failure.code.name, failure.fields) == ("INVALID_ARGUMENT", wanted)
    assert await get(live, ca.id) == ca


async def test_what_stands_in_a_ca_hinders_no_update(live: Live) -> None:
    """The rules are on what the client decides: whatever else the CA holds, it can be named anew."""
    deep = order(live, attributes={"basic_constraints": {"is_ca": True, "path_length": 16}})
    ca = await create(live, deep)
    answer = await live.call(authorities(live).UpdateCertificateAuthority, update(ca.id, name="new"))
    assert answer.certificate_authority.name == "new"


@pytest.mark.parametrize("seconds", [10**14, 10**18, -(10**18), 2**63 - 1])
@pytest.mark.parametrize("field", ["min_lifetime", "default_lifetime", "max_lifetime", "backdate"])
async def test_a_duration_beyond_counting_is_malformed(live: Live, field: str, seconds: int) -> None:
    """In a policy that is made and in one that is changed: told of the field, never a fault of ours."""
    desk = Desk(live)
    made = policy_service_pb2.CreateCertificatePolicyRequest()
    made.certificate_policy.project_id, made.certificate_policy.slug = desk.project, "long"
    changed = policy_service_pb2.UpdateCertificatePolicyRequest()
    changed.certificate_policy.id = live.ids["certificate_policy_id"]
    for method, request in (
        (desk.policies.CreateCertificatePolicy, made),
        (desk.policies.UpdateCertificatePolicy, changed),
    ):
        getattr(request.certificate_policy.validity, field).seconds = seconds
        failure = await desk.refused(method, request)
        assert failure.code.name == "INVALID_ARGUMENT"
        assert f"certificate_policy.validity.{field}" in failure.fields


STRICT = {**OPEN, "validity": {"maxLifetime": "3600s", "defaultLifetime": "60s"}}


async def test_a_new_profile_is_told_its_faults_of_form_and_of_policy_together(live: Live) -> None:
    """A malformed slug, a threshold beyond counting, and defaults that the policy forbids: one answer."""
    desk = Desk(live)
    policy = await desk.policy("strict", STRICT)
    request = profile_service_pb2.CreateCertificateProfileRequest(
        project_id=desk.project,
        ca_id=live.ids["ca_id"],
        certificate_policy_id=policy.id,
        slug="No Slug",
        enrollment_type="ENROLLMENT_TYPE_API",
    )
    request.defaults.ttl = "30d"
    request.api_config.renew_before.seconds = 10**18
    failure = await desk.refused(desk.profiles.CreateCertificateProfile, request)
    assert failure.code.name == "INVALID_ARGUMENT"
    assert failure.fields.keys() == {"slug", "api_config.renew_before", "defaults.ttl"}
    assert failure.fields["defaults.ttl"] == "LIFETIME_TOO_LONG"


async def test_a_changed_profile_is_told_its_faults_of_form_and_of_policy_together(live: Live) -> None:
    """As at its creation, of the fields of the update; and nothing changes."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("strict", STRICT)).id)
    said = {"slug": "No Slug", "defaults": {"ttl": "30d"}}
    failure = await desk.not_reprofiled(made.id, "slug,defaults", **said)
    assert failure.code.name == "INVALID_ARGUMENT"
    assert failure.fields.keys() == {"certificate_profile.slug", "certificate_profile.defaults.ttl"}
    assert await desk.reprofiled(made.id, "slug", slug="shop") == made


@pytest.mark.parametrize("field", ["project_id", "ca_id", "certificate_policy_id"])
async def test_a_profile_that_refers_to_nothing_is_judged_no_further(live: Live, field: str) -> None:
    """What is no id names nothing: told before any table is asked, with all other faults of form."""
    desk = Desk(live)
    request = desk.new_profile("shop", (await desk.policy("strict", STRICT)).id)
    setattr(request, field, "a\0b")
    request.slug = "No Slug"
    failure = await desk.refused(desk.profiles.CreateCertificateProfile, request)
    assert failure.code.name == "INVALID_ARGUMENT"
    assert failure.fields.keys() == {"slug", field}
