"""The documents that a new server begins with: a policy for TLS servers, and a profile on it."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import policy_pb2, profile_pb2, x509_pb2

SLUG = "tls-server"
_DAY = 86_400


def tls_server_policy() -> bytes:
    """Certificates for TLS servers: any name, up to a year, every sound key.

    A beginning, not a recommendation: whoever has a domain narrows the names.
    """
    usages = policy_pb2.KeyUsageRules(
        allowed=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT]
    )
    extended = policy_pb2.ExtendedKeyUsageRules(
        allowed=[x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH], required=[x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH]
    )
    validity = policy_pb2.ValidityRule(
        default_lifetime=Duration(seconds=90 * _DAY), max_lifetime=Duration(seconds=365 * _DAY)
    )
    return policy_pb2.CertificatePolicy(
        description="TLS servers: any name, at most a year",
        any_subject=policy_pb2.AnyAllowed(),
        any_alt_names=policy_pb2.AnyAllowed(),
        key_usage_rules=usages,
        extended_key_usage_rules=extended,
        any_key_algorithms=policy_pb2.AnyAllowed(),
        any_signature_algorithms=policy_pb2.AnyAllowed(),
        validity=validity,
        common_name_mode=policy_pb2.COMMON_NAME_MODE_COPY,
    ).SerializeToString(deterministic=True)


def tls_server_profile() -> bytes:
    """A profile for API enrollment that says nothing of its own."""
    return profile_pb2.CertificateProfile(
        description="TLS servers, enrolled through the API",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        api_config=profile_pb2.ApiEnrollmentConfig(),
    ).SerializeToString(deterministic=True)
