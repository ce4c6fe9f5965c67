"""A renewal says of its subject what its predecessor says, octet by octet, for exactly as long."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certmanager.v1 import certificate_pb2, policy_pb2, x509_pb2
from server.pki.algorithms import KeyAlgorithm
from tests.ordering import CUSTOM, DNS, EMAIL, IP, OID, URI, csr_pem, key_of, open_policy, subject_rule
from tests.renewing.renewer import content, lifetime, parsed, refused, renew, spki
from tests.renewing.stage import Stage

_EXTENSION = certificate_pb2.CustomExtension(oid=CUSTOM, critical=True, value=b"\x0c\x02hi")
_POLICIES = certificate_pb2.CustomExtension(oid="2.5.29.32", value=bytes.fromhex("300a3008060667810c010201"))
_IGNORE = policy_pb2.COMMON_NAME_MODE_IGNORE


@dataclass(frozen=True, slots=True)
class Case:
    """An order, and the policy that it is made under."""

    said: dict[str, Any]
    policy: dict[str, Any] = field(default_factory=dict)


CASES = {
    "CN copied": Case({"common_name": "a.example.com"}),
    "CN that is no name": Case({"common_name": "Ärztekammer Österreich"}),
    "CN among others": Case({"common_name": "b.example.com", "names": [(DNS, "c.example.com")]}),
    "CN not copied": Case({"common_name": "a.example.com"}, {"common_name_mode": _IGNORE}),
    "empty subject": Case({"common_name": "", "names": [(DNS, "z.example.com"), (DNS, "a.example.com")]}),
    "all types of names": Case(
        {
            "names": [
                (URI, "spiffe://example.com/a/b"),
                (IP, "2001:db8::1"),
                (EMAIL, "Jo@example.com"),
                (IP, "192.0.2.7"),
                (DNS, "a.example.com"),
            ]
        }
    ),
    "all of the subject": Case(
        {
            "organization": "Müller & Söhne",
            "organizational_unit": "R+D",
            "country": "AT",
            "state": "Tirol",
            "locality": "Wörgl",
        }
    ),
    "usages": Case(
        {
            "key_usages": [x509_pb2.KEY_USAGE_NON_REPUDIATION, x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE],
            "extended_key_usages": [x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH],
            "extended_key_usage_oids": ["1.3.6.1.4.1.99999.7"],
        }
    ),
    "no usages": Case({}, {"any_key_usages": None, "any_extended_key_usages": None}),
    "custom extensions": Case({"custom_extensions": [_POLICIES, _EXTENSION]}),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("source", ["server", "CSR"])
async def test_a_renewal_has_the_content_of_its_predecessor(
    sqlite_stage: Stage, name: str, source: str
) -> None:
    """Subject, names, usages, constraints and further extensions, in octets and order."""
    case = CASES[name]
    profile_id = await sqlite_stage.renewing(
        policy=open_policy(allow_key_reuse=True, **case.policy), renew_with_same_key=True
    )
    csr = csr_pem() if source == "CSR" else None
    old_id = await sqlite_stage.issued(profile_id, ttl="777777s", csr=csr, **case.said)
    sqlite_stage.clock.forward(days=1, seconds=7)
    new_id = (await renew(sqlite_stage, old_id)).certificate.certificate_id
    old, new = await parsed(sqlite_stage, old_id), await parsed(sqlite_stage, new_id)
    assert content(new) == content(old)
    assert lifetime(new) == lifetime(old)
    assert new.serial_number != old.serial_number
    assert (spki(new) == spki(old)) is (source == "CSR")


@pytest.mark.parametrize("algorithm", ["RSA_2048", "EC_SECP384R1", "ED25519"])
async def test_a_new_key_is_of_the_algorithm_of_the_present_one(sqlite_stage: Stage, algorithm: str) -> None:
    """Whatever the profile's default has become."""
    profile_id = await sqlite_stage.renewing()
    number = x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm}")
    old_id = await sqlite_stage.issued(profile_id, key_algorithm=number)
    new_id = (await renew(sqlite_stage, old_id)).certificate.certificate_id
    assert (await sqlite_stage.row(new_id)).key_algorithm == algorithm
    old, new = await parsed(sqlite_stage, old_id), await parsed(sqlite_stage, new_id)
    assert content(new) == content(old)


