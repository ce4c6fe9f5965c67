"""Every key under every issuer, as clients get them, judged by three who share nothing with the server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, policy_pb2, x509_pb2
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import sign
from tests import checker
from tests.oracles import openssl_verify, pkilint_findings
from tests.ordering import CUSTOM, DNS, EMAIL, IP, URI, csr_pem, key_of, open_policy, order
from tests.pki.making import LEAF_SUBJECT, leaf_template, root, root_template
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_RSA_SLOW = {KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096}
_QUICK_ISSUERS = (KeyAlgorithm.EC_PRIME256V1, KeyAlgorithm.RSA_2048, KeyAlgorithm.ML_DSA_65)
_GENERATED = [
    (algorithm, issuer)
    for algorithm in KeyAlgorithm
    for issuer in (_QUICK_ISSUERS[:1] if algorithm in _RSA_SLOW else _QUICK_ISSUERS)
]
_LONG = timedelta(days=40 * 365)
_NAMES = [
    (DNS, "service.acme.com"),
    (DNS, "*.acme.com"),
    (IP, "2001:db8::1"),
    (EMAIL, "joe@acme.com"),
    (URI, "spiffe://acme.com/service"),
]


def _judge(answer: Any) -> None:
    """Asks the checker, pkilint, and OpenSSL where it knows all of the chain's algorithms."""
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    chain = x509.load_pem_x509_certificates(answer.certificate_chain.encode())
    assert checker.faults(leaf, chain[0]) == []
    assert checker.faults(chain[0], chain[1] if len(chain) > 1 else None) == []
    assert pkilint_findings(leaf.public_bytes(Encoding.DER)) == []
    if not any(_is_ml_dsa(certificate) for certificate in (leaf, *chain)):
        pems = [certificate.public_bytes(Encoding.PEM).decode() for certificate in chain]
        found = openssl_verify(answer.certificate, root=pems[-1], intermediates=tuple(pems[:-1]))
        assert found == ""


def _is_ml_dsa(certificate: x509.Certificate) -> bool:
    """Debian's OpenSSL 3.0 knows neither such keys nor such signatures; the checker verified them."""
    oids = (certificate.signature_algorithm_oid, certificate.public_key_algorithm_oid)
    return any(oid.dotted_string.startswith("2.16.840.1.101.3.4.3.") for oid in oids)


async def _profile(standing: Standing, issuer: KeyAlgorithm) -> str:
    return await standing.profile(open_policy(ca=policy_pb2.CaRule()), algorithm=issuer)


@pytest.mark.parametrize("issuer", KeyAlgorithm)
@pytest.mark.parametrize("algorithm", KeyAlgorithm)
async def test_the_key_of_a_csr_under_each_issuer(
    standing_sqlite: Standing, algorithm: KeyAlgorithm, issuer: KeyAlgorithm
) -> None:
    """A hundred pairs, with names of each type."""
    key = key_of(algorithm)
    request = order(
        await _profile(standing_sqlite, issuer),
        csr=csr_pem(key=key),
        names=_NAMES,
        common_name="service.acme.com",
        organization="Acme",
        country="DE",
        extended_key_usages=[x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH],
    )
    answer = (await standing_sqlite.issue(request)).certificate
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    assert leaf.public_key() == key.public_key()
    assert answer.private_key == ""
    _judge(answer)


@pytest.mark.parametrize(("algorithm", "issuer"), _GENERATED)
async def test_a_key_that_the_server_made(
    standing_sqlite: Standing, algorithm: KeyAlgorithm, issuer: KeyAlgorithm
) -> None:
    """It is of the algorithm that was asked for, and it is the certificate's."""
    number = x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm.name}")
    request = order(await _profile(standing_sqlite, issuer), names=_NAMES, key_algorithm=number)
    answer = (await standing_sqlite.issue(request)).certificate
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    key: Any = load_pem_private_key(answer.private_key.encode(), None)
    assert key.public_key() == leaf.public_key()
    assert answer.private_key.startswith("-----BEGIN PRIVATE KEY-----\n")
    _judge(answer)


@pytest.mark.parametrize(
    "attributes",
    [
        {"names": [(DNS, "a.example.com")]},
        {"common_name": "Jos\u00e9 \u0141ukasz"},
        {
            "organization": "x" * 64,
            "state": "y" * 128,
            "locality": "z" * 128,
            "organizational_unit": "u" * 64,
        },
        {"names": [(DNS, "a.example.com")], "not_after": Timestamp(seconds=2_524_608_000 - 1)},
        {
            "names": [(DNS, "a.example.com")],
            "custom_extensions": [
                certificate_pb2.CustomExtension(oid=CUSTOM, critical=False, value=b"\x05\x00")
            ],
        },
        {
            "common_name": "Sub CA",
            "basic_constraints": certificate_pb2.BasicConstraints(is_ca=True, path_length=1),
        },
        {
            "names": [(DNS, "a.example.com")],
            "key_usages": [x509_pb2.KEY_USAGE_KEY_AGREEMENT, x509_pb2.KEY_USAGE_ENCIPHER_ONLY],
        },
    ],
    ids=["no subject", "beyond ASCII", "upper bounds", "the last UTCTime", "custom", "a CA", "agreement"],
)
async def test_a_certificate_of_any_shape_is_sound(
    standing_sqlite: Standing, attributes: dict[str, Any]
) -> None:
    """The corners of what may be asked for."""
    live = standing_sqlite.live
    ca_id = await live.authority(parent=None, path_length=2, lifetime=_LONG)
    profile_id = await standing_sqlite.profile(open_policy(ca=policy_pb2.CaRule()), ca_id=ca_id)
    _judge((await standing_sqlite.issue(order(profile_id, **attributes))).certificate)


async def test_the_checker_finds_faults() -> None:
    """A certificate with the wrong issuer, window and identifier does not pass it."""
    key, other = key_of(KeyAlgorithm.EC_PRIME256V1), ec.generate_private_key(ec.SECP256R1())
    issuer, stranger = root(key), root(other)
    good = sign(leaf_template(other, issuer, key), key)
    assert checker.faults(good, issuer) == []
    assert checker.faults(issuer) == []
    told = " ".join(checker.faults(good, stranger))
    assert "4.2.1.1" in told
    assert "4.1.1.3" in told
    self_signed_leaf = sign(root_template(key, subject=LEAF_SUBJECT), key)
    assert any("4.1.2.4" in fault for fault in checker.faults(self_signed_leaf))
