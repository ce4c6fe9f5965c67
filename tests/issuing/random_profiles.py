"""Random profiles, whose defaults keep their policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_dice import Dice
from tests.issuing.random_matching import admits_value
from tests.issuing.random_words import (
    ALWAYS,
    EXTENDED,
    KEYS,
    LIFETIMES,
    OF_EC,
    OF_RSA,
    SIGNATURES,
    VALUES,
    signature,
    split_usages,
)

P = policy_pb2
_DELIVERIES: tuple[Any, ...] = (0, 0, 1, 1, 2, 3)


def random_profile(
    dice: Dice, policy: P.CertificatePolicy, issuer: int
) -> profiles.CreateCertificateProfileRequest:
    """What a profile on the policy says of itself, below a CA with such a key."""
    request = profiles.CreateCertificateProfileRequest(
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        private_key_delivery=dice.one(_DELIVERIES),
        strict_csr=dice.coin(),
        truncate_to_ca=dice.coin(),
        omit_root=dice.coin(),
    )
    request.api_config.auto_renew = dice.coin()
    if dice.coin():
        _defaults(dice, policy, issuer, request.defaults)
    return request


def _defaults(
    dice: Dice, policy: P.CertificatePolicy, issuer: int, defaults: profile_pb2.CertificateDefaults
) -> None:
    for attribute in dice.some(SUBJECT):
        values = subject_values(policy, attribute)
        # A default common name would have to be another name of each certificate.
        is_mute = attribute == "common_name" and policy.common_name_mode == P.COMMON_NAME_MODE_REQUIRE
        if values and not is_mute:
            setattr(defaults, attribute, dice.one(values))
    if dice.coin():
        defaults.key_algorithm = dice.one(list(policy.key_algorithm_rules.allowed) or KEYS)
    if dice.coin():
        defaults.signature_algorithm = dice.one(signatures(policy, issuer))
    if dice.coin():
        defaults.key_usages.extend(some_usages(dice, policy, (*ALWAYS, *OF_RSA, *OF_EC)))
    if dice.coin():
        named, oids = split_usages(some_extended(dice, policy))
        defaults.extended_key_usages.extend(named)
        defaults.extended_key_usage_oids.extend(oids)
    if dice.coin():
        least, most = bounds(policy)
        defaults.ttl = f"{dice.one([each for each in LIFETIMES if least <= each <= most])}s"


def subject_values(policy: P.CertificatePolicy, attribute: str) -> list[str]:
    """The words that the policy allows for the attribute."""
    number = SUBJECT[attribute][0]
    return [value for value in VALUES[attribute] if admits_value(policy, number, value)]


def signatures(policy: P.CertificatePolicy, issuer: int) -> list[Any]:
    """The signatures that the policy allows and the CA makes, the CA's default first."""
    makeable = [signature(name) for name in SIGNATURES[issuer]]
    match policy.WhichOneof("signature_algorithms"):
        case None:
            return makeable[:1]
        case "any_signature_algorithms":
            return makeable
    return [each for each in makeable if each in policy.signature_algorithm_rules.allowed]


def bounds(policy: P.CertificatePolicy) -> tuple[int, int]:
    """The shortest and the longest lifetime in seconds; without a rule the latter is 9 years."""
    rule = policy.validity
    longest = rule.max_lifetime.seconds if rule.HasField("max_lifetime") else 9 * 365 * 86_400
    return rule.min_lifetime.seconds or 60, longest


def some_usages(dice: Dice, policy: P.CertificatePolicy, possible: Sequence[int]) -> list[Any]:
    """Usages that keep the policy, of those possible."""
    rules = policy.key_usage_rules
    match policy.WhichOneof("key_usages"):
        case None:
            return []
        case "any_key_usages":
            return dice.some(possible, most=9)
    free = [each for each in possible if each in rules.allowed and each not in rules.required]
    return [*rules.required, *(each for each in free if dice.coin())]


def some_extended(dice: Dice, policy: P.CertificatePolicy) -> list[str]:
    """Extended key usages that keep the policy, as OIDs."""
    match policy.WhichOneof("extended_key_usages"):
        case None:
            return []
        case "any_extended_key_usages":
            return dice.some(EXTENDED)
    allowed, required = extended_rules(policy)
    return [*required, *(oid for oid in allowed if oid not in required and dice.coin())]


def extended_rules(policy: P.CertificatePolicy) -> tuple[list[str], list[str]]:
    """The OIDs that the policy allows beside, and those that it requires."""
    rules = policy.extended_key_usage_rules
    return (
        [*(EXTENDED[number - 1] for number in rules.allowed), *rules.allowed_oids],
        [*(EXTENDED[number - 1] for number in rules.required), *rules.required_oids],
    )
