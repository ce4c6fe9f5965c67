"""Usages, signatures and extensions: what was asked for, what is usual, and what cannot be."""

from __future__ import annotations

import pytest
from cryptography import x509

from certmanager.v1 import certificate_pb2, policy_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from tests.issuing.contents import extended_of, usages_of
from tests.ordering import CUSTOM, DNS, csr_pem, key_of, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_RSA, _EC = KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_PRIME256V1
_SIGN, _ENCIPHER = x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT
_AGREE = x509_pb2.KEY_USAGE_KEY_AGREEMENT
_SERVER, _CLIENT = x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH


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
    assert (usages_of(certificate), extended_of(certificate)) == (expected, [])


async def test_a_required_usage_is_given_unasked(standing_sqlite: Standing) -> None:
    """Server authentication only if the policy requires it."""
    extended = policy_pb2.ExtendedKeyUsageRules(allowed=[_CLIENT], required=[_SERVER])
    usages = policy_pb2.KeyUsageRules(required=[x509_pb2.KEY_USAGE_NON_REPUDIATION])
    policy = open_policy(extended_key_usage_rules=extended, key_usage_rules=usages)
    certificate = await standing_sqlite.issued(
        order(await standing_sqlite.profile(policy), names=[(DNS, "a.example.com")])
    )
    assert usages_of(certificate) == ["content_commitment"]
    assert extended_of(certificate) == ["1.3.6.1.5.5.7.3.1"]


async def test_a_default_that_the_key_cannot_is_dropped_and_a_wish_refused(standing_sqlite: Standing) -> None:
    """keyEncipherment by an EC key: of the profile it is left out, of the request it is an error."""
    defaults = profile_pb2.CertificateDefaults(key_usages=[_SIGN, _ENCIPHER])
    profile_id = await standing_sqlite.profile(open_policy(), defaults=defaults)
    names = [(DNS, "a.example.com")]
    assert usages_of(await standing_sqlite.issued(order(profile_id, names=names))) == ["digital_signature"]
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
    assert extended_of(certificate) == oids
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
