"""Intermediates that an outside CA signs: CSR out, certificate and chain in."""

from __future__ import annotations

import pytest
from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.store.records import AuditRecord
from tests.operators.ca_installing import SOUND, asked, install, installation
from tests.operators.ca_orders import authorities, broken, get, intermediate, issue, leaf_order, state
from tests.operators.ca_outside import outside_intermediate, outside_root
from tests.oracles import openssl_verify
from tests.serving import Live


async def test_a_csr_goes_out_and_a_chain_comes_in(live: Live) -> None:
    """Awaiting, installed, active: a leaf of it verifies up to the outside root."""
    ca, csr = await asked(live)
    assert (state(ca), ca.certificate, ca.path_length) == ("AWAITING_CERTIFICATE", "", 0)
    assert ca.warnings
    root = outside_root(live.clock())
    middle = outside_intermediate(root, live.clock())
    certificate = middle.sign(csr, now=live.clock())
    done = await install(live, installation(ca, certificate, middle.chain, ca.etag))
    assert (state(done), done.id, list(done.warnings)) == ("ACTIVE", ca.id, [])
    assert done.certificate_chain == middle.chain
    leaf = (await issue(live, ca.id)).certificate
    below = (done.certificate, middle.pem)
    assert openssl_verify(leaf.certificate, root=root.pem, intermediates=below) == ""
    assert await get(live, ca.id) == done


async def test_the_csr_asks_for_what_was_ordered(live: Live) -> None:
    """Subject, CA:TRUE with the path length, and name constraints, both critical; it can be had again."""
    constraints = {"permitted": [{"type": "ALT_NAME_TYPE_DNS", "value": "Example.com"}]}
    ca, csr = await asked(live, name_constraints=constraints)
    made = x509.load_pem_x509_csr(csr.encode())
    critical = {entry.value for entry in made.extensions if entry.critical}
    assert made.is_signature_valid
    assert made.subject.rfc4514_string() == "CN=Acme"
    assert x509.BasicConstraints(ca=True, path_length=0) in critical
    assert x509.NameConstraints([x509.DNSName("example.com")], None) in critical
    again = await live.call(
        authorities(live).GetCertificateAuthorityCsr, messages.GetCertificateAuthorityCsrRequest(id=ca.id)
    )
    assert again.csr == csr
    assert [name.value for name in ca.name_constraints.permitted] == ["example.com"]


@pytest.mark.parametrize("kind", ["RSA_3072", "EC_SECP384R1", "ED25519"])
async def test_csrs_of_every_classical_kind_are_signed_outside(sqlite_live: Live, kind: str) -> None:
    """OpenSSL reads the CSR, checks its signature, and we take what it makes of it."""
    named = {**SOUND["attributes"], "key_algorithm": f"KEY_ALGORITHM_{kind}"}
    ca, csr = await asked(sqlite_live, attributes=named)
    root = outside_root(sqlite_live.clock())
    done = await install(sqlite_live, installation(ca, root.sign(csr, now=sqlite_live.clock()), root.chain))
    leaf = (await issue(sqlite_live, ca.id)).certificate
    assert openssl_verify(leaf.certificate, root=root.pem, intermediates=(done.certificate,)) == ""


async def test_an_ml_dsa_ca_asks_with_a_csr_of_its_kind(sqlite_live: Live) -> None:
    """OpenSSL 3.0 cannot sign it; that the CSR is sound, the library says."""
    named = {**SOUND["attributes"], "key_algorithm": "KEY_ALGORITHM_ML_DSA_65"}
    _, csr = await asked(sqlite_live, attributes=named)
    assert x509.load_pem_x509_csr(csr.encode()).is_signature_valid


