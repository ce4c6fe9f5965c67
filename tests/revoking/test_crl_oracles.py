"""OpenSSL, GnuTLS and pkilint judge our CRLs: RSA, EC, Ed25519 and, where they can, ML-DSA."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki.algorithms import KeyAlgorithm, signature_algorithm_of
from server.pki.signed import verify_signature
from tests.ordering import open_policy
from tests.revoking.crl_desk import Issued, crl_of, fetched, issued, published, revoke
from tests.revoking.crl_oracles import certtool_verify, openssl_crl_check, openssl_text, pkilint_findings
from tests.serving import Live

_KNOWN = (
    KeyAlgorithm.RSA_2048,
    KeyAlgorithm.RSA_4096,
    KeyAlgorithm.EC_PRIME256V1,
    KeyAlgorithm.EC_SECP384R1,
    KeyAlgorithm.EC_SECP521R1,
    KeyAlgorithm.ED25519,
)
"""Those that OpenSSL 3.0 and GnuTLS 3.7 know."""
_REASONS = ("UNSPECIFIED", "KEY_COMPROMISE", "CERTIFICATE_HOLD", "PRIVILEGE_WITHDRAWN")


@dataclass(frozen=True, slots=True)
class Case:
    """A good certificate, revoked ones, and the CRLs of their chain."""

    good: Issued
    revoked: tuple[Issued, ...]
    issuer: str
    root: str
    crl: str
    crls: tuple[str, ...]

    def check(self, certificate: Issued) -> str:
        """What ``openssl verify -crl_check_all`` has against a certificate."""
        return openssl_crl_check(certificate.pem, root=self.root, intermediates=self.issuer, crls=self.crls)


@pytest.fixture
async def case(request: pytest.FixtureRequest, sqlite_live: Live) -> Case:
    """A CA of an algorithm under the first root, with four certificates revoked for four reasons."""
    live = sqlite_live
    ca_id = await live.authority(request.param)
    profile_id = await live.profile(ca_id=ca_id, policy=open_policy())
    good = await issued(live, profile_id=profile_id)
    revoked = [await issued(live, profile_id=profile_id) for _ in _REASONS]
    for certificate, reason in zip(revoked, _REASONS, strict=True):
        await revoke(live, certificate.id, reason=reason)
    await published(live, ca_id, lambda row: row.entries == len(_REASONS))
    above = await published(live, live.ids["root_ca_id"])
    crl, root_crl = await fetched(live, ca_id), await fetched(live, above.ca_id)
    issuer, root = x509.load_pem_x509_certificates(good.chain.encode())
    pems = [each.public_bytes(Encoding.PEM).decode() for each in (issuer, root)]
    return Case(good, tuple(revoked), pems[0], pems[1], crl.crl, (crl.crl, root_crl.crl))


@pytest.mark.parametrize("case", _KNOWN, indirect=True, ids=lambda one: one.name)
async def test_relying_parties_refuse_what_is_revoked_and_nothing_else(case: Case) -> None:
    """OpenSSL checks the whole chain; OpenSSL and GnuTLS verify the CRL's signature."""
    assert case.check(case.good) == ""
    assert all("certificate revoked" in case.check(one) for one in case.revoked)
    assert certtool_verify(case.crl, issuer=case.issuer) == ""
    told = openssl_text(case.crl, issuer=case.issuer)
    assert told.count("Serial Number:") == len(case.revoked)
    assert [reason in told for reason in ("Key Compromise", "Certificate Hold", "Unspecified")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "case", [*_KNOWN, KeyAlgorithm.ML_DSA_44, KeyAlgorithm.ML_DSA_65, KeyAlgorithm.ML_DSA_87],
    indirect=True, ids=lambda one: one.name,
)  # fmt: skip
async def test_pkilint_finds_nothing(case: Case) -> None:
    """By RFC 5280, of each algorithm; and the signature is that of the issuer's key."""
    crl = x509.load_pem_x509_crl(case.crl.encode())
    assert pkilint_findings(crl.public_bytes(Encoding.DER)) == []
    issuer = x509.load_pem_x509_certificate(case.issuer.encode())
    assert crl.issuer.public_bytes() == issuer.subject.public_bytes()
    algorithm = signature_algorithm_of(crl.signature_algorithm_oid)
    assert algorithm is not None
    verify_signature(issuer.public_key(), crl.signature, crl.tbs_certlist_bytes, algorithm=algorithm)


async def test_an_empty_crl_is_good_too(sqlite_live: Live) -> None:
    """Its list of entries is absent."""
    row = await published(sqlite_live, sqlite_live.ids["root_ca_id"])
    crl = await crl_of(sqlite_live, row)
    assert pkilint_findings(crl.public_bytes(Encoding.DER)) == []
