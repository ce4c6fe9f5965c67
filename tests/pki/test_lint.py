"""The rules that no policy can lift."""

# ruff: noqa: E501 - tables read in rows

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from server.errors import Nature
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import generate
from server.pki.lint import faults
from server.pki.names import AltName, AltNameType, SubjectAttribute
from server.pki.template import BasicConstraints, CustomExtension, NameConstraints, Subtree, Template
from server.pki.usages import ANY_EXTENDED_KEY_USAGE, KeyUsage
from server.pki.validity import SECOND, Validity, window_from
from tests.pki.making import NOW, ca_template, leaf_template, root, root_template, validity_of

KEY = generate(KeyAlgorithm.EC_PRIME256V1)
ROOT = root(KEY)
LEAF = leaf_template(KEY, ROOT, KEY)
CA = ca_template(KEY, ROOT, KEY)
SIGN, AGREE = KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT
FORM, POLICY = Nature.FORM, Nature.POLICY


def custom(oid: str = "1.2.3.4", value: bytes = b"\x05\x00") -> CustomExtension:
    return CustomExtension(oid, critical=False, value=value)


def subtree(kind: str, value: str) -> NameConstraints:
    return NameConstraints(excluded=(Subtree(AltNameType[kind], value),))


CASES: list[tuple[Template, dict[str, Any], str, str, Nature]] = [
    (LEAF, {"subject": (), "alt_names": ()}, "subject", "NAME_REQUIRED", POLICY),
    (CA, {"subject": ()}, "subject", "CA_SUBJECT_REQUIRED", POLICY),
    (LEAF, {"subject": ((SubjectAttribute.COMMON_NAME, "a\x00"),)}, "subject.common_name", "SUBJECT_CHARACTER", FORM),
    (LEAF, {"subject": ((SubjectAttribute.COUNTRY, "de"),)}, "subject.country", "SUBJECT_NOT_CANONICAL", FORM),
    (LEAF, {"subject": LEAF.subject * 2}, "subject", "SUBJECT_REPEATED", FORM),
    (LEAF, {"alt_names": (AltName(AltNameType.DNS, "a_b"),)}, "alt_names[0]", "DNS_CHARACTER", FORM),
    (LEAF, {"alt_names": (*LEAF.alt_names, AltName(AltNameType.DNS, "A.b"))}, "alt_names[2]", "ALT_NAME_NOT_CANONICAL",
     FORM),
    (LEAF, {"key_usages": frozenset({SIGN, KeyUsage.KEY_CERT_SIGN})}, "key_usages", "KEY_USAGE_CA_ONLY", POLICY),
    (LEAF, {"key_usages": frozenset({SIGN, KeyUsage.CRL_SIGN})}, "key_usages", "KEY_USAGE_CA_ONLY", POLICY),
    (LEAF, {"key_usages": frozenset({KeyUsage.KEY_ENCIPHERMENT})}, "key_usages", "KEY_USAGE_IMPOSSIBLE", POLICY),
    (LEAF, {"key_algorithm": KeyAlgorithm.ED25519, "key_usages": frozenset({AGREE})}, "key_usages",
     "KEY_USAGE_IMPOSSIBLE", POLICY),
    (LEAF, {"key_usages": frozenset({SIGN, KeyUsage.ENCIPHER_ONLY})}, "key_usages", "KEY_AGREEMENT_REQUIRED", POLICY),
    (LEAF, {"key_usages": frozenset({SIGN, KeyUsage.DECIPHER_ONLY})}, "key_usages", "KEY_AGREEMENT_REQUIRED", POLICY),
    (CA, {"key_usages": frozenset({KeyUsage.CRL_SIGN})}, "key_usages", "KEY_CERT_SIGN_REQUIRED", POLICY),
    (CA, {"key_usages": frozenset()}, "key_usages", "KEY_CERT_SIGN_REQUIRED", POLICY),
    (LEAF, {"extended_key_usages": (ANY_EXTENDED_KEY_USAGE,)}, "extended_key_usages", "EXTENDED_KEY_USAGE_ANY", POLICY),
    (LEAF, {"extended_key_usages": ("1.2.3", "1.2.3")}, "extended_key_usages", "EXTENDED_KEY_USAGE_REPEATED", FORM),
    (LEAF, {"extended_key_usages": ("serverAuth",)}, "extended_key_usages", "OID_MALFORMED", FORM),
    (LEAF, {"basic_constraints": BasicConstraints(path_length=0)}, "basic_constraints.path_length",
     "PATH_LENGTH_CA_ONLY", POLICY),
    (CA, {"basic_constraints": BasicConstraints(is_ca=True, path_length=-1)}, "basic_constraints.path_length",
     "PATH_LENGTH_RANGE", FORM),
    (LEAF, {"name_constraints": NameConstraints(excluded=())}, "name_constraints", "NAME_CONSTRAINTS_CA_ONLY", POLICY),
    (CA, {"name_constraints": NameConstraints()}, "name_constraints", "NAME_CONSTRAINTS_EMPTY", FORM),
    (CA, {"name_constraints": subtree("DNS", ".acme.com")}, "name_constraints.excluded[0]", "SUBTREE_MALFORMED", FORM),
    (CA, {"name_constraints": subtree("IP", "10.0.0.1/8")}, "name_constraints.excluded[0]", "SUBTREE_MALFORMED", FORM),
    (CA, {"name_constraints": subtree("IP", "10.0.0.0/255.0.0.0")}, "name_constraints.excluded[0]", "SUBTREE_MALFORMED", FORM),
    (CA, {"name_constraints": subtree("EMAIL", "@acme.com")}, "name_constraints.excluded[0]", "SUBTREE_MALFORMED", FORM),
    (CA, {"name_constraints": subtree("URI", "https://acme.com")}, "name_constraints.excluded[0]", "SUBTREE_MALFORMED", FORM),
    (LEAF, {"validity": Validity(NOW, NOW - SECOND)}, "validity", "VALIDITY_EMPTY", POLICY),
    (LEAF, {"custom_extensions": (custom("2.5.29.17"),)}, "custom_extensions[0]", "EXTENSION_RESERVED", POLICY),
    (LEAF, {"custom_extensions": (custom("2.5.29.99"),)}, "custom_extensions[0]", "EXTENSION_RESERVED", POLICY),
    (LEAF, {"custom_extensions": (custom("1.3.6.1.5.5.7.1.1"),)}, "custom_extensions[0]", "EXTENSION_RESERVED", POLICY),
    (LEAF, {"custom_extensions": (custom("1.3.6.1.5.5.7.1.14"),)}, "custom_extensions[0]", "EXTENSION_RESERVED", POLICY),
    (LEAF, {"custom_extensions": (custom("2.16.840.1.113730.1.1"),)}, "custom_extensions[0]", "EXTENSION_RESERVED", POLICY),
    (LEAF, {"custom_extensions": (custom("1.x"),)}, "custom_extensions[0]", "OID_MALFORMED", FORM),
    (LEAF, {"custom_extensions": (custom(), custom())}, "custom_extensions[1]", "EXTENSION_REPEATED", FORM),
    (LEAF, {"custom_extensions": (custom(value=b""),)}, "custom_extensions[0]", "EXTENSION_NOT_DER", FORM),
    (LEAF, {"custom_extensions": (custom(value=b"\x05\x00\x00"),)}, "custom_extensions[0]", "EXTENSION_NOT_DER", FORM),
    (LEAF, {"serial": 0}, "serial", "SERIAL_RANGE", FORM),
    (LEAF, {"serial": 1 << 159}, "serial", "SERIAL_RANGE", FORM),
    (LEAF, {"issuer": x509.Name([])}, "issuer", "ISSUER_EMPTY", FORM),
    (LEAF, {"authority_key_id": None}, "authority_key_id", "AUTHORITY_KEY_ID_REQUIRED", FORM),
]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "change", "field", "rule", "nature"), CASES, ids=[f"{i}-{c[3]}" for i, c in enumerate(CASES)]
)
def test_a_broken_rule_is_told(
    template: Template, change: dict[str, Any], field: str, rule: str, nature: Nature
) -> None:
    """The field, the rule and the nature of each."""
    found = [(v.field, v.rule, v.nature) for v in faults(replace(template, **change))]
    assert (field, rule, nature) in found


