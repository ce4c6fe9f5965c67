"""Each rule of a policy, kept and broken at its boundary."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.errors import Nature
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import SECOND
from server.ra.policy import (
    NONE,
    Policy,
    Rule,
    rules,
)
from tests.ra.policy_broken import BROKEN
from tests.ra.policy_kept import KEPT
from tests.ra.policy_samples import (
    CA,
    DAY,
    IP,
    NO_CN,
    URI,
    O,
    Parts,
    broken,
    dns,
    ext,
    lasting,
    name,
    policy,
    template,
)


@pytest.mark.parametrize(("policy_parts", "parts"), [pytest.param(p, t, id=i) for i, p, t in KEPT])
def test_a_kept_rule_admits(policy_parts: Parts, parts: Parts) -> None:
    """What lies just within a rule is admitted."""
    assert broken(policy(**policy_parts), template(**parts)) == []


@pytest.mark.parametrize(("rule", "field", "policy_parts", "parts"), BROKEN)
def test_a_broken_rule_is_told(rule: str, field: str, policy_parts: Parts, parts: Parts) -> None:
    """What lies just outside a rule is refused with its field and its rule, and with nothing else."""
    assert broken(policy(**policy_parts), template(**parts)) == [(field, rule)]


def test_every_rule_is_broken_by_some_test() -> None:
    """The table above leaves no rule out."""
    assert {rule for rule, *_ in BROKEN} == {rule.name for rule in Rule}


def test_every_rule_is_documented() -> None:
    """The table of rules names each one."""
    assert rules.__doc__ is not None
    assert {rule.name for rule in Rule} <= set(rules.__doc__.split())


def test_a_policy_without_sections_admits_nothing() -> None:
    """Absent means none, in each section at once, and each violation is told."""
    bare = Policy(id="p", project_id="q", slug="bare", revision=1)
    everything = template(basic_constraints=CA, custom_extensions=(ext(),))
    assert {rule for _, rule in broken(bare, everything)} == {
        "SUBJECT_ATTRIBUTE_NOT_ALLOWED",
        "DNS_NOT_ALLOWED",
        "KEY_USAGE_NOT_ALLOWED",
        "EXTENDED_KEY_USAGE_NOT_ALLOWED",
        "KEY_ALGORITHM_NOT_ALLOWED",
        "CA_NOT_ALLOWED",
        "CUSTOM_EXTENSION_NOT_ALLOWED",
    }


def test_a_wildcard_name_tells_all_that_is_wrong_with_it() -> None:
    """One name may break two rules."""
    found = broken(policy(), template(subject=(), alt_names=dns("*.example.org")))
    assert found == [("alt_names[0]", "DNS_NOT_ALLOWED"), ("alt_names[0]", "WILDCARD_NOT_ALLOWED")]


@pytest.mark.parametrize(
    ("rule", "value", "allowed", "parts"),
    [
        ("DNS_NOT_ALLOWED", "a.org", ("**.example.com",), {**NO_CN, "alt_names": dns("a.org")}),
        ("IP_DENIED", "10.0.0.1", (), {**NO_CN, "alt_names": name(IP, "10.0.0.1")}),
        ("LIFETIME_TOO_LONG", "7776001s", ("90d",), {"validity": lasting(90 * DAY + SECOND)}),
        ("LIFETIME_TOO_SHORT", "59m", ("1h",), {"validity": lasting(timedelta(minutes=59))}),
        ("SUBJECT_VALUE_NOT_ALLOWED", "x", ("Example *",), {"subject": ((O, "x"),)}),
        (
            "KEY_USAGE_NOT_ALLOWED",
            "KEY_AGREEMENT",
            ("DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"),
            {"key_usages": frozenset({KeyUsage.KEY_AGREEMENT})},
        ),
        (
            "EXTENDED_KEY_USAGE_NOT_ALLOWED",
            "CODE_SIGNING",
            ("SERVER_AUTH", "CLIENT_AUTH"),
            {"extended_key_usages": (ExtendedKeyUsage.CODE_SIGNING.value,)},
        ),
    ],
)
def test_a_violation_tells_value_and_remedy(
    rule: str, value: str, allowed: tuple[str, ...], parts: Parts
) -> None:
    """A person sees what was wrong and what would be fine."""
    (violation,) = policy().admit(template(**parts))
    assert (violation.rule, violation.value, violation.allowed) == (rule, value, allowed)
    assert violation.nature is Nature.POLICY
    assert violation.message == Rule[rule].value


def test_a_long_value_is_cut() -> None:
    """A violation never carries more than 256 characters of what was sent."""
    uri = "https://example.com/" + "a" * 2000
    (violation,) = policy().admit(template(subject=(), alt_names=name(URI, uri)))
    assert len(violation.value) == 256


def test_no_signature_section_means_the_default_of_the_ca() -> None:
    """What is default for another curve is refused where the CA's key is known."""
    p384 = template(signature_algorithm=SignatureAlgorithm.ECDSA_SHA384)
    silent = policy(signature_algorithms=NONE)
    possible = signatures_of(KeyAlgorithm.EC_PRIME256V1)
    assert [v.rule for v in silent.admit(p384, issuer_signatures=possible)] == [
        "SIGNATURE_ALGORITHM_NOT_ALLOWED"
    ]
