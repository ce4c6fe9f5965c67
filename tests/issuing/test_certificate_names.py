"""The names of a certificate where request, CSR, profile and policy all have a say."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

from certmanager.v1 import policy_pb2, profile_pb2, x509_pb2
from tests.issuing.contents import extended_of, names_of, subject_of, usages_of
from tests.ordering import DNS, EMAIL, IP, OID, csr_pem, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION


def _mode(mode: Any) -> policy_pb2.CertificatePolicy:
    return open_policy(common_name_mode=mode)


@pytest.mark.parametrize(
    ("common_name", "names", "expected"),
    [
        ("a.example.com", [], ["a.example.com"]),
        ("A.Example.com", [], ["a.example.com"]),
        ("a.example.com", [(DNS, "b.example.com")], ["b.example.com", "a.example.com"]),
        ("a.example.com", [(DNS, "a.example.com")], ["a.example.com"]),
        ("*.example.com", [], ["*.example.com"]),
        ("Joe Doe", [], []),
        ("localhost", [], []),
        ("10.0.0.1", [], []),
        ("joe@example.com", [], []),
    ],
)
@pytest.mark.parametrize("mode", [policy_pb2.COMMON_NAME_MODE_COPY, policy_pb2.COMMON_NAME_MODE_UNSPECIFIED])
async def test_copy_adds_a_common_name_that_looks_like_a_host(
    standing_sqlite: Standing, mode: Any, common_name: str, names: list[tuple[Any, str]], expected: list[str]
) -> None:
    """Each name stands once, in canonical form; the subject keeps what was written."""
    profile_id = await standing_sqlite.profile(_mode(mode))
    certificate = await standing_sqlite.issued(order(profile_id, common_name=common_name, names=names))
    assert (subject_of(certificate), names_of(certificate)) == ([common_name], expected)


async def test_what_copy_adds_is_judged(standing_sqlite: Standing) -> None:
    """A name that is not allowed is no better for having come as a common name, or in a CSR as one."""
    rule = policy_pb2.AltNameRule(type=DNS, allowed=["*.example.com"])
    profile_id = await standing_sqlite.profile(
        open_policy(alt_name_rules=policy_pb2.AltNameRules(rules=[rule]))
    )
    failure = await standing_sqlite.refused(order(profile_id, common_name="evil.org"))
    assert failure.fields == {"attributes.common_name": "DNS_NOT_ALLOWED"}
    pem = csr_pem(subject=[(OID.COMMON_NAME, "evil.org")])
    assert (await standing_sqlite.refused(order(profile_id, csr=pem))).fields == {"csr": "DNS_NOT_ALLOWED"}


@pytest.mark.parametrize(
    ("names", "is_kept"),
    [
        ([(DNS, "a.example.com")], True),
        ([(DNS, "b.example.com"), (DNS, "A.EXAMPLE.com")], True),
        ([(DNS, "b.example.com")], False),
        ([(DNS, "*.example.com")], False),
    ],
)
async def test_require_wants_the_common_name_among_the_names(
    standing_sqlite: Standing, names: list[tuple[Any, str]], *, is_kept: bool
) -> None:
    """And adds nothing by itself."""
    profile_id = await standing_sqlite.profile(_mode(policy_pb2.COMMON_NAME_MODE_REQUIRE))
    request = order(profile_id, common_name="a.example.com", names=names)
    if is_kept:
        assert len(names_of(await standing_sqlite.issued(request))) == len(names)
        return
    failure = await standing_sqlite.refused(request)
    assert failure.fields == {"attributes.common_name": "COMMON_NAME_NOT_IN_ALT_NAMES"}


@pytest.mark.parametrize(("kind", "text"), [(IP, "10.0.0.1"), (EMAIL, "joe@example.com")])
async def test_require_takes_any_type_of_name(standing_sqlite: Standing, kind: Any, text: str) -> None:
    """A common name may be an address too."""
    profile_id = await standing_sqlite.profile(_mode(policy_pb2.COMMON_NAME_MODE_REQUIRE))
    await standing_sqlite.issued(order(profile_id, common_name=text, names=[(kind, text)]))


async def test_ignore_leaves_the_common_name_alone(standing_sqlite: Standing) -> None:
    """It is neither added nor compared."""
    profile_id = await standing_sqlite.profile(_mode(policy_pb2.COMMON_NAME_MODE_IGNORE))
    certificate = await standing_sqlite.issued(order(profile_id, common_name="a.example.com"))
    assert (subject_of(certificate), names_of(certificate)) == (["a.example.com"], [])


async def test_a_certificate_without_any_name_is_refused(standing_sqlite: Standing) -> None:
    """Nobody could tell whose it is."""
    failure = await standing_sqlite.refused(order(await standing_sqlite.profile(open_policy())))
    assert failure.fields == {"attributes": "NAME_REQUIRED"}


async def test_without_a_subject_the_names_are_critical(standing_sqlite: Standing) -> None:
    """RFC 5280, 4.1.2.6."""
    profile_id = await standing_sqlite.profile(open_policy())
    certificate = await standing_sqlite.issued(order(profile_id, names=[(DNS, "a.example.com")]))
    assert certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


# Defaults


async def test_defaults_fill_what_the_request_leaves_out(standing: Standing) -> None:
    """Each on its own: what is said wins, what is not said is the profile's."""
    defaults = profile_pb2.CertificateDefaults(
        organization="Acme",
        country="DE",
        key_usages=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE],
        extended_key_usages=[x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH],
        key_algorithm=x509_pb2.KEY_ALGORITHM_EC_SECP384R1,
        signature_algorithm=x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA512,
        ttl="7d",
    )
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    certificate = await standing.issued(order(profile_id, common_name="a.example.com", country="FR"))
    assert subject_of(certificate) == ["FR", "Acme", "a.example.com"]
    assert (usages_of(certificate), extended_of(certificate)) == (
        ["digital_signature"],
        ["1.3.6.1.5.5.7.3.2"],
    )
    assert certificate.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.4"
    assert certificate.public_key().curve.name == "secp384r1"  # type: ignore[union-attr]


