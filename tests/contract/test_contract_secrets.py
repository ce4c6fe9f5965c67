from __future__ import annotations

import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from tests.contract.walk import PACKAGE, fields_under, messages, methods

HANDS_OVER_KEYS = {
    "IssueCertificate",
    "IssueCertificates",
    "RenewCertificate",
    "RenewCertificates",
    "ClaimPrivateKey",
}
SECRETS = {
    "IssuedCertificate.private_key",
    "IssuedCertificate.pkcs12",
    "CreateAccessTokenResponse.secret",
    "IssueCertificateRequest.key_password",
    "RenewCertificateRequest.key_password",
    "ClaimPrivateKeyRequest.key_password",
}
NOT_SECRET = {
    "CertificateRequest.private_key_state",
    "CertificateRequest.private_key_expires_at",
    "Certificate.private_key_state",
    "CertificateProfile.private_key_delivery",
    "CreateCertificateProfileRequest.private_key_delivery",
    "IssuedCertificate.sealed_private_key",
}


def name(field: FieldDescriptor) -> str:
    return field.full_name.removeprefix(f"{PACKAGE}.")


def all_fields() -> list[FieldDescriptor]:
    return [field for message in messages() for field in message.fields]


def test_every_secret_is_marked_and_nothing_else_is() -> None:
    """The fields that logs must never show are these; a new one is added here by hand."""
    assert {name(field) for field in all_fields() if field.GetOptions().debug_redact} == SECRETS


def test_every_field_that_sounds_secret_is_marked_or_explained() -> None:
    """A field named after a key, a password or a secret is redacted, or is known to hold none."""
    words = ("private_key", "password", "secret", "pkcs12")
    sounding = {name(field) for field in all_fields() if any(word in field.name for word in words)}
    assert sounding == SECRETS | NOT_SECRET


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.name)
def test_only_the_deliveries_can_hold_a_private_key(method: MethodDescriptor) -> None:
    """No other answer, least of all of a Get, List or Watch, has a field that a key could be in."""
    keys = {
        "IssuedCertificate.private_key",
        "IssuedCertificate.pkcs12",
        "IssuedCertificate.sealed_private_key",
    }
    held = {name(field) for field in fields_under(method.output_type)} & keys
    assert held == (keys if method.name in HANDS_OVER_KEYS else set())