@pytest.mark.parametrize("ttl", ["600s", "86399s", "1y"])
async def test_the_lifetime_is_exact_and_begins_anew(sqlite_stage: Stage, ttl: str) -> None:
    """To the second, whenever it is renewed."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing(), ttl=ttl)
    sqlite_stage.clock.forward(seconds=101)
    new_id = (await renew(sqlite_stage, old_id)).certificate.certificate_id
    old, new = await parsed(sqlite_stage, old_id), await parsed(sqlite_stage, new_id)
    assert lifetime(new) == lifetime(old)
    assert (new.not_valid_before_utc - old.not_valid_before_utc).total_seconds() == 101


async def test_what_was_dropped_from_a_csr_is_dropped_again(sqlite_stage: Stage) -> None:
    """The CSR of the seed page carries C and ST, which its policy does not allow."""
    policy = subject_rule(policy_pb2.SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME, allowed=["*"])
    policy.allow_key_reuse = True
    profile_id = await sqlite_stage.renewing(policy=policy, renew_with_same_key=True)
    subject = [
        (OID.COUNTRY_NAME, "US"),
        (OID.STATE_OR_PROVINCE_NAME, "CA"),
        (OID.COMMON_NAME, "a.example.com"),
    ]
    old_id = await sqlite_stage.issued(profile_id, csr=csr_pem(subject=subject), common_name="a.example.com")
    await sqlite_stage.set_policy(profile_id, open_policy(allow_key_reuse=True))
    new_id = (await renew(sqlite_stage, old_id)).certificate.certificate_id
    new = await parsed(sqlite_stage, new_id)
    assert new.subject.rfc4514_string() == "CN=a.example.com"


async def test_a_default_of_today_changes_nothing(sqlite_stage: Stage) -> None:
    """Neither the policy's mode of common names nor its required usages add anything in silence."""
    profile_id = await sqlite_stage.renewing(policy=open_policy(common_name_mode=_IGNORE))
    old_id = await sqlite_stage.issued(profile_id, common_name="a.example.com", names=[(IP, "192.0.2.7")])
    await sqlite_stage.set_policy(profile_id, open_policy())
    failure = await refused(sqlite_stage, old_id)
    assert failure.fields == {"certificate.common_name": "COMMON_NAME_NOT_IN_ALT_NAMES"}


async def test_a_new_csr_adds_its_key_alone(sqlite_stage: Stage) -> None:
    """It may say less than the certificate does, and its usages do not count."""
    old_id = await sqlite_stage.issued(
        await sqlite_stage.renewing(), common_name="a.example.com", names=[(DNS, "b.example.com")]
    )
    csr = csr_pem(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]),
        key=key_of(KeyAlgorithm.EC_SECP384R1),
        names=[x509.DNSName("b.example.com")],
    )
    new_id = (await renew(sqlite_stage, old_id, csr=csr)).certificate.certificate_id
    old, new = await parsed(sqlite_stage, old_id), await parsed(sqlite_stage, new_id)
    assert content(new) == content(old)
    assert (await sqlite_stage.row(new_id)).key_source == "CSR"


@pytest.mark.parametrize(
    "csr",
    [
        {"names": [x509.DNSName("evil.example.com")]},
        {"names": [x509.DNSName("a.example.com"), x509.IPAddress(ip_address("192.0.2.66"))]},
        {"subject": [(OID.COMMON_NAME, "evil.example.com")]},
    ],
)
async def test_a_csr_that_says_something_else_is_refused(sqlite_stage: Stage, csr: dict[str, Any]) -> None:
    """Nobody gets another name by a renewal."""
    old_id = await sqlite_stage.issued(await sqlite_stage.renewing(), common_name="a.example.com")
    failure = await refused(sqlite_stage, old_id, csr=csr_pem(**csr))
    assert failure.fields == {"csr": "CONTRADICTS_CERTIFICATE"}
    assert failure.code.name == "INVALID_ARGUMENT"


async def test_metadata_profile_and_lineage_are_kept(sqlite_stage: Stage) -> None:
    """And each of the two names the other."""
    labels = [certificate_pb2.MetadataEntry(key="team", value="web")]
    profile_id = await sqlite_stage.renewing()
    old_id = await sqlite_stage.issued(profile_id, fields={"metadata": labels})
    answer = await renew(sqlite_stage, old_id)
    old, new = (
        await sqlite_stage.certificate(old_id),
        await sqlite_stage.certificate(answer.certificate.certificate_id),
    )
    assert (new.lineage_id, new.renewed_from_certificate_id) == (old.lineage_id, old.id)
    assert (old.renewed_by_certificate_id, old.lineage_id) == (new.id, old.id)
    assert (new.profile_id, list(new.metadata)) == (profile_id, labels)
    assert answer.certificate_request.renews_certificate_id == old_id
    assert new.requester_identity_id == old.requester_identity_id
