"""What the change of a policy does to the profiles on it, and to requests from then on."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from certmanager.v1 import profile_pb2
from server.store.records import PolicyRecord
from tests.operators.setting_up import OPEN, Desk, Json, meanwhile, order
from tests.serving import Live, running

DAYS = {"ttl": "30d"}


TIGHT: Json = {"validity": {"maxLifetime": "86400s"}}


BREAKING = [
    (DAYS, TIGHT, "ttl", "LIFETIME_TOO_LONG"),
    ({"lifetime": "3600s"}, {"validity": {"minLifetime": "7200s"}}, "lifetime", "LIFETIME_TOO_SHORT"),
    (
        {"organization": "Example"},
        {"subjectRules": {"rules": [{"type": "SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION", "allowed": ["Other"]}]}},
        "organization",
        "SUBJECT_VALUE_NOT_ALLOWED",
    ),
    ({"commonName": "a.example.com"}, {"altNameRules": {}}, "common_name", "DNS_NOT_ALLOWED"),
    (
        {"keyUsages": ["KEY_USAGE_DIGITAL_SIGNATURE"]},
        {"keyUsageRules": {"allowed": ["KEY_USAGE_KEY_AGREEMENT"]}},
        "key_usages",
        "KEY_USAGE_NOT_ALLOWED",
    ),
    (
        # No key of the default kind can do it: only a request with an RSA key would meet the default.
        {"keyUsages": ["KEY_USAGE_DIGITAL_SIGNATURE", "KEY_USAGE_KEY_ENCIPHERMENT"]},
        {"keyUsageRules": {"allowed": ["KEY_USAGE_DIGITAL_SIGNATURE"]}},
        "key_usages",
        "KEY_USAGE_NOT_ALLOWED",
    ),
    (
        {"extendedKeyUsages": ["EXTENDED_KEY_USAGE_CLIENT_AUTH"]},
        {"extendedKeyUsageRules": {"required": ["EXTENDED_KEY_USAGE_SERVER_AUTH"]}},
        "extended_key_usages",
        "EXTENDED_KEY_USAGE_REQUIRED",
    ),
    (
        {"keyAlgorithm": "KEY_ALGORITHM_RSA_2048"},
        {"keyAlgorithmRules": {"allowed": ["KEY_ALGORITHM_EC_PRIME256V1"]}},
        "key_algorithm",
        "KEY_ALGORITHM_NOT_ALLOWED",
    ),
    (
        {"signatureAlgorithm": "SIGNATURE_ALGORITHM_ECDSA_SHA256"},
        {"signatureAlgorithmRules": {"allowed": ["SIGNATURE_ALGORITHM_ECDSA_SHA384"]}},
        "signature_algorithm",
        "SIGNATURE_ALGORITHM_NOT_ALLOWED",
    ),
]


def told(failure: Any) -> dict[str, set[str]]:
    """The rules that are broken, by field."""
    found: dict[str, set[str]] = {}
    for violation in failure.details["PreconditionFailure"].violations:
        found.setdefault(violation.subject, set()).add(violation.description.partition(":")[0])
    return found


@pytest.mark.parametrize(("defaults", "change", "field", "rule"), BREAKING)
async def test_a_change_that_breaks_defaults_is_refused(
    sqlite_live: Live, defaults: Json, change: Json, field: str, rule: str
) -> None:
    """The profile and the field are named, and the policy stays as it was."""
    desk = Desk(sqlite_live)
    policy = await desk.policy("web", {k: v for k, v in OPEN.items() if k != "validity"})
    await desk.profile("shop", policy.id, defaults=defaults)
    failure = await desk.unchanged(policy.id, **change)
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "POLICY_VIOLATION")
    assert rule in told(failure)[f'certificate_profiles["shop"].defaults.{field}']
    assert failure.metadata["policyId"] == policy.id
    assert (await sqlite_live.app.store.get(PolicyRecord, id=policy.id)).revision == policy.revision  # type: ignore[union-attr]


@pytest.mark.parametrize(("defaults", "change", "field", "rule"), BREAKING)
async def test_a_profile_with_such_defaults_is_refused_as_well(
    sqlite_live: Live, defaults: Json, change: Json, field: str, rule: str
) -> None:
    """Whichever of the two comes last is refused."""
    desk = Desk(sqlite_live)
    policy = await desk.policy("web", {k: v for k, v in OPEN.items() if k != "validity"})
    await desk.changed(policy.id, **change)
    request = desk.new_profile("shop", policy.id, defaults=defaults)
    failure = await desk.refused(desk.profiles.CreateCertificateProfile, request)
    assert rule in told(failure)[f"defaults.{field}"]


async def test_every_profile_that_would_break_is_named(live: Live) -> None:
    """All of them in one answer, and none that would not."""
    desk = Desk(live)
    policy, other = await desk.policy("web"), await desk.policy("other")
    for slug in ("one", "two"):
        await desk.profile(slug, policy.id, defaults={**DAYS, "organization": "Example"})
    await desk.profile("short", policy.id, defaults={"ttl": "1h"})
    await desk.profile("silent", policy.id)
    await desk.profile("elsewhere", other.id, defaults=DAYS)
    failure = await desk.unchanged(policy.id, "any_subject,validity", **TIGHT)
    assert set(told(failure)) == {
        f'certificate_profiles["{slug}"].defaults.{field}'
        for slug in ("one", "two")
        for field in ("ttl", "organization")
    }


async def test_what_is_broken_already_is_in_nobodys_way(live: Live) -> None:
    """A change that makes nothing worse is stored, whatever state the profiles are in."""
    desk = Desk(live)
    policy = await desk.policy("web", {**OPEN, **TIGHT})
    message = profile_pb2.CertificateProfile(defaults=profile_pb2.CertificateDefaults(ttl="30d"))
    await live.profile(policy_id=policy.id, message=message)
    assert (await desk.changed(policy.id, description="new")).description == "new"


async def test_a_profile_that_comes_meanwhile_is_judged_too(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the commit a profile comes that the change would break: it is seen."""
    desk = Desk(live)
    policy = await desk.policy("web")
    message = profile_pb2.CertificateProfile(defaults=profile_pb2.CertificateDefaults(ttl="30d"))
    meanwhile(live, monkeypatch, lambda: live.profile(policy_id=policy.id, message=message), kind="POLICY")
    failure = await desk.unchanged(policy.id, **TIGHT)
    assert failure.reason == "POLICY_VIOLATION"
    (field,) = told(failure)
    assert field.endswith("defaults.ttl")


