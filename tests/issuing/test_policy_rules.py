"""Each rule of a policy, kept and just broken, whichever way the part of the certificate came."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from cryptography import x509

from certmanager.v1 import policy_pb2, x509_pb2
from server.pki.algorithms import KeyAlgorithm
from tests.issuing.policy_names import NAMES, NameCase, general, names_policy
from tests.issuing.policy_rules import RULES, SUBJECT, Rule, ca
from tests.ordering import (
    DNS,
    EMAIL,
    IP,
    URI,
    csr_pem,
    der_of,
    key_of,
    names_rule,
    open_policy,
    order,
    subject_rule,
)
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION
Code = grpc.StatusCode

_NAME_IDS = [f"{case.kind}-{case.broken}" for case in NAMES]


def _names_of(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


@pytest.mark.parametrize("case", NAMES, ids=_NAME_IDS)
async def test_a_name_in_the_request_is_judged(standing_sqlite: Standing, case: NameCase) -> None:
    """The one inside the boundary is certified, the one outside is named with its place, value and rule."""
    profile_id = await standing_sqlite.profile(names_policy(case))
    kept = await standing_sqlite.issued(order(profile_id, names=[(case.kind, case.kept)]))
    assert _names_of(kept) == [case.kept]
    both = order(profile_id, names=[(case.kind, case.kept), (case.kind, case.broken)])
    failure = await standing_sqlite.refused(both)
    assert (failure.code, failure.reason) == (Code.FAILED_PRECONDITION, "POLICY_VIOLATION")
    assert failure.fields == {"attributes.alt_names[1].value": case.rule}
    assert failure.metadata["violation0Value"] == case.broken


@pytest.mark.parametrize("case", NAMES, ids=_NAME_IDS)
async def test_8_openbao_ghsa_g892_a_name_in_the_csr_is_judged_alike(
    standing_sqlite: Standing, case: NameCase
) -> None:
    """The same rule on the other way in; there the field is the CSR, and the value says which name."""
    profile_id = await standing_sqlite.profile(names_policy(case))
    kept, broken = general(case.kind, case.kept), general(case.kind, case.broken)
    assert _names_of(await standing_sqlite.issued(order(profile_id, csr=csr_pem(names=[kept])))) == [
        case.kept
    ]
    pem = csr_pem(names=[kept, broken])
    by_pem = await standing_sqlite.refused(order(profile_id, csr=pem))
    by_der = await standing_sqlite.refused(order(profile_id, csr_der=der_of(pem)))
    assert (by_pem.fields, by_der.fields) == ({"csr": case.rule}, {"csr_der": case.rule})
    assert by_pem.metadata["violation0Value"] == by_der.metadata["violation0Value"] == case.broken


@pytest.mark.parametrize("denied", range(3))
async def test_13_lets_encrypt_2020_02_29_each_of_three_names_is_checked(
    standing_sqlite: Standing, denied: int
) -> None:
    """Whichever of three names is denied, it is that one that is told."""
    names = ["a.example.com", "b.example.com", "c.example.com"]
    policy = names_rule(DNS, allowed=["*.example.com"], denied=[names[denied]])
    profile_id = await standing_sqlite.profile(policy)
    failure = await standing_sqlite.refused(order(profile_id, names=[(DNS, name) for name in names]))
    assert failure.fields == {f"attributes.alt_names[{denied}].value": "DNS_DENIED"}
    by_csr = csr_pem(names=[x509.DNSName(name) for name in names])
    failure = await standing_sqlite.refused(order(profile_id, csr=by_csr))
    assert failure.metadata["violation0Value"] == names[denied]


@pytest.mark.parametrize("kind", [DNS, IP, EMAIL, URI])
async def test_a_type_without_a_rule_is_not_allowed(standing_sqlite: Standing, kind: Any) -> None:
    """Rules on one type of name say none of the other three."""
    good = {DNS: "a.example.com", IP: "10.0.0.1", EMAIL: "a@example.com", URI: "https://example.com/a"}
    pattern = {DNS: "**.example.com", IP: "10.0.0.0/8", EMAIL: "example.com", URI: "https://example.com/"}
    profile_id = await standing_sqlite.profile(names_rule(kind, allowed=[pattern[kind]]))
    failure = await standing_sqlite.refused(order(profile_id, names=list(good.items())))
    others = [place for place, other in enumerate(good) if other != kind]
    assert list(failure.fields) == [f"attributes.alt_names[{place}].value" for place in others]
    assert all(rule.endswith("_NOT_ALLOWED") for rule in failure.fields.values())


@pytest.mark.parametrize("kind", [DNS, IP, EMAIL, URI])
async def test_a_required_name_must_be_there(standing_sqlite: Standing, kind: Any) -> None:
    """What is required is thereby allowed, and its absence is told of the list."""
    good = {DNS: "a.example.com", IP: "10.0.0.1", EMAIL: "a@example.com", URI: "https://example.com/a"}
    profile_id = await standing_sqlite.profile(names_rule(kind, required=[good[kind]]))
    await standing_sqlite.issued(order(profile_id, names=[(kind, good[kind])]))
    failure = await standing_sqlite.refused(order(profile_id, organization="Acme"))
    assert list(failure.fields) == ["attributes.alt_names"]
    assert failure.fields["attributes.alt_names"].endswith("_REQUIRED")
    assert failure.metadata["violation0Allowed"].startswith(good[kind])


def _said(attribute: str, value: str) -> dict[str, Any]:
    return {attribute: value}


@pytest.mark.parametrize("attribute", SUBJECT)
async def test_a_subject_attribute_is_judged_by_its_rule(standing_sqlite: Standing, attribute: str) -> None:
    """In the request it is refused; in a CSR it is dropped, for names are allowed and not obeyed there."""
    number, oid = SUBJECT[attribute]
    kept, broken = ("DE", "FR") if attribute == "country" else ("Acme", "Evil")
    profile_id = await standing_sqlite.profile(subject_rule(number, allowed=[kept]))
    certificate = await standing_sqlite.issued(order(profile_id, **_said(attribute, kept)))
    assert [entry.value for entry in certificate.subject.get_attributes_for_oid(oid)] == [kept]
    failure = await standing_sqlite.refused(order(profile_id, **_said(attribute, broken)))
    assert failure.fields == {f"attributes.{attribute}": "SUBJECT_VALUE_NOT_ALLOWED"}
    assert (failure.metadata["violation0Value"], failure.metadata["violation0Allowed"]) == (broken, kept)
    names = [x509.DNSName("a.example.com")]
    by_csr = await standing_sqlite.issued(
        order(profile_id, csr=csr_pem(subject=[(oid, broken)], names=names))
    )
    assert list(by_csr.subject) == []
    by_csr = await standing_sqlite.issued(order(profile_id, csr=csr_pem(subject=[(oid, kept)], names=names)))
    assert [entry.value for entry in by_csr.subject] == [kept]


@pytest.mark.parametrize("attribute", SUBJECT)
async def test_a_strict_profile_refuses_what_others_drop(standing_sqlite: Standing, attribute: str) -> None:
    """It certifies the whole of a CSR's subject, or nothing."""
    number, oid = SUBJECT[attribute]
    kept, broken = ("DE", "FR") if attribute == "country" else ("Acme", "Evil")
    profile_id = await standing_sqlite.profile(subject_rule(number, allowed=[kept]), strict_csr=True)
    names = [x509.DNSName("a.example.com")]
    await standing_sqlite.issued(order(profile_id, csr=csr_pem(subject=[(oid, kept)], names=names)))
    failure = await standing_sqlite.refused(
        order(profile_id, csr=csr_pem(subject=[(oid, broken)], names=names))
    )
    assert failure.fields == {"csr": "SUBJECT_VALUE_NOT_ALLOWED"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
async def test_a_rule_is_kept_and_just_broken(standing_sqlite: Standing, rule: Rule) -> None:
    """Inside the boundary it gets its certificate; outside it is told field, rule, value and choices."""
    profile_id = await standing_sqlite.profile(rule.policy, algorithm=rule.algorithm)
    names = [(DNS, "a.example.com")]
    await standing_sqlite.issued(order(profile_id, names=names, **rule.kept))
    failure = await standing_sqlite.refused(order(profile_id, names=names, **rule.broken))
    assert (failure.code, failure.reason) == (Code.FAILED_PRECONDITION, "POLICY_VIOLATION")
    assert failure.fields == rule.told
    if rule.value:
        assert failure.metadata["violation0Value"] == rule.value
    if rule.allowed:
        assert failure.metadata["violation0Allowed"] == rule.allowed[0]


_CSR_KEYS = [
    KeyAlgorithm.EC_PRIME256V1,
    KeyAlgorithm.EC_SECP384R1,
    KeyAlgorithm.ED25519,
    KeyAlgorithm.RSA_2048,
]


@pytest.mark.parametrize("algorithm", _CSR_KEYS)
async def test_the_key_of_a_csr_is_judged(standing_sqlite: Standing, algorithm: KeyAlgorithm) -> None:
    """An algorithm that the policy does not list is no better for being the client's."""
    rules = policy_pb2.KeyAlgorithmRules(allowed=[x509_pb2.KEY_ALGORITHM_EC_PRIME256V1])
    profile_id = await standing_sqlite.profile(open_policy(key_algorithm_rules=rules))
    request = order(profile_id, csr=csr_pem(key=key_of(algorithm)), names=[(DNS, "a.example.com")])
    if algorithm is KeyAlgorithm.EC_PRIME256V1:
        await standing_sqlite.issued(request)
        return
    failure = await standing_sqlite.refused(request)
    assert failure.fields == {"csr": "KEY_ALGORITHM_NOT_ALLOWED"}
    assert failure.metadata["violation0Value"] == algorithm.name


@pytest.mark.parametrize(
    ("length", "policy_length", "told"),
    [
        (0, None, {}),
        (1, None, {}),
        (2, None, {"attributes.basic_constraints.path_length": "PATH_LENGTH_EXCEEDS_CA"}),
        (None, None, {"attributes.basic_constraints.path_length": "PATH_LENGTH_EXCEEDS_CA"}),
        (0, 0, {}),
        (1, 0, {"attributes.basic_constraints.path_length": "PATH_LENGTH_TOO_LONG"}),
    ],
)
async def test_a_ca_certificate_has_a_shorter_path_than_its_issuer(
    standing_sqlite: Standing, length: int | None, policy_length: int | None, told: dict[str, str]
) -> None:
    """Below a CA of path length 2 there is 1 at most, or what the policy says if that is less."""
    ca_id = await standing_sqlite.live.authority(path_length=2)
    rule = policy_pb2.CaRule(max_path_length=policy_length)
    profile_id = await standing_sqlite.profile(open_policy(ca=rule), ca_id=ca_id)
    request = order(profile_id, **ca(length))
    if told:
        assert (await standing_sqlite.refused(request)).fields == told
        return
    extensions = (await standing_sqlite.issued(request)).extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, length)
    usages = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usages.key_cert_sign, usages.crl_sign, usages.digital_signature) == (True, True, False)


async def test_a_policy_for_cas_alone_refuses_leaves(standing_sqlite: Standing) -> None:
    """``required`` says that a leaf is none of its business."""
    profile_id = await standing_sqlite.profile(open_policy(ca=policy_pb2.CaRule(required=True)))
    failure = await standing_sqlite.refused(order(profile_id, common_name="a.example.com"))
    assert failure.fields == {"attributes.basic_constraints": "CA_REQUIRED"}


async def test_a_csr_does_not_make_a_ca(standing_sqlite: Standing) -> None:
    """CA:TRUE in a CSR alone contradicts a request for a leaf, and is never obeyed."""
    pem = csr_pem(
        (x509.BasicConstraints(ca=True, path_length=0), True), names=[x509.DNSName("a.example.com")]
    )
    profile_id = await standing_sqlite.profile(open_policy(ca=policy_pb2.CaRule()))
    failure = await standing_sqlite.refused(order(profile_id, csr=pem))
    assert failure.fields == {"attributes.basic_constraints": "CONTRADICTS_CSR"}
