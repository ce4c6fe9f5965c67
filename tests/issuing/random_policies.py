"""Random policies and profiles that contradict neither themselves nor each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import policy_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_dice import Dice
from tests.issuing.random_profiles import random_profile
from tests.issuing.random_words import (
    ALLOWED,
    ALWAYS,
    CUSTOM,
    DENIED,
    EC,
    EXTENDED,
    KEYS,
    LIFETIMES,
    OF_EC,
    OF_RSA,
    RSA,
    SIGNATURES,
    VALUES,
    signature,
    split_usages,
)
from tests.ordering import ANY, DNS, EMAIL, IP, URI

P = policy_pb2


@dataclass(frozen=True, slots=True)
class Setting:
    """A policy, what a profile on it says, and the key of the CA below which it issues."""

    policy: policy_pb2.CertificatePolicy
    profile: profiles.CreateCertificateProfileRequest
    issuer: int

    @property
    def keys(self) -> list[int]:
        """The algorithms that a key may have here."""
        return list(self.policy.key_algorithm_rules.allowed) or list(KEYS)


def random_setting(dice: Dice) -> Setting:
    """A setting in which at least one certificate can be had."""
    issuer = dice.one(list(SIGNATURES))
    policy = P.CertificatePolicy(allow_key_reuse=dice.coin())
    policy.common_name_mode = dice.one(P.CommonNameMode.values())  # type: ignore[assignment]
    _names(dice, policy)
    _keys(dice, policy, issuer)
    _rest(dice, policy)
    return Setting(policy, random_profile(dice, policy, issuer), issuer)


def _names(dice: Dice, policy: P.CertificatePolicy) -> None:
    subject = dice.one(["any", "rules", "none"])
    is_free = subject != "none" and policy.common_name_mode != P.COMMON_NAME_MODE_REQUIRE
    names = dice.one(["any", "rules", "rules", "none"] if is_free else ["any", "rules"])
    if subject == "any":
        policy.any_subject.CopyFrom(ANY)
    elif subject == "rules":
        policy.subject_rules.rules.extend(
            _subject_rule(dice, each) for each in dice.some(list(SUBJECT), least=1)
        )
    if names == "any":
        policy.any_alt_names.CopyFrom(ANY)
    elif names == "rules":
        kinds = dice.some([DNS, IP, EMAIL, URI], least=1)
        policy.alt_name_rules.rules.extend(_name_rule(dice, kind) for kind in kinds)


def _subject_rule(dice: Dice, attribute: str) -> P.SubjectRule:
    sources = dice.some(VALUES[attribute], least=1)
    # A common name is often another name of the certificate, which only `*` has room for.
    usual = ["*"] if attribute == "common_name" else []
    allowed = [*usual, *(_pattern(dice, source) for source in sources)]
    denied = dice.some(["*evil*", "Evil*"]) if attribute != "country" else []
    return P.SubjectRule(type=SUBJECT[attribute][0], required=dice.coin(), allowed=allowed, denied=denied)


def _pattern(dice: Dice, value: str) -> str:
    shapes = [value, "*", f"{value[0]}*", f"*{value[-1]}", f"{value[0]}*{value[-1]}"]
    return dice.one(shapes)


def _name_rule(dice: Dice, kind: Any) -> P.AltNameRule:
    allowed, required = dice.some(ALLOWED[kind], least=1), dice.some(ALLOWED[kind], most=1)
    is_wild = kind == DNS and dice.coin()
    return P.AltNameRule(
        type=kind,
        allowed=allowed,
        required=required,
        denied=dice.some(DENIED[kind]),
        allow_wildcard_names=is_wild,
    )


def _keys(dice: Dice, policy: P.CertificatePolicy, issuer: int) -> None:
    if dice.coin():
        policy.any_key_algorithms.CopyFrom(ANY)
    else:
        policy.key_algorithm_rules.allowed.extend(dice.some(KEYS, least=1))
    match dice.one(["any", "rules", "none"]):
        case "any":
            policy.any_signature_algorithms.CopyFrom(ANY)
        case "rules":
            makeable = dice.some(SIGNATURES[issuer], least=1)
            others = dice.some(
                [name for name in ("ECDSA_SHA512", "RSA_SHA512", "ED25519") if name not in makeable]
            )
            numbers = [signature(name) for name in dice.shuffled([*makeable, *others])]
            policy.signature_algorithm_rules.allowed.extend(numbers)


def _rest(dice: Dice, policy: P.CertificatePolicy) -> None:
    for fill in (_usages, _extended, _custom):
        fill(dice, policy, dice.one(["any", "rules", "rules", "none"]))
    shortest, usual, longest = sorted([dice.one(LIFETIMES) for _ in range(3)])
    bounds = {"min_lifetime": shortest, "default_lifetime": usual, "max_lifetime": longest}
    bounds["backdate"] = dice.one([0, 1, 60, 3600])
    for name in dice.some(list(bounds), most=4):
        getattr(policy.validity, name).CopyFrom(Duration(seconds=bounds[name]))
    if policy.WhichOneof("subject") and dice.one_in(3):
        length = dice.one([None, 0, 1, 5])
        policy.ca.CopyFrom(P.CaRule(required=dice.coin(), max_path_length=length))


def _usages(dice: Dice, policy: P.CertificatePolicy, kind: str) -> None:
    if kind == "any":
        policy.any_key_usages.CopyFrom(ANY)
    elif kind == "rules":
        allowed = set(policy.key_algorithm_rules.allowed)
        of_all = OF_RSA if allowed == {RSA} else OF_EC if allowed and allowed <= set(EC) else ()
        required = dice.some([*ALWAYS, *of_all], most=2)
        rules = P.KeyUsageRules(allowed=dice.some([*ALWAYS, *OF_RSA, *OF_EC], most=4), required=required)
        policy.key_usage_rules.CopyFrom(rules)


def _extended(dice: Dice, policy: P.CertificatePolicy, kind: str) -> None:
    if kind == "any":
        policy.any_extended_key_usages.CopyFrom(ANY)
    elif kind == "rules":
        (allowed, allowed_oids), (required, required_oids) = (
            split_usages(dice.some(EXTENDED, most=most)) for most in (4, 2)
        )
        rules = P.ExtendedKeyUsageRules(
            allowed=allowed, allowed_oids=allowed_oids, required=required, required_oids=required_oids
        )
        policy.extended_key_usage_rules.CopyFrom(rules)


def _custom(dice: Dice, policy: P.CertificatePolicy, kind: str) -> None:
    if kind == "any":
        policy.any_custom_extensions.CopyFrom(ANY)
    elif kind == "rules":
        rules = [
            P.CustomExtensionRule(oid=oid, allow_critical=dice.coin(), required=dice.coin())
            for oid in dice.some(CUSTOM, most=2)
        ]
        policy.custom_extension_rules.CopyFrom(P.CustomExtensionRules(rules=rules))
