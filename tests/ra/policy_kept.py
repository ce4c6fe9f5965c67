"""What each rule of a policy just admits: the name of the case, the policy, the template."""

from __future__ import annotations

from datetime import timedelta

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import SubjectAttribute
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage
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
    CA_BITS,
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

KEPT: list[tuple[str, Parts, Parts]] = [
    ("everything", {}, {}),
    ("no subject", {"subject": NONE}, NO_CN),
    ("any subject", {"subject": ANY}, {"subject": ((OU, "x"), *A_HOST)}),
    ("subject value", {}, {"subject": ((O, "Example "),)}),
    (
        "subject attribute required",
        {"subject": subject_rule(CN, allowed=["*"], required=True)},
        {"subject": A_HOST},
    ),
    ("country in capitals", {}, {"subject": ((SubjectAttribute.COUNTRY, "DE"),)}),
    ("common name copied", {}, {"subject": A_HOST, "alt_names": dns("a.example.com")}),
    ("common name without the shape of a host", {}, {"subject": ((CN, "Web Server"),), "alt_names": ()}),
    ("common name of one label", {}, {"subject": ((CN, "localhost"),), "alt_names": ()}),
    (
        "common name required as DNS name, in another case",
        cn_mode(CommonNameMode.REQUIRE),
        {"subject": ((CN, "A.Example.com"),), "alt_names": dns("b.example.com", "a.example.com")},
    ),
    (
        "common name required as IP address",
        cn_mode(CommonNameMode.REQUIRE),
        {"subject": ((CN, "10.1.0.1"),), "alt_names": name(IP, "10.1.0.1")},
    ),
    ("common name required, none there", cn_mode(CommonNameMode.REQUIRE), NO_CN),
    ("common name ignored", cn_mode(CommonNameMode.IGNORE), {"alt_names": ()}),
    ("any alternative name", {"alt_names": ANY}, {**NO_CN, "alt_names": dns("*.anything.org")}),
    ("no alternative name", {"alt_names": NONE}, {**NO_CN, "alt_names": ()}),
    ("DNS below", {}, {**NO_CN, "alt_names": dns("x.y.example.com")}),
    ("DNS beside what is denied", {}, {**NO_CN, "alt_names": dns("secret.example.com")}),
    ("wildcard", wildcards(allowed=["*.example.com"]), {**NO_CN, "alt_names": dns("*.example.com")}),
    (
        "wildcard beside what is denied",
        wildcards(allowed=["**.example.com"], denied=["a.b.example.com"]),
        {**NO_CN, "alt_names": dns("*.example.com")},
    ),
    ("DNS required", {"alt_names": names_rule(DNS, required=["a.example.com"])}, {}),
    ("IP first", {}, {**NO_CN, "alt_names": name(IP, "10.0.1.0")}),
    ("IP last", {}, {**NO_CN, "alt_names": name(IP, "10.255.255.255")}),
    (
        "IP required",
        {"alt_names": names_rule(IP, required=["::/0"])},
        {**NO_CN, "alt_names": name(IP, "::1")},
    ),
    ("e-mail", {}, {**NO_CN, "alt_names": name(EMAIL, "ann@example.com")}),
    (
        "e-mail required",
        {"alt_names": names_rule(EMAIL, required=["example.com"])},
        {**NO_CN, "alt_names": name(EMAIL, "ann@example.com")},
    ),
    ("URI", {}, {**NO_CN, "alt_names": name(URI, "spiffe://example.org/adminx")}),
    (
        "URI required",
        {"alt_names": names_rule(URI, required=["spiffe://example.org/a"])},
        {**NO_CN, "alt_names": name(URI, "spiffe://example.org/a/b")},
    ),
    ("any key usage", {"key_usages": ANY}, {"key_usages": frozenset(KeyUsage)}),
    ("no key usage", {"key_usages": NONE}, {"key_usages": frozenset()}),
    ("key usages", {}, {"key_usages": frozenset({SIGN, ENCIPHER})}),
    ("key usage required", {"key_usages": KeyUsageRules(required=frozenset({SIGN}))}, {}),
    (
        "a CA's own usages",
        {"key_usages": NONE},
        {"basic_constraints": CA, "key_usages": CA_BITS},
    ),
    ("any extended usage", {"extended_key_usages": ANY}, {"extended_key_usages": ("1.2.3.4",)}),
    ("no extended usage", {"extended_key_usages": NONE}, {"extended_key_usages": ()}),
    ("extended usages", {}, {"extended_key_usages": (SERVER, CLIENT)}),
    ("extended usage required", {"extended_key_usages": ExtendedKeyUsageRules(required=(SERVER,))}, {}),
    ("any key", {"key_algorithms": ANY}, {"key_algorithm": KeyAlgorithm.ML_DSA_87}),
    ("key", {}, {"key_algorithm": KeyAlgorithm.RSA_2048}),
    ("any signature", {"signature_algorithms": ANY}, {"signature_algorithm": SignatureAlgorithm.RSA_SHA512}),
    (
        "a default signature",
        {"signature_algorithms": NONE},
        {"signature_algorithm": SignatureAlgorithm.RSA_SHA256},
    ),
    ("shortest lifetime", {}, {"validity": lasting(timedelta(hours=1))}),
    ("longest lifetime", {}, {"validity": lasting(90 * DAY)}),
    ("no longest lifetime", {"lifetime": LifetimeRule()}, {"validity": lasting(36_500 * DAY)}),
    ("CA", {}, {"basic_constraints": CA}),
    (
        "CA of the greatest path length",
        {},
        {"basic_constraints": BasicConstraints(is_ca=True, path_length=1)},
    ),
    ("CA of any path length", {"ca": CARule()}, {"basic_constraints": BasicConstraints(is_ca=True)}),
    ("CA required", {"ca": CARule(required=True)}, {"basic_constraints": CA}),
    ("any extension", {"custom_extensions": ANY}, {"custom_extensions": (ext("1.2.3.4", critical=True),)}),
    ("extension", {}, {"custom_extensions": (ext(),)}),
    (
        "critical extension",
        {
            "custom_extensions": CustomExtensionRules(
                (CustomExtensionRule(oid=CUSTOM_OID, allow_critical=True),)
            )
        },
        {"custom_extensions": (ext(critical=True),)},
    ),
    (
        "extension required",
        {"custom_extensions": CustomExtensionRules((CustomExtensionRule(oid=CUSTOM_OID, required=True),))},
        {"custom_extensions": (ext(),)},
    ),
]
