"""The ways in which the subject of an order can break its policy, each with what must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from certmanager.v1 import policy_pb2
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_asks import SERVER, Ask
from tests.issuing.random_matching import admits_value, fits
from tests.issuing.random_names_broken import FORM, POLICY, Way, listed, name_rules
from tests.issuing.random_policies import Setting
from tests.issuing.random_subjects import required, settled_subject
from tests.issuing.random_words import VALUES
from tests.ordering import DNS

P = policy_pb2
_BAD_VALUES = ("Evil Corp", "The EVIL one", "Zurich Zoo")


def strange_values(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A subject attribute that is not allowed, or not with that value."""
    is_told = ask.source != SERVER and setting.profile.strict_csr
    for attribute in list(VALUES)[1:]:
        for value in ("AQ",) if attribute == "country" else _BAD_VALUES:
            for rule in _value_rules(setting.policy, attribute, value):
                field = ask.source if is_told else f"attributes.{attribute}"
                yield Way(_with_value(ask, attribute, value, is_told=is_told), ((field, rule, POLICY),))


def _value_rules(policy: P.CertificatePolicy, attribute: str, value: str) -> list[str]:
    if policy.HasField("any_subject"):
        return []
    rules = [rule for rule in policy.subject_rules.rules if rule.type == SUBJECT[attribute][0]]
    if not rules:
        return ["SUBJECT_ATTRIBUTE_NOT_ALLOWED"]
    if any(fits(pattern.lower(), value.lower()) for pattern in rules[0].denied):
        return ["SUBJECT_VALUE_DENIED"]
    return [] if any(fits(pattern, value) for pattern in rules[0].allowed) else ["SUBJECT_VALUE_NOT_ALLOWED"]


def _with_value(ask: Ask, attribute: str, value: str, *, is_told: bool = False) -> Ask:
    """The order with a subject attribute that is said in one place only."""
    asked = {each: text for each, text in ask.subject.items() if each != attribute}
    told = {each: text for each, text in ask.csr_subject.items() if each != attribute}
    (told if is_told else asked)[attribute] = value
    return replace(ask, subject=asked, csr_subject=told)


def malformed_values(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A subject attribute that no certificate can have."""
    others = settled_subject(setting, ask.subject, ask.csr_subject)
    for attribute in ("organization", "organizational_unit", "state", "locality"):
        if others and attribute not in (*ask.subject, *ask.csr_subject, *required(setting)):
            for value, rule in (("Acme ", "SUBJECT_SPACE"), ("a\x07b", "SUBJECT_CHARACTER")):
                told = ((f"attributes.{attribute}", rule, FORM),)
                yield Way(replace(ask, subject={**ask.subject, attribute: value}), told)


def missing_values(setting: Setting, ask: Ask) -> Iterator[Way]:
    """No subject attribute where the policy requires one."""
    for attribute in required(setting):
        without = _with_value(ask, attribute, "")
        rest = settled_subject(setting, without.subject, without.csr_subject)
        text = settled_subject(setting, ask.subject, ask.csr_subject).get("common_name", "")
        if rest and (attribute != "common_name" or "." not in text):
            yield Way(without, ((f"attributes.{attribute}", "SUBJECT_ATTRIBUTE_REQUIRED", POLICY),))


def strange_common_names(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A common name that should be an alternative name, or that becomes one although it may not."""
    policy, mode = setting.policy, setting.policy.common_name_mode
    before = settled_subject(setting, ask.subject, ask.csr_subject).get("common_name", "")
    for value in ("Somebody Else", "www.evil.example", "admin.example.com", "*.evil.example"):
        if not admits_value(policy, SUBJECT["common_name"][0], value) or mode == P.COMMON_NAME_MODE_IGNORE:
            continue
        if mode == P.COMMON_NAME_MODE_REQUIRE:
            rules = ["COMMON_NAME_NOT_IN_ALT_NAMES"]
        else:
            rules = name_rules(policy, (DNS, value)) if "." in value and "." not in before else []
        if rules and (DNS, value) not in listed(ask):
            told = tuple(("attributes.common_name", rule, POLICY) for rule in rules)
            yield Way(_with_value(ask, "common_name", value), told)


def other_values_than_the_csr(setting: Setting, ask: Ask) -> Iterator[Way]:
    """A subject attribute that the attributes and the CSR say differently, both allowed."""
    for attribute, said in ask.csr_subject.items():
        if attribute != "common_name":
            for value in VALUES[attribute]:
                if value != said and admits_value(setting.policy, SUBJECT[attribute][0], value):
                    subject = {**ask.subject, attribute: value}
                    yield Way(
                        replace(ask, subject=subject), ((f"attributes.{attribute}", "CONTRADICTS_CSR", FORM),)
                    )
