"""Request and CSR that say different things, and profiles that take a CSR whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import BasicConstraints
from certmanager.v1.policy_pb2 import CaRule
from server.pki.algorithms import KeyAlgorithm
from tests.issuing.contents import names_of
from tests.ordering import DNS, OID, csr_pem, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION
_CLIENT_AUTH = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.2")

_RSA, _EC = KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_PRIME256V1
_SIGN, _ENCIPHER = x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT
_AGREE = x509_pb2.KEY_USAGE_KEY_AGREEMENT
_SERVER, _CLIENT = x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH


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
        (
            {"extensions": [x509.BasicConstraints(ca=True, path_length=1)]},
            {"basic_constraints": BasicConstraints(is_ca=True, path_length=0)},
            "attributes.basic_constraints",
        ),
    ],
)
async def test_what_contradicts_the_csr_is_refused(
    standing_sqlite: Standing, csr: dict[str, Any], attributes: dict[str, Any], field: str
) -> None:
    """Neither the request nor its CSR is silently preferred."""
    profile_id = await standing_sqlite.profile(open_policy(ca=CaRule()))
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
    assert names_of(certificate) == ["a.example.com", "b.example.com"]


@pytest.mark.parametrize(
    ("extension", "rule"),
    [
        (x509.OCSPNoCheck(), "CSR_CONTENT_UNKNOWN"),
        (x509.ExtendedKeyUsage([_CLIENT_AUTH]), "CSR_EXTENDED_KEY_USAGES_DIFFER"),
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
