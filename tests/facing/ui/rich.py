"""A policy and a profile that say something in every field."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import ParseDict

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.profile_pb2 import CertificateProfile

POLICY = {
    "description": "Two\nlines & <b>marks</b>",
    "subjectRules": {"rules": [
        {"type": "SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION", "allowed": ["Example *", "Sample"],
         "denied": ["Example X"]},
        {"type": "SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME", "allowed": ["*.example.com"], "required": True},
        {"type": "SUBJECT_ATTRIBUTE_TYPE_LOCALITY"},
    ]},
    "altNameRules": {"rules": [
        {"type": "ALT_NAME_TYPE_URI", "allowed": ["spiffe://example.org/ns/"]},
        {"type": "ALT_NAME_TYPE_DNS", "allowed": ["**.example.com", "*.example.net"],
         "denied": ["**.internal.example.com"], "required": ["*.example.com"], "allowWildcardNames": True},
    ]},
    "keyUsageRules": {"allowed": ["KEY_USAGE_KEY_ENCIPHERMENT"], "required": ["KEY_USAGE_DIGITAL_SIGNATURE"]},
    "extendedKeyUsageRules": {
        "allowed": ["EXTENDED_KEY_USAGE_CLIENT_AUTH"], "required": ["EXTENDED_KEY_USAGE_SERVER_AUTH"],
        "allowedOids": ["1.3.6.1.4.1.311.20.2.2"], "requiredOids": ["1.3.6.1.5.5.7.3.17"],
    },
    "keyAlgorithmRules": {"allowed": ["KEY_ALGORITHM_RSA_4096", "KEY_ALGORITHM_EC_PRIME256V1"]},
    "signatureAlgorithmRules": {"allowed": ["SIGNATURE_ALGORITHM_ECDSA_SHA512",
     "SIGNATURE_ALGORITHM_ECDSA_SHA256"]},
    "customExtensionRules": {"rules": [
        {"oid": "1.3.6.1.4.1.99999.2", "required": True},
        {"oid": "1.3.6.1.4.1.99999.1", "allowCritical": True},
    ]},
    "validity": {"minLifetime": "3600s", "defaultLifetime": "2592000s", "maxLifetime": "7776001s",
     "backdate": "0s"},
    "ca": {"required": False, "maxPathLength": 0},
    "commonNameMode": "COMMON_NAME_MODE_REQUIRE",
    "allowKeyReuse": True,
}  # fmt: skip
ANY_POLICY: dict[str, object] = {
    "anySubject": {}, "anyAltNames": {}, "anyKeyUsages": {}, "anyExtendedKeyUsages": {},
     "anyKeyAlgorithms": {},
    "anySignatureAlgorithms": {}, "anyCustomExtensions": {}, "ca": {}, "validity": {},
}  # fmt: skip
PROFILE = {
    "description": "For <script>alert(1)</script>",
    "apiConfig": {"autoRenew": True, "renewBefore": "43200s", "renewWithSameKey": True},
    "defaults": {
        "commonName": "", "organization": "Example", "organizationalUnit": "Web", "country": "DE",
         "state": "BE",
        "locality": "Berlin", "lifetime": "2592000s", "keyAlgorithm": "KEY_ALGORITHM_EC_PRIME256V1",
        "signatureAlgorithm": "SIGNATURE_ALGORITHM_ECDSA_SHA256",
        "keyUsages": ["KEY_USAGE_KEY_AGREEMENT", "KEY_USAGE_DIGITAL_SIGNATURE"],
        "extendedKeyUsages": ["EXTENDED_KEY_USAGE_CLIENT_AUTH"],
         "extendedKeyUsageOids": ["1.3.6.1.5.5.7.3.17"],
    },
    "approvalConfig": {
        "steps": [
            {"name": "team", "approvalsRequired": 2, "roles": ["ROLE_OWNER", "ROLE_OPERATOR"]},
            {"name": "security", "approvalsRequired": 1,
             "identityIds": ["01a2b3c4-0000-7000-8000-000000000001"]},
        ],
        "maxWait": "172800s", "bypassIdentityIds": ["01a2b3c4-0000-7000-8000-000000000002"],
        "allowSelfApproval": True, "renewalsNeedNoApproval": True,
    },
    "privateKeyDelivery": "PRIVATE_KEY_DELIVERY_SEALED_ONLY",
    "strictCsr": True, "truncateToCa": True, "disabled": True, "omitRoot": True,
}  # fmt: skip


def policy(**said: object) -> CertificatePolicy:
    """The policy with some fields otherwise."""
    return ParseDict({**POLICY, **said}, CertificatePolicy())


def any_policy() -> CertificatePolicy:
    """A policy that allows all there is."""
    return ParseDict(ANY_POLICY, CertificatePolicy())


def profile(**said: object) -> CertificateProfile:
    """The profile with some fields otherwise."""
    return ParseDict({**PROFILE, **said}, CertificateProfile())


def days(count: int) -> Duration:
    """A duration."""
    return Duration(seconds=count * 86_400)
