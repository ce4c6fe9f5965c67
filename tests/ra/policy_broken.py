"""What each rule of a policy just refuses: the rule, the field, the policy, the template."""

from __future__ import annotations

from datetime import timedelta

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import AltName
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage
from server.pki.validity import SECOND
from server.ra.policy import (
    ANY,
    NONE,
    CARule,
    CommonNameMode,
    CustomExtensionRule,
    CustomExtensionRules,
    ExtendedKeyUsageRules,
    KeyUsageRules,
    LifetimeRule,
)
from tests.ra.policy_samples import (
    A_HOST,
    CA,
    CLIENT,
    CN,
    CUSTOM_OID,
    DAY,
    DNS,
    EMAIL,
    ENCIPHER,
    IP,
    NO_CN,
    OU,
    SERVER,
    SIGN,
    URI,
    O,
    Parts,
    cn_mode,
    dns,
    ext,
    lasting,
    name,
    names_rule,
    subject_rule,
    wildcards,
)

BROKEN: list[tuple[str, str, Parts, Parts]] = [
    ("SUBJECT_ATTRIBUTE_NOT_ALLOWED", "subject.organizational_unit", {}, {"subject": ((OU, "x"),)}),
    ("SUBJECT_ATTRIBUTE_NOT_ALLOWED", "subject.common_name", {"subject": NONE}, {"subject": A_HOST}),
    ("SUBJECT_VALUE_NOT_ALLOWED", "subject.organization", {}, {"subject": ((O, "Example"),)}),
    ("SUBJECT_VALUE_NOT_ALLOWED", "subject.organization", {}, {"subject": ((O, "example Ltd"),)}),
    ("SUBJECT_VALUE_NOT_ALLOWED", "subject.common_name", {"subject": subject_rule(CN)}, {"subject": A_HOST}),
    ("SUBJECT_VALUE_DENIED", "subject.common_name", {}, {"subject": ((CN, "an Evil one"),)}),
    (
        "SUBJECT_ATTRIBUTE_REQUIRED",
        "subject.organization",
        {"subject": subject_rule(O, allowed=["*"], required=True)},
        NO_CN,
    ),
    ("COMMON_NAME_NOT_IN_ALT_NAMES", "subject.common_name", {}, {"alt_names": dns("b.example.com")}),
    (
        "COMMON_NAME_NOT_IN_ALT_NAMES",
        "subject.common_name",
        cn_mode(CommonNameMode.REQUIRE),
        {"alt_names": ()},
    ),
    (
        "COMMON_NAME_NOT_IN_ALT_NAMES",
        "subject.common_name",
        cn_mode(CommonNameMode.REQUIRE),
        {"subject": ((CN, "Web Server"),)},
    ),
    ("ALT_NAME_NOT_CANONICAL", "alt_names[0]", {}, {**NO_CN, "alt_names": (AltName(DNS, "A.example.com"),)}),
    ("ALT_NAME_NOT_CANONICAL", "alt_names[0]", {}, {**NO_CN, "alt_names": (AltName(IP, "10.1.0.1/32"),)}),
    ("DNS_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": dns("example.com")}),
    ("DNS_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": dns("badexample.com")}),
    ("DNS_NOT_ALLOWED", "alt_names[0]", {"alt_names": NONE}, {**NO_CN, "alt_names": dns("a.example.com")}),
    (
        "DNS_NOT_ALLOWED",
        "alt_names[0]",
        wildcards(allowed=["a.example.com", "b.example.com"]),
        {**NO_CN, "alt_names": dns("*.example.com")},
    ),
    ("DNS_DENIED", "alt_names[0]", {}, {**NO_CN, "alt_names": dns("a.secret.example.com")}),
    (
        "DNS_DENIED",
        "alt_names[0]",
        wildcards(allowed=["*.example.com"], denied=["secret.example.com"]),
        {**NO_CN, "alt_names": dns("*.example.com")},
    ),
    (
        "DNS_DENIED",
        "alt_names[0]",
        wildcards(required=["a.example.com"], denied=["a.example.com"]),
        {**NO_CN, "alt_names": dns("a.example.com")},
    ),
    (
        "DNS_REQUIRED",
        "alt_names",
        {"alt_names": names_rule(DNS, required=["a.example.com"])},
        {"alt_names": (), **NO_CN},
    ),
    (
        "DNS_REQUIRED",
        "alt_names",
        wildcards(allowed=["**.example.com"], required=["a.example.com"]),
        {**NO_CN, "alt_names": dns("*.example.com")},
    ),
    ("WILDCARD_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": dns("*.example.com")}),
    ("IP_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(IP, "11.0.0.0")}),
    ("IP_DENIED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(IP, "10.0.0.255")}),
    (
        "IP_REQUIRED",
        "alt_names",
        {"alt_names": names_rule(IP, required=["::/0"])},
        {**NO_CN, "alt_names": ()},
    ),
    ("EMAIL_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(EMAIL, "ann@a.example.com")}),
    ("EMAIL_DENIED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(EMAIL, "ROOT@example.com")}),
    (
        "EMAIL_REQUIRED",
        "alt_names",
        {"alt_names": names_rule(EMAIL, allowed=["example.com"], required=["ann@example.com"])},
        {**NO_CN, "alt_names": name(EMAIL, "bob@example.com")},
    ),
    ("URI_NOT_ALLOWED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(URI, "spiffe://example.net/a")}),
    ("URI_DENIED", "alt_names[0]", {}, {**NO_CN, "alt_names": name(URI, "spiffe://example.org/admin/a")}),
    (
        "URI_REQUIRED",
        "alt_names",
        {"alt_names": names_rule(URI, allowed=["spiffe://example.org"], required=["spiffe://example.org/a"])},
        {**NO_CN, "alt_names": name(URI, "spiffe://example.org/ab")},
    ),
    ("KEY_USAGE_NOT_ALLOWED", "key_usages", {}, {"key_usages": frozenset({KeyUsage.KEY_AGREEMENT})}),
    ("KEY_USAGE_NOT_ALLOWED", "key_usages", {}, {"key_usages": frozenset({KeyUsage.CRL_SIGN})}),
    ("KEY_USAGE_NOT_ALLOWED", "key_usages", {"key_usages": NONE}, {}),
    (
        "KEY_USAGE_REQUIRED",
        "key_usages",
        {"key_usages": KeyUsageRules(allowed=frozenset({SIGN}), required=frozenset({ENCIPHER}))},
        {},
    ),
    ("EXTENDED_KEY_USAGE_NOT_ALLOWED", "extended_key_usages", {}, {"extended_key_usages": ("2.5.29.37.0",)}),
    ("EXTENDED_KEY_USAGE_NOT_ALLOWED", "extended_key_usages", {"extended_key_usages": NONE}, {}),
    (
        "EXTENDED_KEY_USAGE_REQUIRED",
        "extended_key_usages",
        {"extended_key_usages": ExtendedKeyUsageRules(allowed=(SERVER,), required=(CLIENT,))},
        {},
    ),
    ("KEY_ALGORITHM_NOT_ALLOWED", "key_algorithm", {}, {"key_algorithm": KeyAlgorithm.RSA_3072}),
    ("KEY_ALGORITHM_NOT_ALLOWED", "key_algorithm", {"key_algorithms": NONE}, {}),
    (
        "SIGNATURE_ALGORITHM_NOT_ALLOWED",
        "signature_algorithm",
        {},
        {"signature_algorithm": SignatureAlgorithm.ECDSA_SHA384},
    ),
    (
        "SIGNATURE_ALGORITHM_NOT_ALLOWED",
        "signature_algorithm",
        {"signature_algorithms": NONE},
        {"signature_algorithm": SignatureAlgorithm.RSA_SHA512},
    ),
    ("LIFETIME_TOO_SHORT", "validity", {}, {"validity": lasting(timedelta(hours=1) - SECOND)}),
    ("LIFETIME_TOO_SHORT", "validity", {"lifetime": LifetimeRule()}, {"validity": lasting(59 * SECOND)}),
    ("LIFETIME_TOO_LONG", "validity", {}, {"validity": lasting(90 * DAY + SECOND)}),
    ("CA_NOT_ALLOWED", "basic_constraints", {"ca": None}, {"basic_constraints": CA}),
    ("CA_REQUIRED", "basic_constraints", {"ca": CARule(required=True)}, {}),
    (
        "PATH_LENGTH_TOO_LONG",
        "basic_constraints.path_length",
        {},
        {"basic_constraints": BasicConstraints(is_ca=True, path_length=2)},
    ),
    (
        "PATH_LENGTH_TOO_LONG",
        "basic_constraints.path_length",
        {},
        {"basic_constraints": BasicConstraints(is_ca=True)},
    ),
    (
        "CUSTOM_EXTENSION_NOT_ALLOWED",
        "custom_extensions[1]",
        {},
        {"custom_extensions": (ext(), ext("1.2.3.4"))},
    ),
    (
        "CUSTOM_EXTENSION_NOT_ALLOWED",
        "custom_extensions[0]",
        {"custom_extensions": NONE},
        {"custom_extensions": (ext(),)},
    ),
    ("CUSTOM_EXTENSION_CRITICAL", "custom_extensions[0]", {}, {"custom_extensions": (ext(critical=True),)}),
    (
        "CUSTOM_EXTENSION_REQUIRED",
        "custom_extensions",
        {"custom_extensions": CustomExtensionRules((CustomExtensionRule(oid=CUSTOM_OID, required=True),))},
        {},
    ),
    *(
        (
            "CUSTOM_EXTENSION_RESERVED",
            "custom_extensions[0]",
            {"custom_extensions": ANY},
            {"custom_extensions": (ext(o),)},
        )
        for o in ("2.5.29.17", "2.5.29.19", "2.5.29.37", "1.3.6.1.5.5.7.1.14", "2.16.840.1.113730.1.1")
    ),
]