async def test_a_leaf_names_the_key_as_the_outside_ca_did(sqlite_live: Live) -> None:
    """Where that CA chose the subject key identifier, leaves repeat it as their authority's."""
    ca, csr = await asked(sqlite_live)
    root = outside_root(sqlite_live.clock())
    certificate = root.sign(csr, now=sqlite_live.clock(), subjectKeyIdentifier="01020304")
    await install(sqlite_live, installation(ca, certificate, root.chain))
    leaf = (await issue(sqlite_live, ca.id)).certificate
    loaded = x509.load_pem_x509_certificate(leaf.certificate.encode())
    found = loaded.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert found.key_identifier == bytes.fromhex("01020304")
    assert openssl_verify(leaf.certificate, root=root.pem, intermediates=(certificate,)) == ""


async def test_a_chain_may_end_below_its_root(sqlite_live: Live) -> None:
    """What was not given cannot be judged."""
    ca, csr = await asked(sqlite_live)
    middle = outside_intermediate(outside_root(sqlite_live.clock()), sqlite_live.clock())
    certificate = middle.sign(csr, now=sqlite_live.clock())
    done = await install(sqlite_live, installation(ca, certificate, middle.pem))
    assert (state(done), done.certificate_chain) == ("ACTIVE", middle.pem)


async def test_it_signs_nothing_while_it_awaits(live: Live) -> None:
    """A profile on it is refused orders, with the state."""
    ca, _ = await asked(live)
    request = await leaf_order(live, ca.id)
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "AWAITING_CERTIFICATE")


async def test_the_outside_ca_decides_the_times(sqlite_live: Live) -> None:
    """A CSR has no validity: one that is ordered is refused rather than passed over."""
    named = {**SOUND["attributes"], "ttl": "1y", "not_before": "2030-01-01T00:00:00Z"}
    request = intermediate(sqlite_live, attributes=named)
    failure = await sqlite_live.refused(authorities(sqlite_live).CreateCertificateAuthority, request)
    assert broken(failure) == {("attributes.ttl", "NOT_FOR_CA"), ("attributes.not_before", "NOT_FOR_CA")}


async def test_installing_again_changes_nothing(live: Live) -> None:
    """The same certificate with the same chain is no change; another one is refused."""
    ca, csr = await asked(live)
    root = outside_root(live.clock())
    first, second = root.sign(csr, now=live.clock()), root.sign(csr, now=live.clock())
    done = await install(live, installation(ca, first, root.chain))
    assert await install(live, installation(ca, first, root.chain, ca.etag)) == done
    failure = await live.refused(
        authorities(live).InstallCertificateAuthorityCertificate, installation(ca, second, root.chain)
    )
    assert failure.reason == "STATE_CONFLICT"
    assert len(await live.app.store.list(AuditRecord, object_id=ca.id)) == 2


async def test_an_outdated_etag_installs_nothing(sqlite_live: Live) -> None:
    """The present one is told."""
    ca, csr = await asked(sqlite_live)
    root = outside_root(sqlite_live.clock())
    request = installation(ca, root.sign(csr, now=sqlite_live.clock()), root.chain, "1")
    failure = await sqlite_live.refused(
        authorities(sqlite_live).InstallCertificateAuthorityCertificate, request
    )
    assert (failure.reason, failure.metadata["etag"]) == ("VERSION_MISMATCH", ca.etag)


async def test_our_own_cas_take_no_certificate(sqlite_live: Live) -> None:
    """A root has one, and no CSR."""
    root = await get(sqlite_live, sqlite_live.ids["root_ca_id"])
    outside = outside_root(sqlite_live.clock())
    install_ = authorities(sqlite_live).InstallCertificateAuthorityCertificate
    failure = await sqlite_live.refused(install_, installation(root, outside.pem, outside.pem))
    assert failure.reason == "STATE_CONFLICT"
    csr = messages.GetCertificateAuthorityCsrRequest(id=root.id)
    failure = await sqlite_live.refused(authorities(sqlite_live).GetCertificateAuthorityCsr, csr)
    assert failure.reason == "STATE_CONFLICT"
