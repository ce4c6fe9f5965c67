"""PolicyService: a policy comes back as it was written, and none that contradicts itself is stored."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import grpc
import pytest

from certmanager.v1 import policy_service_pb2 as policies
from server.store.records import AuditRecord, PolicyRecord
from tests.operators.setting_up import OPEN, Desk, Json, order
from tests.serving import Live

RULES: Json = {
    "description": "everything once",
    "subjectRules": {"rules": [{"type": "SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME", "allowed": ["*"]}]},
    "altNameRules": {
        "rules": [{"type": "ALT_NAME_TYPE_DNS", "allowed": ["**"], "denied": ["**.internal.example.com"]}]
    },
    "keyUsageRules": {"allowed": ["KEY_USAGE_DIGITAL_SIGNATURE"]},
    "extendedKeyUsageRules": {"required": ["EXTENDED_KEY_USAGE_SERVER_AUTH"], "allowedOids": ["1.2.3.4"]},
    "keyAlgorithmRules": {"allowed": ["KEY_ALGORITHM_EC_PRIME256V1"]},
    "signatureAlgorithmRules": {"allowed": ["SIGNATURE_ALGORITHM_ECDSA_SHA256"]},
    "customExtensionRules": {"rules": [{"oid": "1.3.6.1.4.1.99999.1", "allowCritical": True}]},
    "validity": {"minLifetime": "3600s", "defaultLifetime": "86400s", "maxLifetime": "864000s"},
    "ca": {"maxPathLength": 0},
    "commonNameMode": "COMMON_NAME_MODE_REQUIRE",
    "allowKeyReuse": True,
}
"""A policy with rules in every section."""


def dns(*allowed: str, **others: Any) -> Json:
    return {"type": "ALT_NAME_TYPE_DNS", "allowed": list(allowed), **others}


def names(*rules: Json) -> Json:
    return {"altNameRules": {"rules": list(rules)}}


def subject(type_: str, **rule: Any) -> Json:
    return {"subjectRules": {"rules": [{"type": f"SUBJECT_ATTRIBUTE_TYPE_{type_}", **rule}]}}


async def test_a_policy_comes_back_as_it_was_written(live: Live) -> None:
    """Every section survives the way through the database, by id and by slug."""
    desk = Desk(live)
    made = await desk.policy("everything", RULES)
    by_id = await desk.call(
        desk.policies.GetCertificatePolicy, policies.GetCertificatePolicyRequest(id=made.id)
    )
    slug = policies.PolicySlug(project_id=desk.project, slug="everything")
    by_slug = await desk.call(
        desk.policies.GetCertificatePolicy, policies.GetCertificatePolicyRequest(slug=slug)
    )
    assert by_id.certificate_policy == by_slug.certificate_policy == made
    said = desk.new_policy("everything", RULES).certificate_policy
    for field, value in said.ListFields():
        assert getattr(made, field.name) == value


async def test_the_server_writes_what_is_its_own(live: Live) -> None:
    """Id, times, revision and etag of the request count for nothing."""
    desk = Desk(live)
    request = desk.new_policy("own")
    request.certificate_policy.id = live.ids["project_id"]
    request.certificate_policy.revision, request.certificate_policy.etag = 7, "x"
    made = (await desk.call(desk.policies.CreateCertificatePolicy, request)).certificate_policy
    assert made.id != live.ids["project_id"]
    assert made.etag == str(made.revision) != "7"
    assert made.created_at == made.updated_at


@pytest.mark.parametrize(
    ("said", "field", "rule"),
    [
        (names(dns("a.com", "b.com", "a.*.com")), "alt_name_rules.rules[0].allowed[2]", "PATTERN_WILDCARD"),
        (names(dns("*")), "alt_name_rules.rules[0].allowed[0]", "PATTERN_WILDCARD"),
        (names(dns(denied=["10.0.0.1"])), "alt_name_rules.rules[0].denied[0]", "PATTERN_MALFORMED"),
        (names(dns(required=["x y"])), "alt_name_rules.rules[0].required[0]", "PATTERN_MALFORMED"),
        (
            names(dns("a.com"), {"type": "ALT_NAME_TYPE_IP", "allowed": ["10.0.0.1/8"]}),
            "alt_name_rules.rules[1].allowed[0]",
            "PATTERN_MALFORMED",
        ),
        (
            names({"type": "ALT_NAME_TYPE_EMAIL", "allowed": ["*@example.com"]}),
            "alt_name_rules.rules[0].allowed[0]",
            "PATTERN_WILDCARD",
        ),
        (
            names({"type": "ALT_NAME_TYPE_URI", "allowed": ["https://a@example.com"]}),
            "alt_name_rules.rules[0].allowed[0]",
            "PATTERN_MALFORMED",
        ),
        (
            names({"type": "ALT_NAME_TYPE_IP", "allowWildcardNames": True}),
            "alt_name_rules.rules[0].allow_wildcard_names",
            "WILDCARD_NOT_DNS",
        ),
        (names(dns("a.com"), dns("b.com")), "alt_name_rules.rules", "ALT_NAME_RULES_ONE_A_KIND"),
        (
            {"customExtensionRules": {"rules": [{"oid": "2.5.29.17"}]}},
            "custom_extension_rules.rules[0].oid",
            "EXTENSION_RESERVED",
        ),
        ({"validity": {"maxLifetime": "90.5s"}}, "validity.max_lifetime", "DURATION_FRACTION"),
        ({"validity": {"minLifetime": "60.000000001s"}}, "validity.min_lifetime", "DURATION_FRACTION"),
        (
            {"validity": {"minLifetime": "7200s", "maxLifetime": "3600s"}},
            "validity",
            "VALIDITY_RULE_MIN_AT_MOST_MAX",
        ),
        ({"validity": {"backdate": "0.5s"}}, "validity.backdate", "DURATION_FRACTION"),
        (subject("COUNTRY", allowed=[""]), "subject_rules.rules[0].allowed[0]", "STRING_MIN_LEN"),
    ],
)
async def test_a_contradiction_is_refused_at_its_place(
    sqlite_live: Live, said: Json, field: str, rule: str
) -> None:
    """The answer names the very pattern, or part, that is wrong."""
    desk = Desk(sqlite_live)
    failure = await desk.refused(desk.policies.CreateCertificatePolicy, desk.new_policy("wrong", said))
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert failure.fields[f"certificate_policy.{field}"] == rule


async def test_all_contradictions_are_told_at_once(live: Live) -> None:
    """Those of form and those of the rules together; and nothing is stored."""
    desk = Desk(live)
    said = {
        **names(dns("ok.com", "*", "a b", denied=["*"]), {"type": "ALT_NAME_TYPE_URI", "allowed": ["x"]}),
        "customExtensionRules": {"rules": [{"oid": "2.5.29.17"}, {"oid": "no"}]},
        "validity": {"maxLifetime": "90.5s"},
    }
    failure = await desk.refused(desk.policies.CreateCertificatePolicy, desk.new_policy("wrong", said))
    assert set(failure.fields) == {
        "certificate_policy.alt_name_rules.rules[0].allowed[1]",
        "certificate_policy.alt_name_rules.rules[0].allowed[2]",
        "certificate_policy.alt_name_rules.rules[0].denied[0]",
        "certificate_policy.alt_name_rules.rules[1].allowed[0]",
        "certificate_policy.custom_extension_rules.rules[0].oid",
        "certificate_policy.custom_extension_rules.rules[1].oid",
        "certificate_policy.validity.max_lifetime",
    }
    assert await live.app.store.get(PolicyRecord, slug="wrong") is None


async def test_a_slug_is_taken_once_in_a_project(live: Live) -> None:
    """The holder is named; another project may use the same slug."""
    desk = Desk(live)
    holder = await desk.policy("web")
    failure = await desk.refused(desk.policies.CreateCertificatePolicy, desk.new_policy("web"))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "SLUG_TAKEN")
    assert failure.details["ResourceInfo"].resource_name == holder.id
    other = Desk(live, project_id=await live.project("other"))
    assert (await other.policy("web")).project_id == other.project


async def test_a_policy_needs_a_project_that_is_there(live: Live) -> None:
    """Also for an owner, who may do everything in any project."""
    desk = Desk(live, project_id=live.ids["ca_id"])
    failure = await desk.refused(desk.policies.CreateCertificatePolicy, desk.new_policy("web"))
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert failure.fields == {"certificate_policy.project_id": "RESOURCE_NOT_FOUND"}


@pytest.mark.parametrize("said", [OPEN, RULES, {}])
async def test_what_is_compiled_is_what_was_written(live: Live, said: Json) -> None:
    """A policy of every shape can carry a profile; a policy that says nothing allows nothing."""
    desk = Desk(live)
    policy = await desk.policy("shape", said)
    profile = await desk.profile("shape", policy.id)
    method = live.certificates.IssueCertificate
    request = order(
        profile.id,
        commonName="a.example.com",
        altNames=[{"type": "ALT_NAME_TYPE_DNS", "value": "a.example.com"}],
    )
    if said:
        assert (await desk.call(method, request)).certificate.policy_revision == policy.revision
    else:
        assert "attributes.common_name" in (await desk.refused(method, request)).fields


async def test_each_change_is_told_with_its_revisions_and_the_document(live: Live) -> None:
    """What stood there when: the event names the revision before, its own, and the document's SHA-256."""
    desk = Desk(live)
    made = await desk.policy("web", RULES)
    first = await live.app.store.get(PolicyRecord, id=made.id)
    made.description = "changed"
    request = policies.UpdateCertificatePolicyRequest(certificate_policy=made)
    await desk.call(desk.policies.UpdateCertificatePolicy, request)
    second = await live.app.store.get(PolicyRecord, id=made.id)
    assert first is not None
    assert second is not None
    told = [row.details for row in await live.app.store.list(AuditRecord, object_id=made.id)]
    assert told == [
        {
            "slug": "web",
            "document_sha256": sha256(first.document).hexdigest(),
            "revision": str(first.revision),
        },
        {
            "slug": "web",
            "document_sha256": sha256(second.document).hexdigest(),
            "revision": str(second.revision),
            "previous_revision": str(first.revision),
        },
    ]
