"""A profile's defaults fit its policy: at creation, at every change, and whoever changes what meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest

from certmanager.v1 import profile_pb2
from server.store.records import (
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
)
from server.store.unit import Change, Delete, Unit
from tests.operators.setting_up import OPEN, Desk, Json, meanwhile, policy_update
from tests.serving import Live, running

TIGHT: Json = {"validity": {"maxLifetime": "86400s"}}


@pytest.mark.parametrize(
    ("said", "field", "rule"),
    [
        ({"defaults": {"ttl": "200d"}}, "ttl", "LIFETIME_TOO_LONG"),
        ({"defaults": {"signatureAlgorithm": "SIGNATURE_ALGORITHM_RSA_SHA256"}},
         "signature_algorithm", "SIGNATURE_ALGORITHM_IMPOSSIBLE"),
        ({"defaults": {"organization": "Evil"}}, "organization", "SUBJECT_VALUE_DENIED"),
    ],
)  # fmt: skip
async def test_defaults_that_break_the_policy_are_refused(
    sqlite_live: Live, said: Json, field: str, rule: str
) -> None:
    """The answer names the default in the request; the profile stays as it was."""
    desk = Desk(sqlite_live)
    rules = [
        {"type": "SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION", "allowed": ["*"], "denied": ["Evil"]},
        {"type": "SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME", "allowed": ["*"]},
    ]
    rest = {k: v for k, v in OPEN.items() if k != "anySubject"}
    made = await desk.profile(
        "shop", (await desk.policy("web", {**rest, "subjectRules": {"rules": rules}})).id
    )
    failure = await desk.not_reprofiled(made.id, **said)
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "POLICY_VIOLATION")
    assert failure.fields == {f"certificate_profile.defaults.{field}": rule}


async def test_a_move_to_a_policy_that_the_defaults_break_is_refused(live: Live) -> None:
    """The defaults are judged by the policy to come."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id, defaults={"ttl": "30d"})
    tight = await desk.policy("tight", {**OPEN, **TIGHT, "validity": {"maxLifetime": "86400s"}})
    failure = await desk.not_reprofiled(made.id, certificatePolicyId=tight.id)
    assert failure.fields == {"certificate_profile.defaults.ttl": "LIFETIME_TOO_LONG"}


async def test_a_profile_with_broken_defaults_can_still_be_disabled(live: Live) -> None:
    """What was broken already, as by a CA that nears its end, does not stand in the way; more of it does."""
    desk = Desk(live)
    message = profile_pb2.CertificateProfile(defaults=profile_pb2.CertificateDefaults(ttl="10d"))
    old = await live.authority(lifetime=timedelta(days=5))
    made = await live.profile(ca_id=old, message=message)
    assert (await desk.reprofiled(made, disabled=True)).disabled
    failure = await desk.not_reprofiled(made, defaults={"ttl": "500d"})
    assert set(failure.fields) == {"certificate_profile.defaults.ttl"}


async def test_a_common_name_that_requests_complete_is_no_broken_default(live: Live) -> None:
    """Whether the name is among the alternative names is up to each request."""
    desk = Desk(live)
    policy = await desk.policy("web", {**OPEN, "commonNameMode": "COMMON_NAME_MODE_REQUIRE"})
    assert await desk.profile("shop", policy.id, defaults={"commonName": "Web Shop"})


async def test_a_policy_that_changes_meanwhile_is_the_one_that_judges(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check of a new profile and its commit the policy is tightened: the profile is refused."""
    desk = Desk(live)
    policy = await desk.policy("web")

    async def tighten() -> None:
        await desk.changed(policy.id, **TIGHT)

    meanwhile(live, monkeypatch, tighten, kind="PROFILE")
    request = desk.new_profile("shop", policy.id, defaults={"ttl": "30d"})
    failure = await desk.refused(desk.profiles.CreateCertificateProfile, request)
    assert failure.fields == {"defaults.ttl": "LIFETIME_TOO_LONG"}
    assert await live.app.store.get(ProfileRecord, slug="shop") is None


async def test_a_policy_that_goes_meanwhile_is_not_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile is left on nothing."""
    desk = Desk(live)
    policy, commit = await desk.policy("web"), live.app.store.commit
    gone = Unit((Delete(PolicyRecord, {"id": policy.id}),), (Change(ObjectKind.POLICY, policy.id),))
    meanwhile(live, monkeypatch, lambda: commit(gone), kind="PROFILE")
    request = desk.new_profile("shop", policy.id)
    failure = await desk.refused(desk.profiles.CreateCertificateProfile, request)
    assert failure.fields == {"certificate_policy_id": "RESOURCE_NOT_FOUND"}


async def test_a_profile_and_a_tighter_policy_at_once_never_both_pass(live: Live) -> None:
    """Whoever is first, the other is refused, also by another server on the same database."""
    async with running(live.settings) as other:
        here, there = Desk(live), Desk(other)
        for round_ in range(5):
            policy = await here.policy(f"web{round_}")
            create = here.new_profile(f"shop{round_}", policy.id, defaults={"ttl": "30d"})
            update = policy_update(policy.id, None, **TIGHT)
            outcomes = await _together(
                here.call(here.profiles.CreateCertificateProfile, create),
                there.call(there.policies.UpdateCertificatePolicy, update),
            )
            assert outcomes.count(True) == 1


async def _together(*calls: Any) -> list[bool]:
    """Which of the calls succeeded."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    return [not isinstance(outcome, grpc.aio.AioRpcError) for outcome in outcomes]
