"""A policy that allows a little of everything, and a template that just keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import AltName, AltNameType, SubjectAttribute, alt_name
from server.pki.template import BasicConstraints, CustomExtension, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import SECOND, Validity
from server.ra.policy import (
    ANY,
    AltNameRule,
    AltNameRules,
    CARule,
    CommonNameMode,
    CustomExtensionRule,
    CustomExtensionRules,
    ExtendedKeyUsageRules,
    KeyAlgorithmRules,
    KeyUsageRules,
    LifetimeRule,
    Policy,
    SignatureAlgorithmRules,
    SubjectRule,
    SubjectRules,
)

DNS, IP, EMAIL, URI = AltNameType
CN, O, OU = (  # noqa: E741 - the names of the field
    SubjectAttribute.COMMON_NAME,
    SubjectAttribute.ORGANIZATION,
    SubjectAttribute.ORGANIZATIONAL_UNIT,
)
SIGN, ENCIPHER = KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT
CA_BITS = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
SERVER, CLIENT = ExtendedKeyUsage.SERVER_AUTH.value, ExtendedKeyUsage.CLIENT_AUTH.value
DAY = timedelta(days=1)
Parts = dict[str, Any]
NO_CN: Parts = {"subject": ()}
A_HOST = ((CN, "a.example.com"),)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1()).public_key()
CA = BasicConstraints(is_ca=True, path_length=0)
CUSTOM_OID = "1.3.6.1.4.1.99999.1"


def policy(**parts: Any) -> Policy:
    """A policy of rules in every section, with some parts replaced."""
    return replace(_POLICY, **parts)


def template(**parts: Any) -> Template:
    """A template that the policy admits, with some parts replaced."""
    return replace(_TEMPLATE, **parts)


def broken(policy_: Policy, template_: Template) -> list[tuple[str, str]]:
    """The field and the rule of each violation."""
    return [(violation.field, violation.rule) for violation in policy_.admit(template_)]


def lasting(lifetime: timedelta) -> Validity:
    """A validity of that lifetime, both ends included."""
    return Validity(BEGIN, BEGIN + lifetime - SECOND)


def dns(*texts: str) -> tuple[AltName, ...]:
    """DNS names."""
    return tuple(alt_name(AltNameType.DNS, text) for text in texts)


def names_rule(type_: AltNameType, **patterns: Any) -> AltNameRules:
    """The section with one rule."""
    return AltNameRules((AltNameRule.of(type_, **patterns),))


def subject_rule(attribute: SubjectAttribute, **patterns: Any) -> SubjectRules:
    """The section with one rule."""
    return SubjectRules((SubjectRule.of(attribute, **patterns),))


def ext(oid: str = CUSTOM_OID, *, critical: bool = False) -> CustomExtension:
    """A custom extension with a NULL in it."""
    return CustomExtension(oid, critical, b"\x05\x00")


def name(type_: AltNameType, text: str) -> tuple[AltName, ...]:
    """One name."""
    return (alt_name(type_, text),)


def wildcards(**patterns: Any) -> Parts:
    """A policy on DNS names, wildcard names among them."""
    return {"alt_names": names_rule(DNS, allow_wildcard_names=True, **patterns)}


def cn_mode(mode: CommonNameMode) -> Parts:
    """A policy that rules on the common name alone."""
    return {"common_name_mode": mode, "alt_names": ANY}


_POLICY = Policy(
    id="0198f0a0-0000-7000-8000-000000000001",
    project_id="0198f0a0-0000-7000-8000-000000000002",
    slug="tls-server",
    revision=1,
    common_name_mode=CommonNameMode.COPY,
    subject=SubjectRules(
        (
            SubjectRule.of(SubjectAttribute.COMMON_NAME, allowed=["*"], denied=["*evil*"]),
            SubjectRule.of(SubjectAttribute.ORGANIZATION, allowed=["Example *"]),
            SubjectRule.of(SubjectAttribute.COUNTRY, allowed=["de"]),
        )
    ),
    alt_names=AltNameRules(
        (
            AltNameRule.of(AltNameType.DNS, allowed=["**.example.com"], denied=["**.secret.example.com"]),
            AltNameRule.of(AltNameType.IP, allowed=["10.0.0.0/8"], denied=["10.0.0.0/24"]),
            AltNameRule.of(AltNameType.EMAIL, allowed=["example.com"], denied=["root@example.com"]),
            AltNameRule.of(
                AltNameType.URI, allowed=["spiffe://example.org"], denied=["spiffe://example.org/admin"]
            ),
        )
    ),
    key_usages=KeyUsageRules(
        allowed=frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT}),
    ),
    extended_key_usages=ExtendedKeyUsageRules(
        allowed=(ExtendedKeyUsage.SERVER_AUTH.value, ExtendedKeyUsage.CLIENT_AUTH.value)
    ),
    key_algorithms=KeyAlgorithmRules((KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_PRIME256V1)),
    signature_algorithms=SignatureAlgorithmRules((SignatureAlgorithm.ECDSA_SHA256,)),
    custom_extensions=CustomExtensionRules((CustomExtensionRule(oid=CUSTOM_OID),)),
    lifetime=LifetimeRule(minimum=timedelta(hours=1), maximum=timedelta(days=90)),
    ca=CARule(max_path_length=1),
)

_TEMPLATE = Template(
    serial=1,
    issuer=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example CA")]),
    authority_key_id=b"\x01" * 20,
    subject=((SubjectAttribute.ORGANIZATION, "Example Ltd"), (SubjectAttribute.COMMON_NAME, "a.example.com")),
    alt_names=dns("a.example.com"),
    public_key=KEY,
    key_algorithm=KeyAlgorithm.EC_PRIME256V1,
    signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
    validity=lasting(timedelta(days=90)),
    key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
    extended_key_usages=(ExtendedKeyUsage.SERVER_AUTH.value,),
)