@pytest.mark.parametrize(
    ("template", "change"),
    [
        (LEAF, {}),
        (CA, {}),
        (root_template(KEY), {}),
        (LEAF, {"subject": ()}),
        (LEAF, {"alt_names": ()}),
        (LEAF, {"key_usages": frozenset()}),
        (LEAF, {"key_usages": frozenset({AGREE, KeyUsage.ENCIPHER_ONLY})}),
        (CA, {"extended_key_usages": (ANY_EXTENDED_KEY_USAGE,)}),
        (LEAF, {"serial": 1}),
        (CA, {"name_constraints": subtree("IP", "2001:db8::/32")}),
        (CA, {"name_constraints": subtree("EMAIL", ".acme.com")}),
        (CA, {"name_constraints": subtree("EMAIL", "joe@acme.com")}),
        (CA, {"name_constraints": subtree("URI", ".acme.com")}),
        (LEAF, {"serial": (1 << 159) - 1}),
        (LEAF, {"validity": Validity(NOW, NOW)}),
        (LEAF, {"custom_extensions": (custom(), custom("2.5.29.32", bytes.fromhex("300630040602 2a03")))}),
    ],
)
def test_a_sound_template_is_silent(template: Template, change: dict[str, Any]) -> None:
    """What is just inside the rules breaks none."""
    assert faults(replace(template, **change)) == ()


ISSUER = validity_of(ROOT)


@pytest.mark.parametrize(
    ("validity", "rules"),
    [
        (ISSUER, []),
        (Validity(NOW, ISSUER.not_after + SECOND), [("LIFETIME_EXCEEDS_CA", Nature.CA_LIFETIME)]),
        (Validity(ISSUER.not_before - SECOND, NOW), [("BEGINS_BEFORE_CA", POLICY)]),
        (window_from(NOW, lifetime=timedelta(days=4000)), [("LIFETIME_EXCEEDS_CA", Nature.CA_LIFETIME)]),
    ],
)
def test_a_certificate_lies_inside_its_issuers_life(
    validity: Validity, rules: list[tuple[str, Nature]]
) -> None:
    """To the second, at both ends."""
    found = faults(replace(LEAF, validity=validity), issuer_validity=ISSUER)
    assert [(violation.rule, violation.nature) for violation in found] == rules


def test_all_broken_rules_are_told_together() -> None:
    """One answer names everything."""
    broken = replace(LEAF, serial=0, subject=(), alt_names=(), custom_extensions=(custom("2.5.29.19", b""),))
    assert [violation.rule for violation in faults(broken)] == [
        "SERIAL_RANGE",
        "NAME_REQUIRED",
        "EXTENSION_RESERVED",
        "EXTENSION_NOT_DER",
    ]
