"""Random subjects, and where an order says them."""

from __future__ import annotations

from collections.abc import Sequence

from certmanager.v1 import policy_pb2
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_dice import Dice
from tests.issuing.random_matching import Name, admits, admits_value, canonical
from tests.issuing.random_policies import Setting
from tests.issuing.random_profiles import subject_values
from tests.ordering import DNS

P = policy_pb2
Values = dict[str, str]
"""Subject attributes as the contract names them, with their values."""


def subjects(
    dice: Dice, setting: Setting, names: Sequence[Name], *, has_csr: bool, is_ca: bool
) -> tuple[Values, Values]:
    """What the attributes say of the subject, and what the CSR says."""
    is_needed = is_ca or not names
    values = _wanted(dice, setting, names, is_needed=is_needed)
    asked, told = Values(), Values()
    for attribute, value in values.items():
        place = dice.one(["asked", "told", "both"]) if has_csr else "asked"
        asked |= {attribute: value} if place != "told" else {}
        told |= {attribute: value} if place != "asked" else {}
    silent = [attribute for attribute in SUBJECT if attribute not in values]
    if has_csr and not setting.profile.strict_csr and dice.coin():
        told |= _noise(setting, silent)
    elif not is_needed:
        asked |= {attribute: "" for attribute in _waived(setting, silent) if dice.coin()}
    return asked, told


def _wanted(dice: Dice, setting: Setting, names: Sequence[Name], *, is_needed: bool) -> Values:
    possible = {each: found for each in SUBJECT if (found := _choices(setting, each, names))}
    defaults = {attribute for attribute in SUBJECT if setting.profile.defaults.HasField(attribute)}
    chosen = {each for each in possible if dice.one_in(3)}
    chosen |= {each for each in required(setting) if each not in defaults}
    if is_needed and not chosen | defaults:
        chosen = {dice.one(list(possible))}
    return {each: dice.one(found) for each, found in possible.items() if each in chosen}


def required(setting: Setting) -> list[str]:
    """The attributes that the policy requires."""
    rules = {rule.type: rule for rule in setting.policy.subject_rules.rules}
    return [each for each, (number, _) in SUBJECT.items() if number in rules and rules[number].required]


def _choices(setting: Setting, attribute: str, names: Sequence[Name]) -> list[str]:
    """The values that an attribute may have beside these alternative names."""
    if attribute != "common_name":
        return subject_values(setting.policy, attribute)
    policy, listed = setting.policy, [canonical(name) for name in names]
    number = SUBJECT[attribute][0]
    match policy.common_name_mode:
        case P.COMMON_NAME_MODE_REQUIRE:
            others = [text for _, text in listed]
        case P.COMMON_NAME_MODE_IGNORE:
            others = ["anything.example.net", *subject_values(policy, attribute)]
        case _:
            copied = [(DNS, "copy.example.com"), (DNS, "Copy.corp.example.org")]
            fitting = [name for name in copied if admits(policy, canonical(name))]
            hosts = [text for kind, text in (*listed, *fitting) if kind == DNS]
            others = [*hosts, *subject_values(policy, attribute)]
    return [text for text in others if len(text) <= 64 and admits_value(policy, number, text)]


def _noise(setting: Setting, silent: Sequence[str]) -> Values:
    """What a CSR may say and nobody gets, for the policy does not allow it."""
    noise = {each: "XX" if each == "country" else "Evil Twin" for each in silent}
    return {
        each: value
        for each, value in noise.items()
        if not admits_value(setting.policy, SUBJECT[each][0], value)
    }


def _waived(setting: Setting, silent: Sequence[str]) -> list[str]:
    """The defaults that an order can do without."""
    needed = required(setting)
    return [each for each in silent if setting.profile.defaults.HasField(each) and each not in needed]


def settled_subject(setting: Setting, asked: Values, told: Values) -> Values:
    """What comes of it: a default gives way to an allowed value of the CSR, and both to the attributes."""
    defaults, is_strict = setting.profile.defaults, setting.profile.strict_csr
    usual = {each: getattr(defaults, each) for each in SUBJECT if defaults.HasField(each)}
    taken = {
        each: value
        for each, value in told.items()
        if is_strict or each in asked or admits_value(setting.policy, SUBJECT[each][0], value)
    }
    return {each: value for each, value in (usual | taken | asked).items() if value}
