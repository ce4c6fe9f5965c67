"""A thousand random orders that must be refused, each for exactly what was broken in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import grpc.aio
from hypothesis import given
from hypothesis import settings as examples

from server.clock import utc_now
from tests.issuing.random_dice import DICE, Dice
from tests.issuing.random_flaws import flawed
from tests.issuing.random_names_broken import CA, CSR, FORM, Way
from tests.issuing.random_policies import random_setting
from tests.issuing.random_stage import patient, profile_of, told
from tests.serving import Failure, failure_of
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_ORDERS = 12


async def _judged(standing: Standing, dice: Dice) -> None:
    setting = random_setting(dice)
    ways = [flawed(dice, setting) for _ in range(_ORDERS)]
    profile_id = await profile_of(standing, setting)
    now = utc_now()
    requests = [way.ask.request(profile_id, now) for way in ways]
    issue, before = standing.live.certificates.IssueCertificate, standing.rows()
    answers = await asyncio.gather(
        *(standing.live.call(issue, each) for each in requests), return_exceptions=True
    )
    for way, request, answer in zip(ways, requests, answers, strict=True):
        faults = _faults(way, answer)
        assert not faults, told(setting, way.ask, request, faults)
    assert standing.rows() == before, "a refusal was stored"


def _faults(way: Way, answer: Any) -> list[str]:
    if not isinstance(answer, BaseException):
        return [f"granted, though it breaks {way.told}"]
    if not isinstance(answer, grpc.aio.AioRpcError):
        raise answer
    failure = failure_of(answer)
    pairs = {
        "code and reason": (_expected(way), (failure.code.name, failure.reason)),
        "violations of form": (_wanted(way, {FORM, CSR}), _of_form(failure)),
        "violations of policy": (_wanted(way, {"POLICY", CA}), _of_policy(failure)),
    }
    return [f"{part}: told {got}, not {want}" for part, (want, got) in pairs.items() if want != got]


def _expected(way: Way) -> tuple[str, str]:
    natures = {nature for _, _, nature in way.told}
    if natures & {FORM, CSR}:
        return "INVALID_ARGUMENT", "CSR_INVALID" if natures & {FORM, CSR} == {CSR} else "INVALID_FIELD"
    return "FAILED_PRECONDITION", "LIFETIME_EXCEEDS_CA" if natures == {CA} else "POLICY_VIOLATION"


def _wanted(way: Way, natures: set[str]) -> Counter[tuple[str, str]]:
    return Counter((field, rule) for field, rule, nature in way.told if nature in natures)


def _of_form(failure: Failure) -> Counter[tuple[str, str]]:
    found = failure.details.get("BadRequest")
    return Counter((each.field, each.reason) for each in found.field_violations) if found else Counter()


def _of_policy(failure: Failure) -> Counter[tuple[str, str]]:
    found = failure.details.get("PreconditionFailure")
    violations = found.violations if found else ()
    return Counter((each.subject, each.description.partition(":")[0]) for each in violations)


@examples(patient, max_examples=84)
@given(DICE)
async def test_a_thousand_random_orders_that_break_rules(standing_sqlite: Standing, dice: Dice) -> None:
    """The code, the field and the rule of each thing that was broken, and no others; nothing is stored."""
    await _judged(standing_sqlite, dice)


@examples(patient, max_examples=9)
@given(DICE)
async def test_a_hundred_on_postgresql(standing_postgres: Standing, dice: Dice) -> None:
    """The database makes no difference."""
    await _judged(standing_postgres, dice)
