"""Changing and removing policies: masks, etags, and what keeps a policy."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from certmanager.v1 import policy_pb2
from certmanager.v1 import policy_service_pb2 as policies
from server.store.records import ObjectKind, PolicyRecord, ProfileRecord
from server.store.unit import Change, Unit, Update
from tests.operators.setting_up import OPEN, Desk, Json, meanwhile
from tests.serving import Live

TIGHT: Json = {"validity": {"maxLifetime": "86400s"}}


def deletion(id_: str, etag: str = "") -> policies.DeleteCertificatePolicyRequest:
    return policies.DeleteCertificatePolicyRequest(id=id_, etag=etag)


@pytest.mark.parametrize(
    ("mask", "said", "after"),
    [
        (None, {"description": "new"}, {**OPEN, "description": "new"}),
        (None, TIGHT, {**OPEN, **TIGHT, "description": "old"}),
        ("description", {}, OPEN),
        ("description", {"description": "new", **TIGHT}, {**OPEN, "description": "new"}),
        (
            "validity.max_lifetime",
            {},
            {**OPEN, "validity": {"defaultLifetime": "864000s"}, "description": "old"},
        ),
        (
            "validity.max_lifetime",
            {"validity": {"maxLifetime": "864000s", "minLifetime": "60s"}},
            {
                **OPEN,
                "validity": {"defaultLifetime": "864000s", "maxLifetime": "864000s"},
                "description": "old",
            },
        ),
        (
            "validity,description",
            {"description": "new"},
            {k: v for k, v in OPEN.items() if k != "validity"} | {"description": "new"},
        ),
        (
            "key_algorithm_rules",
            {"keyAlgorithmRules": {"allowed": ["KEY_ALGORITHM_ED25519"]}},
            {k: v for k, v in OPEN.items() if k != "anyKeyAlgorithms"}
            | {"keyAlgorithmRules": {"allowed": ["KEY_ALGORITHM_ED25519"]}, "description": "old"},
        ),
        ("any_subject", {}, {k: v for k, v in OPEN.items() if k != "anySubject"} | {"description": "old"}),
        ("*", {"slug": "web", "anyAltNames": {}}, {"anyAltNames": {}}),
        ("*", {"slug": "other", **TIGHT}, {"slug": "other", **TIGHT}),
    ],
)
async def test_a_mask_says_what_changes(live: Live, mask: str | None, said: Json, after: Json) -> None:
    """What it names is replaced or cleared, the rest stays; without one, what is set is replaced."""
    desk = Desk(live)
    made = await desk.policy("web", {**OPEN, "description": "old"})
    changed = await desk.changed(made.id, mask, **said)
    wanted = json_format.ParseDict({"slug": "web", **after}, policy_pb2.CertificatePolicy())
    for field in wanted.DESCRIPTOR.fields:
        if field.name not in {"id", "project_id", "created_at", "updated_at", "revision", "etag"}:
            assert getattr(changed, field.name) == getattr(wanted, field.name), field.name
    assert changed.revision > made.revision
    assert (changed.id, changed.created_at, changed.etag) == (made.id, made.created_at, str(changed.revision))


@pytest.mark.parametrize(
    ("mask", "said", "field", "rule"),
    [
        ("nonsense", {}, "update_mask", "UPDATE_MASK_UNKNOWN"),
        ("validity.nonsense", {}, "update_mask", "UPDATE_MASK_UNKNOWN"),
        ("alt_name_rules.rules.type", {}, "update_mask", "UPDATE_MASK_UNKNOWN"),
        ("id", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("project_id", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("revision", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("etag", {}, "update_mask", "FIELD_IMMUTABLE"),
        ("slug", {}, "certificate_policy.slug", "FIELD_REQUIRED"),
        ("*", {}, "certificate_policy.slug", "FIELD_REQUIRED"),
        (
            None,
            {"projectId": "018f0000-0000-7000-8000-000000000000"},
            "certificate_policy.project_id",
            "FIELD_IMMUTABLE",
        ),
        (
            "validity.max_lifetime",
            {"validity": {"maxLifetime": "86400s"}},
            "certificate_policy.validity",
            "VALIDITY_RULE_DEFAULT_AT_MOST_MAX",
        ),
        (
            None,
            {"altNameRules": {"rules": [{"type": "ALT_NAME_TYPE_DNS", "allowed": ["a", "*"]}]}},
            "certificate_policy.alt_name_rules.rules[0].allowed[1]",
            "PATTERN_WILDCARD",
        ),
        (None, {"slug": "No"}, "certificate_policy.slug", "STRING_PATTERN"),
    ],
)
async def test_a_wrong_update_is_refused_by_name(
    sqlite_live: Live, mask: str | None, said: Json, field: str, rule: str
) -> None:
    """Unknown, immutable and contradicting fields are named, and nothing changes."""
    desk = Desk(sqlite_live)
    made = await desk.policy("web")
    failure = await desk.unchanged(made.id, mask, **said)
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert failure.fields[field] == rule
    stored = await desk.call(
        desk.policies.GetCertificatePolicy, policies.GetCertificatePolicyRequest(id=made.id)
    )
    assert stored.certificate_policy == made


async def test_what_was_read_can_be_sent_back(live: Live) -> None:
    """A policy as it was answered, with one field changed, is an update; nothing changed is none."""
    desk = Desk(live)
    made = await desk.policy("web")
    update = policies.UpdateCertificatePolicyRequest(certificate_policy=made)
    same = await desk.call(desk.policies.UpdateCertificatePolicy, update)
    assert same.certificate_policy == made
    update.certificate_policy.description = "new"
    changed = await desk.call(desk.policies.UpdateCertificatePolicy, update)
    assert changed.certificate_policy.description == "new"


async def test_an_old_etag_is_refused_with_the_present_one(live: Live) -> None:
    """For updates and for removal; the etag that is told then works."""
    desk = Desk(live)
    made = await desk.policy("web")
    await desk.changed(made.id, description="of somebody else")
    failure = await desk.unchanged(made.id, etag=made.etag, description="mine")
    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "VERSION_MISMATCH")
    removal = await desk.refused(desk.policies.DeleteCertificatePolicy, deletion(made.id, made.etag))
    assert removal.metadata["etag"] == failure.metadata["etag"]
    assert await desk.changed(made.id, etag=failure.metadata["etag"], description="mine")


async def test_a_change_meanwhile_is_not_lost(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two changes of different fields at once, each without an etag, both hold."""
    desk = Desk(live)
    made = await desk.policy("web")

    async def rename() -> None:
        where = {"id": made.id}
        change = Change(ObjectKind.POLICY, made.id)
        await store_commit(Unit((Update(PolicyRecord, where, {"slug": "renamed"}),), (change,)))

    store_commit = live.app.store.commit
    meanwhile(live, monkeypatch, rename, kind="POLICY")
    changed = await desk.changed(made.id, description="new")
    assert (changed.slug, changed.description) == ("renamed", "new")


