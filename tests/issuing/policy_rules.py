"""One policy a rule, and an order on each side of its boundary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from certmanager.v1 import certificate_pb2, policy_pb2, x509_pb2
from server.pki.algorithms import KeyAlgorithm
from tests.ordering import CUSTOM, OID, open_policy, subject_rule

P = policy_pb2
SIGN, ENCIPHER = x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT
REPUDIATE = x509_pb2.KEY_USAGE_NON_REPUDIATION
SERVER, CLIENT = x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH
SUBJECT = {
    "common_name": (P.SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME, OID.COMMON_NAME),
    "organization": (P.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION, OID.ORGANIZATION_NAME),
    "organizational_unit": (P.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATIONAL_UNIT, OID.ORGANIZATIONAL_UNIT_NAME),
    "country": (P.SUBJECT_ATTRIBUTE_TYPE_COUNTRY, OID.COUNTRY_NAME),
    "state": (P.SUBJECT_ATTRIBUTE_TYPE_STATE, OID.STATE_OR_PROVINCE_NAME),
    "locality": (P.SUBJECT_ATTRIBUTE_TYPE_LOCALITY, OID.LOCALITY_NAME),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy, attributes that keep it, attributes that just break it, and how that is told."""

    policy: policy_pb2.CertificatePolicy
    kept: dict[str, Any]
    broken: dict[str, Any]
    told: dict[str, str]
    value: str = ""
    allowed: Sequence[str] = field(default=())
    algorithm: KeyAlgorithm | None = None
    """Of the issuing CA, if it matters."""


def _usages(**rules: Any) -> policy_pb2.CertificatePolicy:
    return open_policy(key_usage_rules=P.KeyUsageRules(**rules))


def _extended(**rules: Any) -> policy_pb2.CertificatePolicy:
    return open_policy(extended_key_usage_rules=P.ExtendedKeyUsageRules(**rules))


def _custom(**rule: Any) -> policy_pb2.CertificatePolicy:
    rules = [P.CustomExtensionRule(oid=CUSTOM, **rule)]
    return open_policy(custom_extension_rules=P.CustomExtensionRules(rules=rules))


def custom(oid: str = CUSTOM, *, critical: bool = False) -> certificate_pb2.CustomExtension:
    """A custom extension with NULL in it."""
    return certificate_pb2.CustomExtension(oid=oid, critical=critical, value=b"\x05\x00")


def ca(length: int | None = None) -> dict[str, Any]:
    """The attributes of a CA certificate."""
    constraints = certificate_pb2.BasicConstraints(is_ca=True, path_length=length)
    return {"basic_constraints": constraints, "common_name": "Some CA"}


_RSA = [x509_pb2.KEY_ALGORITHM_RSA_3072, x509_pb2.KEY_ALGORITHM_EC_PRIME256V1]
_KEYS = open_policy(key_algorithm_rules=P.KeyAlgorithmRules(allowed=_RSA))
_SIGNATURES = open_policy(
    signature_algorithm_rules=P.SignatureAlgorithmRules(
        allowed=[x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA384, x509_pb2.SIGNATURE_ALGORITHM_RSA_SHA256]
    )
)

