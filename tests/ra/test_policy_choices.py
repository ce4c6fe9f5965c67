"""What a policy chooses for requests that say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.names import AltName, SubjectAttribute
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.ra.policy import (
    ANY,
    NONE,
    CommonNameMode,
    ExtendedKeyUsageRules,
    KeyAlgorithmRules,
    KeyUsageRules,
    SignatureAlgorithmRules,
)
from tests.ra.policy_samples import (
    dns,
    policy,
    subject_rule,
)

CN, O = SubjectAttribute.COMMON_NAME, SubjectAttribute.ORGANIZATION  # noqa: E741 - the name of the field
SIGN, ENCIPHER = KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT
SERVER, CLIENT = ExtendedKeyUsage.SERVER_AUTH.value, ExtendedKeyUsage.CLIENT_AUTH.value
A_HOST = ((CN, "a.example.com"),)


@pytest.mark.parametrize(
    ("section", "allowed"),
    [(ANY, True), (NONE, False), (subject_rule(CN, allowed=["*"], denied=["b"]), True)],
)
def test_subject_allows(section: Any, *, allowed: bool) -> None:
    """The question that decides which of a CSR's attributes are dropped."""
    assert policy(subject=section).subject_allows(CN, "a") is allowed


@pytest.mark.parametrize(("attribute", "value"), [(CN, "b"), (CN, "B"), (O, "a")])
def test_subject_does_not_allow(attribute: SubjectAttribute, value: str) -> None:
    """A denied value, and an attribute without a rule."""
    section = subject_rule(CN, allowed=["*"], denied=["b"])
    assert not policy(subject=section).subject_allows(attribute, value)


@pytest.mark.parametrize(
    ("common_name", "implied"),
    [
        ("A.example.com", dns("a.example.com")),
        ("*.example.com", dns("*.example.com")),
        ("localhost", ()),
        ("A b.c", ()),
    ],
)
def test_copy_implies_the_common_name(common_name: str, implied: tuple[AltName, ...]) -> None:
    """Only what has the shape of a host with a domain is copied."""
    found = policy().implied_alt_name(((CN, common_name),))
    assert found == (implied[0] if implied else None)


@pytest.mark.parametrize("mode", [CommonNameMode.REQUIRE, CommonNameMode.IGNORE])
def test_only_copy_implies_a_name(mode: CommonNameMode) -> None:
    """The other modes add nothing."""
    assert policy(common_name_mode=mode).implied_alt_name(A_HOST) is None


@pytest.mark.parametrize(
    ("section", "key", "usages"),
    [
        (ANY, KeyAlgorithm.RSA_2048, {SIGN, ENCIPHER}),
        (ANY, KeyAlgorithm.EC_PRIME256V1, {SIGN}),
        (ANY, KeyAlgorithm.ML_DSA_44, {SIGN}),
        (NONE, KeyAlgorithm.RSA_2048, set()),
        (KeyUsageRules(allowed=frozenset({SIGN})), KeyAlgorithm.RSA_2048, {SIGN}),
        (KeyUsageRules(required=frozenset({ENCIPHER})), KeyAlgorithm.RSA_2048, {ENCIPHER}),
        (KeyUsageRules(required=frozenset({ENCIPHER})), KeyAlgorithm.ED25519, set()),
        (
            KeyUsageRules(allowed=frozenset({SIGN}), required=frozenset({KeyUsage.KEY_AGREEMENT})),
            KeyAlgorithm.EC_SECP384R1,
            {SIGN, KeyUsage.KEY_AGREEMENT},
        ),
    ],
)
def test_default_key_usages(section: Any, key: KeyAlgorithm, usages: set[KeyUsage]) -> None:
    """What is usual for the key, as far as allowed, and what is required, as far as possible."""
    assert policy(key_usages=section).default_key_usages(key) == usages


@pytest.mark.parametrize(
    ("section", "usages"),
    [
        (ANY, ()),
        (NONE, ()),
        (ExtendedKeyUsageRules(allowed=(SERVER,)), ()),
        (ExtendedKeyUsageRules(allowed=(SERVER,), required=(CLIENT, CLIENT)), (CLIENT,)),
    ],
)
def test_default_extended_key_usages(section: Any, usages: tuple[str, ...]) -> None:
    """Only what is required, each once."""
    assert policy(extended_key_usages=section).default_extended_key_usages() == usages


@pytest.mark.parametrize(
    ("section", "chosen"),
    [
        (ANY, KeyAlgorithm.EC_PRIME256V1),
        (NONE, KeyAlgorithm.EC_PRIME256V1),
        (KeyAlgorithmRules((KeyAlgorithm.RSA_4096, KeyAlgorithm.EC_PRIME256V1)), KeyAlgorithm.EC_PRIME256V1),
        (KeyAlgorithmRules((KeyAlgorithm.RSA_4096, KeyAlgorithm.RSA_2048)), KeyAlgorithm.RSA_2048),
        (KeyAlgorithmRules((KeyAlgorithm.RSA_4096, KeyAlgorithm.ED25519)), KeyAlgorithm.RSA_4096),
    ],
)
def test_choose_key_algorithm(section: Any, chosen: KeyAlgorithm) -> None:
    """P-256 where it may be, else RSA-2048, else the first that is listed."""
    assert policy(key_algorithms=section).choose_key_algorithm() is chosen


@pytest.mark.parametrize(
    ("section", "chosen"),
    [
        (ANY, SignatureAlgorithm.RSA_SHA256),
        (NONE, SignatureAlgorithm.RSA_SHA256),
        (
            SignatureAlgorithmRules((SignatureAlgorithm.RSA_SHA512, SignatureAlgorithm.RSA_SHA256)),
            SignatureAlgorithm.RSA_SHA256,
        ),
        (
            SignatureAlgorithmRules((SignatureAlgorithm.ED25519, SignatureAlgorithm.RSA_SHA512)),
            SignatureAlgorithm.RSA_SHA512,
        ),
        (SignatureAlgorithmRules((SignatureAlgorithm.ED25519,)), SignatureAlgorithm.RSA_SHA256),
    ],
)
def test_choose_signature_algorithm(section: Any, chosen: SignatureAlgorithm) -> None:
    """The CA's default where it may be, else the first listed that its key can make."""
    possible = signatures_of(KeyAlgorithm.RSA_2048)
    assert policy(signature_algorithms=section).choose_signature_algorithm(possible) is chosen