@pytest.mark.parametrize("attribute", ["organization", "country", "common_name", "state"])
async def test_an_empty_attribute_beats_its_default(standing: Standing, attribute: str) -> None:
    """Set but empty says that it is to be absent."""
    value = "DE" if attribute == "country" else "Acme"
    defaults = profile_pb2.CertificateDefaults()
    setattr(defaults, attribute, value)
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    names = [(DNS, "a.example.com")]
    assert subject_of(await standing.issued(order(profile_id, names=names))) == [value]
    absent: dict[str, Any] = {attribute: ""}
    assert subject_of(await standing.issued(order(profile_id, names=names, **absent))) == []


async def test_a_csr_stands_above_the_defaults(standing: Standing) -> None:
    """A default is for what nobody said."""
    defaults = profile_pb2.CertificateDefaults(organization="Acme", locality="Berlin")
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    pem = csr_pem(subject=[(OID.ORGANIZATION_NAME, "Widgets"), (OID.COMMON_NAME, "a.example.com")])
    assert subject_of(await standing.issued(order(profile_id, csr=pem))) == [
        "Berlin",
        "Widgets",
        "a.example.com",
    ]


async def test_a_default_common_name_that_is_broken_is_told_as_the_profiles(standing: Standing) -> None:
    """The client cannot mend what the profile says, and sees where it stands."""
    rule = policy_pb2.AltNameRule(type=DNS, allowed=["*.example.com"])
    policy = open_policy(alt_name_rules=policy_pb2.AltNameRules(rules=[rule]))
    defaults = profile_pb2.CertificateDefaults(common_name="evil.org")
    profile_id = await standing.profile(policy, defaults=defaults)
    failure = await standing.refused(order(profile_id, names=[(DNS, "a.example.com")]))
    assert failure.fields == {"profile.defaults.common_name": "DNS_NOT_ALLOWED"}


async def test_a_default_that_is_no_name_is_told_as_the_profiles(standing: Standing) -> None:
    """A control character in a default is refused like one in the request, and is no fault of the server."""
    defaults = profile_pb2.CertificateDefaults(organization="a\x00b")
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    failure = await standing.refused(order(profile_id, names=[(DNS, "a.example.com")]))
    assert failure.fields == {"profile.defaults.organization": "SUBJECT_CHARACTER"}
    await standing.issued(order(profile_id, names=[(DNS, "a.example.com")], organization="Acme"))