async def test_a_slug_that_is_taken_cannot_be_renamed_to(live: Live) -> None:
    """The holder is named, as at creation."""
    desk = Desk(live)
    holder, made = await desk.policy("taken"), await desk.policy("web")
    failure = await desk.unchanged(made.id, slug="taken")
    assert failure.reason == "SLUG_TAKEN"
    assert failure.details["ResourceInfo"].resource_name == holder.id


def told(failure: Any) -> dict[str, set[str]]:
    """The rules that are broken, by field."""
    found: dict[str, set[str]] = {}
    for violation in failure.details["PreconditionFailure"].violations:
        found.setdefault(violation.subject, set()).add(violation.description.partition(":")[0])
    return found


async def test_a_policy_in_use_is_not_removed(live: Live) -> None:
    """Its profiles are named, one violation each; without them it goes, and is then not there."""
    desk = Desk(live)
    policy = await desk.policy("web")
    users = [await desk.profile(slug, policy.id) for slug in ("one", "two")]
    failure = await desk.refused(desk.policies.DeleteCertificatePolicy, deletion(policy.id))
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RESOURCE_IN_USE")
    assert told(failure) == {user.id: {"USED_BY_PROFILE"} for user in users}
    assert failure.details["ResourceInfo"].resource_name == policy.id
    other = await desk.policy("other")
    for user in users:
        await desk.reprofiled(user.id, certificatePolicyId=other.id)
    await desk.call(desk.policies.DeleteCertificatePolicy, deletion(policy.id))
    again = await desk.refused(desk.policies.DeleteCertificatePolicy, deletion(policy.id))
    assert again.code is grpc.StatusCode.NOT_FOUND


async def test_at_most_twenty_users_are_named(sqlite_live: Live) -> None:
    """An answer stays small, however many profiles there are."""
    desk = Desk(sqlite_live)
    policy = await desk.policy("web")
    for number in range(21):
        await desk.profile(f"p{number}", policy.id)
    failure = await desk.refused(desk.policies.DeleteCertificatePolicy, deletion(policy.id))
    assert len(failure.details["PreconditionFailure"].violations) == 20


async def test_a_policy_is_not_removed_under_a_profile_that_comes_meanwhile(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is part of the removal itself."""
    desk = Desk(live)
    policy = await desk.policy("web")
    meanwhile(live, monkeypatch, lambda: live.profile(policy_id=policy.id), kind="POLICY")
    failure = await desk.refused(desk.policies.DeleteCertificatePolicy, deletion(policy.id))
    assert failure.reason == "RESOURCE_IN_USE"
    assert await live.app.store.get(ProfileRecord, policy_id=policy.id)
