"""What ends up in a certificate where request, CSR, profile and policy all have a say."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2, policy_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from tests.ordering import CUSTOM, DAY, DNS, EMAIL, IP, OID, csr_pem, key_of, lasting, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_RSA, _EC = KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_PRIME256V1
_SIGN, _ENCIPHER = x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT
_AGREE = x509_pb2.KEY_USAGE_KEY_AGREEMENT
_SERVER, _CLIENT = x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH
_BITS = ("digital_signature", "key_encipherment", "key_agreement", "content_commitment")


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]


def _subject(certificate: x509.Certificate) -> list[str]:
    return [str(entry.value) for entry in certificate.subject]


def _usages(certificate: x509.Certificate) -> list[str]:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return []
    return [bit for bit in _BITS if getattr(usages, bit)]


def _extended(certificate: x509.Certificate) -> list[str]:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return []
    return [usage.dotted_string for usage in usages]


def _mode(mode: Any) -> policy_pb2.CertificatePolicy:
    return open_policy(common_name_mode=mode)


# Common name


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
    assert (_subject(certificate), _names(certificate)) == ([common_name], expected)


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
        assert len(_names(await standing_sqlite.issued(request))) == len(names)
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
    assert (_subject(certificate), _names(certificate)) == (["a.example.com"], [])


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
        key_usages=[_SIGN],
        extended_key_usages=[_CLIENT],
        key_algorithm=x509_pb2.KEY_ALGORITHM_EC_SECP384R1,
        signature_algorithm=x509_pb2.SIGNATURE_ALGORITHM_ECDSA_SHA512,
        ttl="7d",
    )
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    certificate = await standing.issued(order(profile_id, common_name="a.example.com", country="FR"))
    assert _subject(certificate) == ["FR", "Acme", "a.example.com"]
    assert (_usages(certificate), _extended(certificate)) == (["digital_signature"], ["1.3.6.1.5.5.7.3.2"])
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
    assert _subject(await standing.issued(order(profile_id, names=names))) == [value]
    absent: dict[str, Any] = {attribute: ""}
    assert _subject(await standing.issued(order(profile_id, names=names, **absent))) == []


async def test_a_csr_stands_above_the_defaults(standing: Standing) -> None:
    """A default is for what nobody said."""
    defaults = profile_pb2.CertificateDefaults(organization="Acme", locality="Berlin")
    profile_id = await standing.profile(open_policy(), defaults=defaults)
    pem = csr_pem(subject=[(OID.ORGANIZATION_NAME, "Widgets"), (OID.COMMON_NAME, "a.example.com")])
    assert _subject(await standing.issued(order(profile_id, csr=pem))) == [
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


# Usages


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [(_RSA, ["digital_signature", "key_encipherment"]), (_EC, ["digital_signature"]),
     (KeyAlgorithm.ED25519, ["digital_signature"]), (KeyAlgorithm.ML_DSA_44, ["digital_signature"])],
)  # fmt: skip
@pytest.mark.parametrize("source", ["csr", "generated"])
async def test_usages_that_nobody_named_follow_from_the_key(
    standing_sqlite: Standing, algorithm: KeyAlgorithm, source: str, expected: list[str]
) -> None:
    """digitalSignature, and keyEncipherment for RSA; no extended usage, unless the policy requires one."""
    profile_id = await standing_sqlite.profile(open_policy())
    names = [(DNS, "a.example.com")]
    if source == "csr":
        request = order(profile_id, csr=csr_pem(key=key_of(algorithm)), names=names)
    else:
        number = x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm.name}")
        request = order(profile_id, names=names, key_algorithm=number)
    certificate = await standing_sqlite.issued(request)
    assert (_usages(certificate), _extended(certificate)) == (expected, [])


async def test_a_required_usage_is_given_unasked(standing_sqlite: Standing) -> None:
    """Server authentication only if the policy requires it."""
    extended = policy_pb2.ExtendedKeyUsageRules(allowed=[_CLIENT], required=[_SERVER])
    usages = policy_pb2.KeyUsageRules(required=[x509_pb2.KEY_USAGE_NON_REPUDIATION])
    policy = open_policy(extended_key_usage_rules=extended, key_usage_rules=usages)
    certificate = await standing_sqlite.issued(
        order(await standing_sqlite.profile(policy), names=[(DNS, "a.example.com")])
    )
    assert _usages(certificate) == ["content_commitment"]
    assert _extended(certificate) == ["1.3.6.1.5.5.7.3.1"]


async def test_a_default_that_the_key_cannot_is_dropped_and_a_wish_refused(standing_sqlite: Standing) -> None:
    """keyEncipherment by an EC key: of the profile it is left out, of the request it is an error."""
    defaults = profile_pb2.CertificateDefaults(key_usages=[_SIGN, _ENCIPHER])
    profile_id = await standing_sqlite.profile(open_policy(), defaults=defaults)
    names = [(DNS, "a.example.com")]
    assert _usages(await standing_sqlite.issued(order(profile_id, names=names))) == ["digital_signature"]
    failure = await standing_sqlite.refused(order(profile_id, names=names, key_usages=[_SIGN, _ENCIPHER]))
    assert failure.fields == {"attributes.key_usages": "KEY_USAGE_IMPOSSIBLE"}


async def test_extended_usages_by_name_and_by_oid_are_one_list(standing_sqlite: Standing) -> None:
    """Each once, and told back by name where it has one."""
    profile_id = await standing_sqlite.profile(open_policy())
    oids = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.99999.5"]
    request = order(
        profile_id,
        names=[(DNS, "a.example.com")],
        extended_key_usages=[_SERVER],
        extended_key_usage_oids=oids,
    )
    answer = await standing_sqlite.issue(request)
    certificate = x509.load_pem_x509_certificate(answer.certificate.certificate.encode())
    assert _extended(certificate) == oids
    live = standing_sqlite.live
    key = messages.GetCertificateRequest(certificate_id=answer.certificate.certificate_id)
    told = (await live.call(live.certificates.GetCertificate, key)).certificate
    assert (list(told.extended_key_usages), list(told.extended_key_usage_oids)) == ([_SERVER], oids[1:])


async def test_any_extended_usage_is_for_no_leaf(standing_sqlite: Standing) -> None:
    """A leaf says what it is for."""
    request = order(
        await standing_sqlite.profile(open_policy()),
        names=[(DNS, "a.example.com")],
        extended_key_usage_oids=["2.5.29.37.0"],
    )
    assert (await standing_sqlite.refused(request)).fields == {
        "attributes.extended_key_usages": "EXTENDED_KEY_USAGE_ANY"
    }


# Signature, extensions


@pytest.mark.parametrize("algorithm", [_RSA, _EC, KeyAlgorithm.EC_SECP384R1, KeyAlgorithm.ED25519])
async def test_the_signature_follows_the_key_of_the_ca(
    standing_sqlite: Standing, algorithm: KeyAlgorithm
) -> None:
    """Whatever the CSR was signed with; and each signature that such a key makes may be asked for."""
    profile_id = await standing_sqlite.profile(open_policy(), algorithm=algorithm)
    oids = []
    for wanted in signatures_of(algorithm):
        number = x509_pb2.SignatureAlgorithm.Value(f"SIGNATURE_ALGORITHM_{wanted.name}")
        certificate = await standing_sqlite.issued(
            order(profile_id, csr=csr_pem(), names=[(DNS, "a.example.com")], signature_algorithm=number)
        )
        oids.append(certificate.signature_algorithm_oid.dotted_string)
    usual = await standing_sqlite.issued(order(profile_id, csr=csr_pem(), names=[(DNS, "a.example.com")]))
    assert usual.signature_algorithm_oid.dotted_string == oids[0]
    assert len(set(oids)) == len(signatures_of(algorithm))
    assert SignatureAlgorithm[wanted.name] in signatures_of(algorithm)


@pytest.mark.parametrize("critical", [False, True])
async def test_a_custom_extension_is_certified_as_it_stands(standing: Standing, *, critical: bool) -> None:
    """OID, octets, and whether it is critical."""
    profile_id = await standing.profile(open_policy())
    value = bytes.fromhex("0c0568656c6c6f")
    extension = certificate_pb2.CustomExtension(oid=CUSTOM, critical=critical, value=value)
    certificate = await standing.issued(
        order(profile_id, names=[(DNS, "a.example.com")], custom_extensions=[extension])
    )
    found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(CUSTOM))
    assert (found.critical, found.value.public_bytes()) == (critical, value)


@pytest.mark.parametrize(
    "value", [b"\x05", b"hello", b"\x05\x00\x00", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01"]
)
async def test_a_custom_extension_must_be_der(standing: Standing, value: bytes) -> None:
    """What no parser could read is not signed."""
    profile_id = await standing.profile(open_policy())
    extension = certificate_pb2.CustomExtension(oid=CUSTOM, value=value)
    request = order(profile_id, names=[(DNS, "a.example.com")], custom_extensions=[extension])
    failure = await standing.refused(request)
    assert failure.fields == {"attributes.custom_extensions[0]": "EXTENSION_NOT_DER"}


# Contradictions


_USAGE = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("csr", "attributes", "field"),
    [
        (
            {"subject": [(OID.COMMON_NAME, "a.example.com")]},
            {"common_name": "b.example.com"},
            "attributes.common_name",
        ),
        (
            {"subject": [(OID.ORGANIZATION_NAME, "Acme")]},
            {"organization": "Widgets"},
            "attributes.organization",
        ),
        (
            {"names": [x509.DNSName("a.example.com")]},
            {"names": [(DNS, "b.example.com")]},
            "attributes.alt_names",
        ),
        (
            {"names": [x509.DNSName("a.example.com")]},
            {"names": [(DNS, "a.example.com"), (DNS, "b.example.com")]},
            "attributes.alt_names",
        ),
        ({}, {"key_algorithm": x509_pb2.KEY_ALGORITHM_RSA_2048}, "attributes.key_algorithm"),
        ({"extensions": [_USAGE]}, {"key_usages": [_AGREE]}, "attributes.key_usages"),
        (
            {"extensions": [x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")])]},
            {"extended_key_usages": [_CLIENT]},
            "attributes.extended_key_usages",
        ),
    ],
)
async def test_what_contradicts_the_csr_is_refused(
    standing_sqlite: Standing, csr: dict[str, Any], attributes: dict[str, Any], field: str
) -> None:
    """Neither the request nor its CSR is silently preferred."""
    profile_id = await standing_sqlite.profile(open_policy())
    parts = dict(csr)
    pem = csr_pem(*parts.pop("extensions", ()), **parts)
    failure = await standing_sqlite.refused(order(profile_id, csr=pem, **attributes))
    assert failure.fields.get(field) == "CONTRADICTS_CSR"
    assert failure.reason == "INVALID_FIELD"


async def test_what_agrees_with_the_csr_is_no_contradiction(standing_sqlite: Standing) -> None:
    """The same names in another order and another spelling are the same names."""
    profile_id = await standing_sqlite.profile(open_policy())
    names = [x509.DNSName("a.example.com"), x509.DNSName("b.example.com")]
    usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")])
    pem = csr_pem(_USAGE, usages, subject=[(OID.COMMON_NAME, "a.example.com")], names=names)
    certificate = await standing_sqlite.issued(
        order(
            profile_id,
            csr=pem,
            common_name="a.example.com",
            names=[(DNS, "B.example.com"), (DNS, "a.example.com")],
            key_algorithm=x509_pb2.KEY_ALGORITHM_EC_PRIME256V1,
            key_usages=[_SIGN],
            extended_key_usages=[_SERVER],
        )
    )
    assert _names(certificate) == ["a.example.com", "b.example.com"]


@pytest.mark.parametrize(
    ("extension", "rule"),
    [
        (x509.OCSPNoCheck(), "CSR_CONTENT_UNKNOWN"),
        (x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.2")]), "CSR_EXTENDED_KEY_USAGES_DIFFER"),
        (
            x509.KeyUsage(
                digital_signature=True, content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=True, key_cert_sign=False, crl_sign=False,
                encipher_only=False, decipher_only=False,
            ),
            "CSR_KEY_USAGES_DIFFER",
        ),
    ],
)  # fmt: skip
async def test_a_strict_profile_certifies_all_that_a_csr_asks_or_nothing(
    standing_sqlite: Standing, extension: x509.ExtensionType, rule: str
) -> None:
    """Without strict_csr the same CSR passes, and what is not certified is left out."""
    pem = csr_pem(extension, names=[x509.DNSName("a.example.com")])
    strict = await standing_sqlite.profile(open_policy(), strict_csr=True)
    assert (await standing_sqlite.refused(order(strict, csr=pem))).fields == {"csr": rule}
    await standing_sqlite.issued(order(await standing_sqlite.profile(open_policy()), csr=pem))


# The profile's ways


async def test_a_profile_may_make_no_keys(standing: Standing) -> None:
    """FORBID takes a CSR only."""
    delivery = profile_pb2.PRIVATE_KEY_DELIVERY_FORBID
    profile_id = await standing.profile(open_policy(), private_key_delivery=delivery)
    failure = await standing.refused(order(profile_id, common_name="a.example.com"))
    assert failure.fields == {"csr": "KEY_GENERATION_FORBIDDEN"}
    answer = await standing.issue(order(profile_id, csr=csr_pem(), common_name="a.example.com"))
    assert answer.certificate.private_key == ""


async def test_a_sealed_only_profile_hands_out_no_open_key(standing: Standing) -> None:
    """Without a recipient key there is none."""
    delivery = profile_pb2.PRIVATE_KEY_DELIVERY_SEALED_ONLY
    profile_id = await standing.profile(open_policy(), private_key_delivery=delivery)
    failure = await standing.refused(order(profile_id, common_name="a.example.com"))
    assert failure.fields == {"generated_key.recipient_key": "RECIPIENT_KEY_REQUIRED"}


@pytest.mark.parametrize("omit", [False, True])
async def test_the_chain_ends_with_or_without_its_root(standing: Standing, *, omit: bool) -> None:
    """From the issuing CA upwards; clients have the root already."""
    answer = await standing.issue(
        order(await standing.profile(open_policy(), omit_root=omit), common_name="a.example.com")
    )
    chain = x509.load_pem_x509_certificates(answer.certificate.certificate_chain.encode())
    assert len(chain) == (1 if omit else 2)
    leaf = x509.load_pem_x509_certificate(answer.certificate.certificate.encode())
    for certificate, issuer in zip([leaf, *chain], chain, strict=False):
        certificate.verify_directly_issued_by(issuer)
    assert answer.certificate.issuing_ca_certificate.encode() in answer.certificate.certificate_chain.encode()


async def test_metadata_is_kept_and_told(standing: Standing) -> None:
    """With any text in its values, the same on both databases; and no word of it in the certificate."""
    entries = [("team", "a \U0001f511 \u00fc \"'\\ %s {{x}}"), ("empty", ""), ("a/b.c_d-e", "x" * 1024)]
    fields = {"metadata": [certificate_pb2.MetadataEntry(key=k, value=v) for k, v in entries]}
    profile_id = await standing.profile(open_policy())
    answer = await standing.issue(order(profile_id, common_name="a.example.com", fields=fields))
    live = standing.live
    key = messages.GetCertificateRequest(certificate_id=answer.certificate.certificate_id)
    told = (await live.call(live.certificates.GetCertificate, key)).certificate
    assert sorted((entry.key, entry.value) for entry in told.metadata) == sorted(entries)
    assert [(entry.key, entry.value) for entry in answer.certificate_request.metadata] == entries


_AUTO = profile_pb2.ApiEnrollmentConfig(auto_renew=True)
_REASON = certificate_pb2


@pytest.mark.parametrize(
    ("config", "request_fields", "attributes", "reason"),
    [
        (profile_pb2.ApiEnrollmentConfig(), {}, {}, _REASON.AUTO_RENEWAL_REASON_PROFILE_OFF),
        (_AUTO, {"auto_renew": False}, {}, _REASON.AUTO_RENEWAL_REASON_NOT_REQUESTED),
        (
            profile_pb2.ApiEnrollmentConfig(auto_renew=True, renew_before_days=10),
            {},
            {"ttl": "10d"},
            _REASON.AUTO_RENEWAL_REASON_THRESHOLD_NOT_BEFORE_LIFETIME,
        ),
        (_AUTO, {}, {"csr": True}, _REASON.AUTO_RENEWAL_REASON_CSR_KEY_NOT_REUSABLE),
    ],
)
async def test_that_there_is_no_renewal_is_told_with_its_reason(
    standing: Standing, config: Any, request_fields: dict[str, Any], attributes: dict[str, Any], reason: int
) -> None:
    """Never silently."""
    attributes = {key: csr_pem() if key == "csr" else value for key, value in attributes.items()}
    profile_id = await standing.profile(open_policy(), api_config=config)
    request = order(profile_id, common_name="a.example.com", fields=request_fields, **attributes)
    told = (await standing.issue(request)).certificate.auto_renewal
    assert (told.enabled, told.reason, told.HasField("renews_at")) == (False, reason, False)
    assert told.message


@pytest.mark.parametrize(
    ("config", "seconds_left"),
    [
        ({}, 3 * DAY),
        ({"renew_before_days": 2}, 2 * DAY),
        ({"renew_before": Duration(seconds=3600)}, 3600),
        ({"renew_before_percent": 10}, 9 * DAY // 10),
    ],
)
async def test_a_renewal_is_told_with_its_time(
    standing: Standing, config: dict[str, Any], seconds_left: int
) -> None:
    """By days, by duration, by percent, and by default at two thirds of the lifetime."""
    api_config = profile_pb2.ApiEnrollmentConfig(auto_renew=True, **config)
    profile_id = await standing.profile(open_policy(), api_config=api_config)
    answer = (await standing.issue(order(profile_id, common_name="a.example.com", ttl="9d"))).certificate
    assert answer.auto_renewal.enabled
    left = answer.not_after.seconds - answer.auto_renewal.renews_at.seconds
    assert abs(left - seconds_left) <= 1


async def test_a_request_may_ask_for_renewal_itself(standing: Standing) -> None:
    """Also where the profile would not by itself; with a CSR where its key may be used again."""
    profile_id = await standing.profile(open_policy())
    fields = {"auto_renew": True}
    answer = await standing.issue(order(profile_id, common_name="a.example.com", fields=fields))
    assert answer.certificate.auto_renewal.enabled
    config = profile_pb2.ApiEnrollmentConfig(renew_with_same_key=True)
    reusable = await standing.profile(open_policy(allow_key_reuse=True), api_config=config)
    answer = await standing.issue(order(reusable, csr=csr_pem(), common_name="a.example.com", fields=fields))
    assert answer.certificate.auto_renewal.enabled


async def test_an_answer_and_a_later_look_tell_the_same(standing: Standing) -> None:
    """By id, and by serial number however it is written; never with a key."""
    live = standing.live
    profile_id = await standing.profile(lasting(max_lifetime=DAY))
    issued = (await standing.issue(order(profile_id, common_name="a.example.com", ttl="1d"))).certificate
    serial = issued.serial_number
    spellings = [
        serial,
        serial.upper(),
        f"0x{serial}",
        ":".join(serial[i : i + 2] for i in range(0, len(serial), 2)),
    ]
    keys = [messages.GetCertificateRequest(certificate_id=issued.certificate_id)]
    keys += [
        messages.GetCertificateRequest(
            serial_key=messages.SerialKey(ca_id=issued.ca_id, serial_number=spelling)
        )
        for spelling in spellings
    ]
    for key in keys:
        answer = await live.call(live.certificates.GetCertificate, key)
        told = answer.certificate
        assert (told.id, told.certificate, told.fingerprint_sha256) == (
            issued.certificate_id,
            issued.certificate,
            issued.fingerprint_sha256,
        )
        assert b"PRIVATE KEY" not in answer.SerializeToString()
