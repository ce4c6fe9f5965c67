from __future__ import annotations

from base64 import b64encode

import protovalidate
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_pb2,
    certificate_request_service_pb2,
    certificate_service_pb2,
    policy_pb2,
    policy_service_pb2,
    profile_pb2,
    profile_service_pb2,
)

ID = "550e8400-e29b-41d4-a716-446655440000"


def broken(message: Message) -> set[str]:
    """The IDs of the rules that the message breaks."""
    return {violation.proto.rule_id for violation in protovalidate.collect_violations(message)}


def issue(**fields: object) -> Message:
    body = {"profileId": ID, **fields}
    return json_format.ParseDict(body, certificate_service_pb2.IssueCertificateRequest())


def attributes(**fields: object) -> Message:
    return json_format.ParseDict(fields, certificate_pb2.CertificateAttributes())


def sealed(octets: int, **fields: object) -> Message:
    key = {
        "kem": "KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256",
        "publicKey": b64encode(bytes(octets)).decode(),
    }
    return issue(generatedKey={"recipientKey": key}, **fields)


EKU = "extendedKeyUsageOids"
LONG_OID = "2.25.329800735698586629295641978511506172918"
ON_CRL_ONLY = "REVOCATION_REASON_REMOVE_FROM_CRL"
GOOD = [
    pytest.param(attributes(country=""), id="a default country taken away"),
    pytest.param(attributes(commonName="x" * 64), id="longest common name"),
    pytest.param(attributes(ttl="999999999y"), id="longest ttl text"),
    pytest.param(attributes(lifetime="1s"), id="shortest lifetime"),
    pytest.param(attributes(**{EKU: ["1.3.6.1.5.5.7.3.17", LONG_OID]}), id="OIDs"),
    pytest.param(issue(csr="no PEM at all"), id="the parser judges a CSR, not a rule"),
    pytest.param(issue(keyFormat="KEY_FORMAT_PKCS12", keyPassword="p"), id="PKCS 12 with a password"),
    pytest.param(sealed(32), id="sealed to an X25519 key"),
    pytest.param(policy_pb2.ValidityRule(), id="a validity rule that says nothing"),
    pytest.param(profile_pb2.ApiEnrollmentConfig(auto_renew=True), id="renewal at the default threshold"),
]  # fmt: skip


@pytest.mark.parametrize("message", GOOD)
def test_what_is_well_formed_breaks_no_rule(message: Message) -> None:
    """The bound itself is inside."""
    assert broken(message) == set()


BAD = [
    pytest.param(attributes(country="us"), "string.pattern", id="country in lower case"),
    pytest.param(attributes(commonName="x" * 65), "string.max_len", id="common name too long"),
    pytest.param(attributes(ttl="1mo"), "string.pattern", id="a month"),
    pytest.param(attributes(ttl="0d"), "string.pattern", id="no time at all"),
    pytest.param(attributes(lifetime="0.9s"), "duration.gte_lte", id="lifetime too short"),
    pytest.param(attributes(keyUsages=[1, 1]), "repeated.unique", id="usage twice"),
    pytest.param(attributes(keyUsages=[0]), "enum.not_in", id="usage that is none"),
    pytest.param(attributes(keyAlgorithm=99), "enum.defined_only", id="algorithm nobody knows"),
    pytest.param(attributes(altNames=[{"type": 1, "value": "a"}] * 101), "repeated.max_items", id="too many"),
    pytest.param(attributes(**{EKU: ["1"]}), "string.pattern", id="OID of one arc"),
    pytest.param(attributes(**{EKU: ["1.40.1"]}), "string.pattern", id="OID whose second arc is too great"),
    pytest.param(attributes(**{EKU: ["1.2.03"]}), "string.pattern", id="OID with a leading zero"),
    pytest.param(
        attributes(customExtensions=[{"oid": "1.2.3", "value": "BQA="}] * 2),
        "attributes.custom_extension_oids_unique",
        id="extension twice",
    ),
    pytest.param(
        attributes(notBefore="2030-01-02T00:00:00Z", notAfter="2030-01-01T00:00:00Z"),
        "attributes.not_before_before_not_after",
        id="ends before it starts",
    ),
    pytest.param(issue(profileId="x"), "string.uuid", id="no UUID"),
    pytest.param(issue(csr="x" * 65537), "string.max_len", id="CSR of more than 64 KiB"),
    pytest.param(issue(wait="301s"), "duration.gte_lte", id="waits too long"),
    pytest.param(
        issue(metadata=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]),
        "issue.metadata_keys_unique",
        id="label twice",
    ),
    pytest.param(issue(keyFormat="KEY_FORMAT_PKCS12"), "issue.key_password", id="PKCS 12 without a password"),
    pytest.param(issue(keyPassword="p"), "issue.key_password", id="password for an open key"),
    pytest.param(
        sealed(32, keyFormat="KEY_FORMAT_PKCS12", keyPassword="p"),
        "issue.sealed_key_format",
        id="sealed PKCS 12",
    ),
    pytest.param(sealed(40), "recipient_key.length", id="recipient key of the wrong length"),
    pytest.param(
        certificate_service_pb2.RevokeCertificateRequest(certificate_id=ID, reason=ON_CRL_ONLY),
        "enum.not_in",
        id="removeFromCRL as a reason",
    ),
    pytest.param(certificate_service_pb2.GetCertificateRequest(), "required", id="which certificate"),
    pytest.param(
        certificate_request_service_pb2.ClaimPrivateKeyRequest(certificate_request_id=ID),
        "string.uuid_empty",
        id="claim without a request ID",
    ),
    pytest.param(profile_pb2.ApiEnrollmentConfig(renew_before_days=0), "int32.gte_lte", id="no day"),
    pytest.param(profile_pb2.ApprovalStep(approvals_required=1), "approval_step.approvers", id="nobody may"),
    pytest.param(
        profile_service_pb2.UpdateCertificateProfileRequest(certificate_profile={}),
        "update_profile.id",
        id="update of which profile",
    ),
    pytest.param(
        policy_service_pb2.CreateCertificatePolicyRequest(certificate_policy={"project_id": ID}),
        "create_policy.slug",
        id="policy without a slug",
    ),
    pytest.param(
        certificate_authority_service_pb2.CreateCertificateAuthorityRequest(
            project_id=ID, type="CERTIFICATE_AUTHORITY_TYPE_ROOT", parent_ca_id=ID, attributes={}
        ),
        "create_ca.root_has_no_parent",
        id="root with a parent",
    ),
    pytest.param(
        access_service_pb2.CreateRoleBindingRequest(identity_id=ID, role="ROLE_ADMIN"),
        "role_binding.owner_has_no_project",
        id="admin of no project",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("message", "rule"), BAD)
def test_what_is_malformed_breaks_its_rule_and_no_other(message: Message, rule: str) -> None:
    """One step past the bound is outside."""
    assert broken(message) == {rule}


@pytest.mark.parametrize(
    ("low", "mid", "high", "rule"),
    [
        (60, 120, 119, "validity_rule.default_at_most_max"),
        (120, 119, 180, "validity_rule.default_at_least_min"),
        (120, None, 119, "validity_rule.min_at_most_max"),
        (120, 120, 120, None),
    ],
)
def test_the_lifetimes_of_a_policy_are_in_order(
    low: int, mid: int | None, high: int, rule: str | None
) -> None:
    """Shortest, default and longest may be equal, and may not cross."""
    message = policy_pb2.ValidityRule(min_lifetime={"seconds": low}, max_lifetime={"seconds": high})
    if mid is not None:
        message.default_lifetime.seconds = mid
    assert broken(message) == ({rule} if rule else set())
