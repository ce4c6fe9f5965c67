from __future__ import annotations

import json
import re
from typing import cast

import protovalidate
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from certmanager.v1 import certificate_pb2, certificate_service_pb2, profile_pb2, profile_service_pb2
from tests.contract.literals import Json, canonical, translate
from tests.contract.walk import enums, literal

ID = "550e8400-e29b-41d4-a716-446655440000"

CREATE_PROFILE = """{
"projectId": "<project-id>",
"caId": "<ca-id>",
"certificatePolicyId": "<certificate-policy-id>",
"slug": "my-api-profile",
"description": "Certificate profile for API enrollment",
"enrollmentType": "API",
"apiConfig": {
"autoRenew": true,
"renewBeforeDays": 7
}
}"""

ISSUE = """{
"profileId": "<certificate-profile-id>",
"attributes": {
"commonName": "service.acme.com",
"ttl": "1y",
"signatureAlgorithm": "RSA-SHA256",
"keyAlgorithm": "RSA_2048",
"keyUsages": ["digital_signature", "key_encipherment"],
"extendedKeyUsages": ["server_auth"],
"altNames": [
{
"type": "DNS",
"value": "service.acme.com"
},
{
"type": "DNS",
"value": "www.service.acme.com"
}
]
},
"metadata": [
{ "key": "env", "value": "production" },
{ "key": "team", "value": "platform" }
]
}"""

# The page breaks the CSR off as it stands here.
CSR = (
    r"-----BEGIN CERTIFICATE REQUEST-----\nMIICvDCCAaQCAQAwdzELMAkGA1UEBhMCVVMxDTALBgNVBAgMBE9oaW8..."
    r"\n-----END CERTIFICATE REQUEST-----"
)
ISSUE_BY_CSR = f"""{{
"profileId": "<certificate-profile-id>",
"csr": "{CSR}",
"attributes": {{
"ttl": "1y"
}}
}}"""

BODIES = [
    pytest.param(CREATE_PROFILE, profile_service_pb2.CreateCertificateProfileRequest, id="profile"),
    pytest.param(ISSUE, certificate_service_pb2.IssueCertificateRequest, id="generated key"),
    pytest.param(ISSUE_BY_CSR, certificate_service_pb2.IssueCertificateRequest, id="csr"),
]


def seed(body: str) -> Json:
    """The page's body with an ID for each placeholder."""
    return dict(json.loads(re.sub(r"<[a-z-]+>", ID, body)))


def translated(body: str, kind: type[Message]) -> Json:
    return translate(cast("Descriptor", kind.DESCRIPTOR), seed(body))


def parsed(body: str, kind: type[Message]) -> Message:
    return json_format.ParseDict(translated(body, kind), kind())


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_seed_body_breaks_no_rule(body: str, kind: type[Message]) -> None:
    """The page's body, its literals replaced one for one, satisfies the annotations."""
    protovalidate.validate(parsed(body, kind))


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_seed_body_maps_literally(body: str, kind: type[Message]) -> None:
    """Printed again, the message has the page's names, nesting and values: nothing moved or got lost."""
    printed = json_format.MessageToDict(parsed(body, kind))
    assert printed == translated(body, kind)


def test_the_canonical_literals_are_printed_in_the_page_s_spelling() -> None:
    """The json spelling of what the page sends is what the page sends."""
    enums_by_name = {enum.name: enum for enum in enums()}
    spellings = {
        "EnrollmentType": "API",
        "SignatureAlgorithm": "RSA-SHA256",
        "KeyAlgorithm": "RSA_2048",
        "KeyUsage": "digital_signature",
        "ExtendedKeyUsage": "server_auth",
        "AltNameType": "DNS",
    }
    for name, text in spellings.items():
        enum = enums_by_name[name]
        assert literal(enum.values_by_name[canonical(enum, text)]).json == text


@pytest.mark.parametrize(
    ("enum", "text", "name"),
    [
        ("EnrollmentType", "api", "ENROLLMENT_TYPE_API"),
        ("AltNameType", "dns_name", "ALT_NAME_TYPE_DNS"),
        ("KeyAlgorithm", "EC_prime256v1", "KEY_ALGORITHM_EC_PRIME256V1"),
        ("KeyAlgorithm", "EC_PRIME256V1", "KEY_ALGORITHM_EC_PRIME256V1"),
        ("SignatureAlgorithm", "SHA256-RSA", "SIGNATURE_ALGORITHM_RSA_SHA256"),
        ("KeyUsage", "KEY_USAGE_DIGITAL_SIGNATURE", "KEY_USAGE_DIGITAL_SIGNATURE"),
    ],
)
def test_the_product_family_s_spellings_are_known(enum: str, text: str, name: str) -> None:
    """Spellings that other pages of the family use mean the same value."""
    assert canonical({each.name: each for each in enums()}[enum], text) == name


def test_the_profile_answer_has_every_field_of_the_page() -> None:
    """The page's sample of a created profile names fields that the resource has."""
    page = "id projectId caId certificatePolicyId slug description enrollmentType apiConfigId"
    assert {*page.split(), "createdAt", "updatedAt"} <= set(
        profile_pb2.CertificateProfile.DESCRIPTOR.fields_by_camelcase_name
    )


def test_the_certificate_answer_has_every_field_of_the_page() -> None:
    """The page's sample of an issued certificate names fields that the message has."""
    page = "certificate certificateChain issuingCaCertificate privateKey serialNumber certificateId"
    assert set(page.split()) <= set(certificate_pb2.IssuedCertificate.DESCRIPTOR.fields_by_camelcase_name)


def test_a_pending_answer_has_no_certificate() -> None:
    """While a request is pending, the answer carries its ID and prints no certificate at all."""
    answer = certificate_service_pb2.IssueCertificateResponse(certificate_request_id=ID)
    assert json_format.MessageToDict(answer) == {"certificateRequestId": ID}


def test_two_key_sources_are_refused() -> None:
    """A body with a CSR and a key to generate does not parse."""
    body = {"profileId": ID, "csr": "x", "generatedKey": {}}
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict(body, certificate_service_pb2.IssueCertificateRequest())
