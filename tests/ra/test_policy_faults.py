"""Policies that contradict themselves never come to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.pki.names import AltNameType, SubjectAttribute
from server.pki.usages import ExtendedKeyUsage
from server.ra.policy import (
    AltNameRule,
    AltNameRules,
    CARule,
    CustomExtensionRule,
    CustomExtensionRules,
    ExtendedKeyUsageRules,
    LifetimeRule,
    PolicyFault,
    SubjectRule,
    SubjectRules,
)

DNS, IP, _, URI = AltNameType
CN = SubjectAttribute.COMMON_NAME
SERVER = ExtendedKeyUsage.SERVER_AUTH.value
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("make", "rule", "field"),
    [
        (lambda: AltNameRule.of(DNS, allowed=["a.com", "a.*"]), "PATTERN_WILDCARD", "allowed[1]"),
        (lambda: AltNameRule.of(IP, denied=["x"]), "PATTERN_MALFORMED", "denied[0]"),
        (lambda: AltNameRule.of(URI, required=[""]), "PATTERN_EMPTY", "required[0]"),
        (lambda: AltNameRule.of(IP, allow_wildcard_names=True), "WILDCARD_NOT_DNS", "allow_wildcard_names"),
        (lambda: AltNameRules((AltNameRule.of(IP), AltNameRule.of(IP))), "RULE_REPEATED", "rules"),
        (lambda: SubjectRule.of(CN, denied=["a", ""]), "PATTERN_EMPTY", "denied[1]"),
        (lambda: SubjectRules((SubjectRule.of(CN), SubjectRule.of(CN))), "RULE_REPEATED", "rules"),
        (lambda: ExtendedKeyUsageRules(allowed=(SERVER, "1")), "OID_MALFORMED", "allowed[1]"),
        (lambda: ExtendedKeyUsageRules(required=("1.40.1",)), "OID_MALFORMED", "required[0]"),
        (lambda: ExtendedKeyUsageRules(required=("1.2.03",)), "OID_MALFORMED", "required[0]"),
        (lambda: CustomExtensionRule(oid="1.2.x"), "OID_MALFORMED", "oid"),
        (lambda: CustomExtensionRule(oid="2.5.29.17"), "EXTENSION_RESERVED", "oid"),
        (lambda: CustomExtensionRules((CustomExtensionRule(oid="1.2.3"),) * 2), "RULE_REPEATED", "rules"),
        (lambda: LifetimeRule(minimum=timedelta()), "LIFETIME_NOT_POSITIVE", "minimum"),
        (lambda: LifetimeRule(minimum=2 * DAY, maximum=DAY), "LIFETIME_BOUNDS", "maximum"),
        (lambda: LifetimeRule(default=2 * DAY, maximum=DAY), "LIFETIME_BOUNDS", "default"),
        (lambda: LifetimeRule(default=DAY, minimum=2 * DAY), "LIFETIME_BOUNDS", "default"),
        (lambda: LifetimeRule(backdate=-SECOND), "BACKDATE_NEGATIVE", "backdate"),
        (lambda: LifetimeRule(maximum=DAY + SECOND / 2), "DURATION_FRACTION", "maximum"),
        (lambda: CARule(max_path_length=-1), "PATH_LENGTH_NEGATIVE", "max_path_length"),
    ],
)
def test_a_contradiction_never_becomes_a_policy(make: Callable[[], object], rule: str, field: str) -> None:
    """The fault names the rule and the part, for the one who writes the policy."""
    with pytest.raises(PolicyFault) as caught:
        make()
    assert (caught.value.rule, caught.value.field) == (rule, field)


def test_a_fault_is_told_of_the_whole_path() -> None:
    """Whoever compiles a document puts the path of the section in front."""
    fault = PolicyFault("RULE", "message", field="allowed[1]")
    assert fault.at("alt_name_rules.rules[0]").field == "alt_name_rules.rules[0].allowed[1]"