RULES = {
    "any other subject attribute": Rule(
        subject_rule(P.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION, allowed=["Acme"]),
        {"organization": "Acme"},
        {"organization": "Acme", "locality": "Berlin"},
        {"attributes.locality": "SUBJECT_ATTRIBUTE_NOT_ALLOWED"},
        "Berlin",
        ["ORGANIZATION"],
    ),
    "a required subject attribute": Rule(
        subject_rule(P.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION, allowed=["*"], required=True),
        {"organization": "Acme"},
        {},
        {"attributes.organization": "SUBJECT_ATTRIBUTE_REQUIRED"},
    ),
    "a denied value beats an allowed one": Rule(
        subject_rule(P.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION, allowed=["*"], denied=["Evil*"]),
        {"organization": "Acme Evil"},
        {"organization": "Evil Acme"},
        {"attributes.organization": "SUBJECT_VALUE_DENIED"},
        "Evil Acme",
    ),
    "a key usage": Rule(
        _usages(allowed=[SIGN, ENCIPHER]),
        {"key_usages": [SIGN]},
        {"key_usages": [SIGN, REPUDIATE]},
        {"attributes.key_usages": "KEY_USAGE_NOT_ALLOWED"},
        "NON_REPUDIATION",
        ["DIGITAL_SIGNATURE, KEY_ENCIPHERMENT"],
    ),
    "a required key usage": Rule(
        _usages(required=[SIGN, REPUDIATE]),
        {"key_usages": [SIGN, REPUDIATE]},
        {"key_usages": [SIGN]},
        {"attributes.key_usages": "KEY_USAGE_REQUIRED"},
    ),
    "an extended key usage": Rule(
        _extended(allowed=[SERVER]),
        {"extended_key_usages": [SERVER]},
        {"extended_key_usages": [SERVER, CLIENT]},
        {"attributes.extended_key_usages": "EXTENDED_KEY_USAGE_NOT_ALLOWED"},
        "CLIENT_AUTH",
        ["SERVER_AUTH"],
    ),
    "an extended key usage by OID": Rule(
        _extended(allowed_oids=["1.3.6.1.4.1.99999.2"]),
        {"extended_key_usage_oids": ["1.3.6.1.4.1.99999.2"]},
        {"extended_key_usage_oids": ["1.3.6.1.4.1.99999.3"]},
        {"attributes.extended_key_usages": "EXTENDED_KEY_USAGE_NOT_ALLOWED"},
        "1.3.6.1.4.1.99999.3",
    ),
    "an extended key usage, named in one place and by OID in the other": Rule(
        _extended(allowed_oids=["1.3.6.1.5.5.7.3.1"]),
        {"extended_key_usages": [SERVER]},
        {"extended_key_usages": [CLIENT]},
        {"attributes.extended_key_usages": "EXTENDED_KEY_USAGE_NOT_ALLOWED"},
    ),
    "a required extended key usage": Rule(
        _extended(allowed=[CLIENT], required=[SERVER]),
        {"extended_key_usages": [SERVER, CLIENT]},
        {"extended_key_usages": [CLIENT]},
        {"attributes.extended_key_usages": "EXTENDED_KEY_USAGE_REQUIRED"},
    ),
    "a key algorithm": Rule(
        _KEYS,
        {"key_algorithm": x509_pb2.KEY_ALGORITHM_EC_PRIME256V1},
        {"key_algorithm": x509_pb2.KEY_ALGORITHM_EC_SECP384R1},
        {"attributes.key_algorithm": "KEY_ALGORITHM_NOT_ALLOWED"},
        "EC_SECP384R1",
        ["RSA_3072, EC_PRIME256V1"],
    ),
    "a signature algorithm": Rule(
        _SIGNATURES,
        {"signature_algorithm": x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA384},
        {"signature_algorithm": x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA256},
        {"attributes.signature_algorithm": "SIGNATURE_ALGORITHM_NOT_ALLOWED"},
    ),
    "a signature that the CA's key cannot make": Rule(
        open_policy(),
        {"signature_algorithm": x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA256},
        {"signature_algorithm": x509_pb2.SIGNATURE_ALGORITHM_RSA_SHA256},
        {"attributes.signature_algorithm": "SIGNATURE_ALGORITHM_IMPOSSIBLE"},
        "RSA_SHA256",
    ),
    "a usage that the key cannot have": Rule(
        open_policy(),
        {"key_usages": [ENCIPHER], "key_algorithm": x509_pb2.KEY_ALGORITHM_RSA_2048},
        {"key_usages": [ENCIPHER], "key_algorithm": x509_pb2.KEY_ALGORITHM_EC_PRIME256V1},
        {"attributes.key_usages": "KEY_USAGE_IMPOSSIBLE"},
        "KEY_ENCIPHERMENT",
    ),
    "a usage of CAs": Rule(
        open_policy(),
        {"key_usages": [SIGN]},
        {"key_usages": [SIGN, x509_pb2.KEY_USAGE_KEY_CERT_SIGN]},
        {"attributes.key_usages": "KEY_USAGE_CA_ONLY"},
        "KEY_CERT_SIGN",
    ),
    "a CA certificate": Rule(
        open_policy(),
        {"common_name": "No CA"},
        ca(0),
        {
            "attributes.basic_constraints": "CA_NOT_ALLOWED",
            "attributes.basic_constraints.path_length": "PATH_LENGTH_EXCEEDS_CA",
        },
    ),
    "a custom extension": Rule(
        _custom(),
        {"custom_extensions": [custom()]},
        {"custom_extensions": [custom(), custom("1.3.6.1.4.1.99999.9")]},
        {"attributes.custom_extensions[1]": "CUSTOM_EXTENSION_NOT_ALLOWED"},
        "1.3.6.1.4.1.99999.9",
        [CUSTOM],
    ),
    "a critical custom extension": Rule(
        _custom(),
        {"custom_extensions": [custom()]},
        {"custom_extensions": [custom(critical=True)]},
        {"attributes.custom_extensions[0]": "CUSTOM_EXTENSION_CRITICAL"},
    ),
    "a required custom extension": Rule(
        _custom(required=True, allow_critical=True),
        {"custom_extensions": [custom(critical=True)]},
        {},
        {"attributes.custom_extensions": "CUSTOM_EXTENSION_REQUIRED"},
    ),
    "an alternative name as a custom extension": Rule(
        open_policy(),
        {"custom_extensions": [custom()]},
        {"custom_extensions": [custom("2.5.29.17")]},
        {"attributes.custom_extensions[0]": "EXTENSION_RESERVED"},
    ),
}