async def test_a_change_counts_at_once_for_requests(live: Live) -> None:
    """A profile that was used before the change is judged by the new policy, and says its revision."""
    desk = Desk(live)
    policy = await desk.policy("web")
    profile = await desk.profile("shop", policy.id)
    before = await desk.issue(profile.id)
    changed = await desk.changed(policy.id, validity={"maxLifetime": "7200s"})
    failure = await desk.refused(
        live.certificates.IssueCertificate, order(profile.id, commonName="a.b", ttl="3h")
    )
    assert failure.fields == {"attributes.ttl": "LIFETIME_TOO_LONG"}
    after = await desk.issue(profile.id, commonName="a.example.com", ttl="2h")
    assert (before.certificate.policy_revision, after.certificate.policy_revision) == (
        policy.revision,
        changed.revision,
    )


async def test_a_change_on_one_server_counts_on_the_other(live: Live) -> None:
    """Another process on the same database forgets what it compiled, as soon as it hears of the change."""
    async with running(live.settings) as other:
        here, there = Desk(live), Desk(other)
        policy = await here.policy("web")
        profile = await here.profile("shop", policy.id)
        assert await other.app.store.feed.wait_beyond(profile.revision - 1, seconds=10)
        await there.issue(profile.id)  # compiled and kept there from now on
        changed = await here.changed(policy.id, validity={"maxLifetime": "7200s"})
        assert await other.app.store.feed.wait_beyond(changed.revision - 1, seconds=10)
        request = order(profile.id, commonName="a.b", ttl="3h")
        failure = await there.refused(other.certificates.IssueCertificate, request)
        assert failure.fields == {"attributes.ttl": "LIFETIME_TOO_LONG"}
