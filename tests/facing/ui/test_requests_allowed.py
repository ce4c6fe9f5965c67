"""From a policy and a profile to what their form offers."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import policy_pb2, profile_pb2, x509_pb2
from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.profile_pb2 import CertificateDefaults, CertificateProfile
from server.web.ui.requests.allowed import anything, offer
from server.web.ui.requests.choices import Pick
from server.web.ui.requests.lifetimes import default_lifetime, lifetime_bounds, shorthand

_P256, _RSA = x509_pb2.KEY_ALGORITHM_EC_PRIME256V1, x509_pb2.KEY_ALGORITHM_RSA_2048
_SIGN, _CERT_SIGN = x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_CERT_SIGN


def test_a_policy_without_sections_offers_nothing() -> None:
    made = offer(CertificatePolicy(), CertificateProfile())
    assert (made.subject, made.alt_names, made.ca) == ((), (), None)
    assert not made.generated
    for pick in (made.key_usages, made.extended_key_usages, made.oids, made.extensions, made.signatures):
        assert pick == Pick()


def test_a_policy_of_anything_offers_all_but_what_is_for_cas() -> None:
    made = offer(anything(), CertificateProfile())
    assert len(made.subject) == 6
    assert [kind.number for kind in made.alt_names] == [1, 2, 3, 4]
    assert _SIGN in made.key_usages.offered
    assert _CERT_SIGN not in made.key_usages.offered
    assert made.oids.open
    assert made.extensions.open
    assert made.generated


def test_cas_may_sign() -> None:
    policy = anything()
    policy.ca.required = True
    made = offer(policy, CertificateProfile())
    assert _CERT_SIGN in made.key_usages.offered
    assert made.ca is not None


@pytest.mark.parametrize(
    ("allowed", "default", "expected"),
    [
        ([_P256, _RSA], 0, _P256),
        ([_RSA, x509_pb2.KEY_ALGORITHM_RSA_4096], 0, _RSA),
        ([x509_pb2.KEY_ALGORITHM_ED25519], 0, x509_pb2.KEY_ALGORITHM_ED25519),
        ([_P256, _RSA], _RSA, _RSA),
    ],
)
def test_the_default_key_is_the_profiles_or_the_first_allowed(
    allowed: list[int], default: int, expected: int
) -> None:
    rules = policy_pb2.KeyAlgorithmRules(allowed=allowed)  # type: ignore[arg-type]
    defaults = CertificateDefaults(key_algorithm=default)  # type: ignore[arg-type]
    made = offer(CertificatePolicy(key_algorithm_rules=rules), CertificateProfile(defaults=defaults))
    assert made.key_algorithms.default == (expected,)


@pytest.mark.parametrize(
    ("delivery", "generated"),
    [
        (profile_pb2.PRIVATE_KEY_DELIVERY_UNSPECIFIED, True),
        (profile_pb2.PRIVATE_KEY_DELIVERY_DELIVER_ONCE, True),
        (profile_pb2.PRIVATE_KEY_DELIVERY_SEALED_ONLY, False),
        (profile_pb2.PRIVATE_KEY_DELIVERY_FORBID, False),
    ],
)
def test_keys_are_made_where_a_browser_can_have_them(
    delivery: profile_pb2.PrivateKeyDelivery,
    generated: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert offer(anything(), CertificateProfile(private_key_delivery=delivery)).generated is generated


def test_only_signatures_that_the_ca_can_make_are_offered() -> None:
    possible = [x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA256, x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA384]
    made = offer(anything(), CertificateProfile(), signed_with=possible)
    assert list(made.signatures.offered) == possible


def test_a_subject_attribute_that_has_a_default_is_not_required() -> None:
    rule = policy_pb2.SubjectRule(
        type=policy_pb2.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION, required=True, allowed=["*"]
    )
    policy = CertificatePolicy(subject_rules=policy_pb2.SubjectRules(rules=[rule]))
    bare = offer(policy, CertificateProfile())
    filled = offer(policy, CertificateProfile(defaults=CertificateDefaults(organization="Acme")))
    assert [each.required for each in bare.subject] == [True]
    assert [(each.required, each.default) for each in filled.subject] == [(False, "Acme")]


def test_an_attribute_or_name_whose_rule_allows_nothing_is_left_out() -> None:
    subject = policy_pb2.SubjectRule(type=policy_pb2.SUBJECT_ATTRIBUTE_TYPE_COUNTRY)
    names = policy_pb2.AltNameRule(type=x509_pb2.ALT_NAME_TYPE_DNS, denied=["a.test"])
    made = offer(
        CertificatePolicy(
            subject_rules=policy_pb2.SubjectRules(rules=[subject]),
            alt_name_rules=policy_pb2.AltNameRules(rules=[names]),
        ),
        CertificateProfile(),
    )
    assert (made.subject, made.alt_names) == ((), ())


def test_required_usages_are_chosen_unless_the_defaults_have_them() -> None:
    assert Pick(offered=(1, 2), required=(1,), default=(2,)).at_first == (1, 2)
    assert Pick(offered=(1, 2), required=(1,), default=(1, 2)).at_first == ()
    assert Pick(offered=(1, 2), default=(1,)).at_first == ()


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "1m"), (90 * 86400, "90d"), (365 * 86400, "1y"), (129600, "36h"), (61, "61s")]
)
def test_durations_in_the_shorthand(seconds: int, text: str) -> None:
    assert shorthand(seconds) == text


@pytest.mark.parametrize(
    ("rule", "defaults", "expected"),
    [
        ({}, {}, "90d"),
        ({"max_lifetime": 86400}, {}, "1d"),
        ({"min_lifetime": 365 * 86400}, {}, "1y"),
        ({"default_lifetime": 3600}, {}, "1h"),
        ({"default_lifetime": 3600}, {"ttl": "2w"}, "2w"),
        ({}, {"lifetime": Duration(seconds=7200)}, "2h"),
    ],
)
def test_the_default_lifetime(rule: dict[str, int], defaults: dict[str, object], expected: str) -> None:
    bounds = policy_pb2.ValidityRule(**{name: Duration(seconds=value) for name, value in rule.items()})
    assert default_lifetime(bounds, CertificateDefaults(**defaults)) == expected  # type: ignore[arg-type]


def test_the_bounds_in_words() -> None:
    bounded = policy_pb2.ValidityRule(max_lifetime=Duration(seconds=86400))
    assert lifetime_bounds(bounded) == "from 1m to 1d"
    assert lifetime_bounds(policy_pb2.ValidityRule()) == "at least 1m, at most the CA's own"
