"""All violations in one answer, before and instead of an issuance."""

from __future__ import annotations

import grpc
from cryptography import x509

from certmanager.v1 import certificate_pb2, errors_pb2, x509_pb2
from tests.ordering import (
    DAY,
    DNS,
    OID,
    csr_pem,
    lasting,
    names_rule,
    open_policy,
    order,
)
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION
Code = grpc.StatusCode


async def test_all_that_is_wrong_is_told_at_once(standing: Standing) -> None:
    """Form, CSR-less attributes, policy and lifetime together: as a malformed request, with all of it."""
    policy = names_rule(DNS, allowed=["*.example.com"])
    policy.MergeFrom(lasting(max_lifetime=DAY))
    policy.ClearField("any_subject")
    policy.alt_name_rules.CopyFrom(names_rule(DNS, allowed=["*.example.com"]).alt_name_rules)
    profile_id = await standing.profile(policy)
    request = order(
        profile_id,
        names=[(DNS, "a.example.com"), (DNS, "a b"), (DNS, "evil.org")],
        organization="Acme",
        ttl="2d",
        fields={"metadata": [certificate_pb2.MetadataEntry(key="a key", value="x")]},
        key_usages=[x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT],
    )
    failure = await standing.refused(request)
    assert (failure.code, failure.reason) == (Code.INVALID_ARGUMENT, "INVALID_FIELD")
    assert failure.fields == {
        "metadata[0].key": "STRING_PATTERN",
        "attributes.alt_names[1].value": "DNS_CHARACTER",
        "attributes.alt_names[2].value": "DNS_NOT_ALLOWED",
        "attributes.organization": "SUBJECT_ATTRIBUTE_NOT_ALLOWED",
        "attributes.ttl": "LIFETIME_TOO_LONG",
        "attributes.key_usages": "KEY_USAGE_IMPOSSIBLE",
    }


async def test_validate_only_tells_the_same_and_stores_nothing(standing: Standing) -> None:
    """The answer is OK: it holds the violations of the refusal, and what would be certified."""
    profile_id = await standing.profile(names_rule(DNS, allowed=["*.example.com"]))
    names = [(DNS, "a.example.com"), (DNS, "evil.org"), (DNS, "a_b")]
    failure = await standing.refused(order(profile_id, names=names, ttl="1h"))
    before = standing.rows()
    answer = await standing.issue(order(profile_id, names=names, ttl="1h", fields={"validate_only": True}))
    assert standing.rows() == before
    assert {violation.field: violation.rule for violation in answer.violations} == failure.fields
    assert [violation.nature for violation in answer.violations] == [
        errors_pb2.VIOLATION_NATURE_FORM,
        errors_pb2.VIOLATION_NATURE_POLICY,
    ]
    assert answer.violations[1].allowed == ["*.example.com"]
    assert not answer.HasField("certificate")
    assert not answer.certificate_request_id


async def test_validate_only_of_a_good_order_tells_what_it_would_become(standing: Standing) -> None:
    """And no key is made for it."""
    profile_id = await standing.profile(open_policy())
    before = standing.rows()
    request = order(profile_id, common_name="A.example.com", ttl="1h", fields={"validate_only": True})
    answer = await standing.issue(request)
    assert standing.rows() == before
    assert list(answer.violations) == []
    effective = answer.effective_attributes
    assert list(effective.alt_names) == [certificate_pb2.AltName(type=DNS, value="a.example.com")]
    assert effective.key_algorithm == x509_pb2.KEY_ALGORITHM_EC_PRIME256V1
    assert list(effective.key_usages) == [x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE]
    assert effective.not_after.seconds - effective.not_before.seconds == 3599


async def test_30_cfssl_a_profile_copies_names_and_key_and_nothing_else(standing: Standing) -> None:
    """What else a CSR holds is not in the certificate: no extension, no attribute, no usage."""
    template = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.9")])
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)])
    pem = csr_pem(
        template,
        policies,
        (x509.OCSPNoCheck(), True),
        subject=[(OID.COMMON_NAME, "a.example.com"), (OID.EMAIL_ADDRESS, "a@b.c")],
    )
    certificate = await standing.issued(order(standing.live.ids["profile_id"], csr=pem))
    assert [entry.value for entry in certificate.subject] == ["a.example.com"]
    assert {extension.oid.dotted_string for extension in certificate.extensions} <= {
        "2.5.29.14",
        "2.5.29.35",
        "2.5.29.19",
        "2.5.29.15",
        "2.5.29.37",
        "2.5.29.17",
        "2.5.29.31",
        "1.3.6.1.5.5.7.1.1",
    }
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [usage.dotted_string for usage in usages] == ["1.3.6.1.5.5.7.3.1"]
