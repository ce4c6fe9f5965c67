"""What an outside CA made and we do not take: each fault by the field that has it."""

# ruff: noqa: E501 - tables read in rows

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki.pem import certificate_pem
from server.store.records import AuthorityRecord
from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import authorities, broken, intermediate, state
from tests.operators.ca_outside import Outside, numbered, other_csr, outside_intermediate, outside_root
from tests.serving import Live

Made = Callable[[Outside, str, Any], tuple[str, str]]
"""Certificate and chain, from the outside root, our CSR and the present."""

CERTIFICATE, CHAIN = "certificate", "certificate_chain"


def signed(**how: Any) -> Made:
    return lambda root, csr, now: (root.sign(csr, now=now, **how), root.chain)


def under(**how: Any) -> Made:
    """Signed by an outside intermediate that is made so."""

    def make(root: Outside, csr: str, now: Any) -> tuple[str, str]:
        middle = outside_intermediate(root, now, **how)
        return middle.sign(csr, now=now), middle.chain

    return make


def below(**how: Any) -> Made:
    """Signed by an outside root that is made so."""

    def make(_: Outside, csr: str, now: Any) -> tuple[str, str]:
        root = outside_root(now, **how)
        return root.sign(csr, now=now), root.chain

    return make


def changed(pem: str) -> str:
    """The certificate with the last octet of its signature changed."""
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return certificate_pem(der[:-1] + bytes([der[-1] ^ 1]))


def by_stranger(root: Outside, csr: str, now: Any) -> tuple[str, str]:
    """Signed by a root of the same name with another key."""
    return root.sign(csr, now=now), outside_root(now).chain


def serial(number: str) -> Made:
    return lambda root, csr, _: (numbered(root, csr, number), root.chain)


def weak_root(_: Outside, csr: str, now: Any) -> tuple[str, str]:
    root = outside_root(now, key="RSA:1024")
    return root.sign(csr, now=now), root.chain


REFUSED: list[tuple[str, Made, set[tuple[str, str]]]] = [
    ("no PEM", lambda r, _, __: ("x", r.chain), {(CERTIFICATE, "CERTIFICATE_PEM")}),
    ("nothing readable", lambda *_: ("x", "-----BEGIN CERTIFICATE-----"), {(CERTIFICATE, "CERTIFICATE_PEM"), (CHAIN, "CERTIFICATE_PEM")}),
    ("two certificates", lambda r, c, n: (r.sign(c, now=n) + r.pem, r.chain), {(CERTIFICATE, "CERTIFICATE_PEM")}),
    ("a CSR", lambda r, c, _: (c, r.chain), {(CERTIFICATE, "CERTIFICATE_PEM")}),
    ("wrong key", lambda r, _, n: (r.sign(other_csr("/CN=Acme"), now=n), r.chain), {(CERTIFICATE, "KEY_MISMATCH")}),
    ("wrong subject", signed(subject="/CN=Evil"), {(CERTIFICATE, "SUBJECT_MISMATCH")}),
    ("not a CA", signed(basicConstraints="critical,CA:FALSE"), {(CERTIFICATE, "NOT_CA")}),
    ("no constraints", signed(basicConstraints=None), {(CERTIFICATE, "NOT_CA")}),
    ("not critical", signed(basicConstraints="CA:TRUE,pathlen:0"), {(CERTIFICATE, "EXTENSION_NOT_CRITICAL")}),
    ("more room than asked", signed(basicConstraints="critical,CA:TRUE,pathlen:1"), {(CERTIFICATE, "PATH_LENGTH_TOO_LARGE")}),
    ("no path length where one was asked", signed(basicConstraints="critical,CA:TRUE"), {(CERTIFICATE, "PATH_LENGTH_TOO_LARGE")}),
    ("serial number 0", serial("0"), {(CERTIFICATE, "SERIAL_RANGE")}),
    ("negative serial number", serial("-5"), {(CERTIFICATE, "SERIAL_RANGE")}),
    ("serial number of 21 octets", serial("0x80" + "00" * 19), {(CERTIFICATE, "SERIAL_RANGE")}),
    ("empty SKI", signed(subjectKeyIdentifier="DER:0400"), {(CERTIFICATE, "SUBJECT_KEY_ID_REQUIRED")}),
    ("policies required", signed(policyConstraints="requireExplicitPolicy:0"), {(CERTIFICATE, "CERTIFICATE_POLICIES_REQUIRED")}),
    ("no policy for all", signed(inhibitAnyPolicy="critical,0"), {(CERTIFICATE, "CERTIFICATE_POLICIES_REQUIRED")}),
    ("policies required above", under(policyConstraints="critical,requireExplicitPolicy:2"), {(CHAIN, "CERTIFICATE_POLICIES_REQUIRED")}),
    ("unknown critical above", under(**{"1.2.3.4": "critical,DER:0500"}), {(CHAIN, "EXTENSION_CRITICAL")}),
    ("unknown critical in the root", below(**{"1.2.3.4": "critical,DER:0500"}), {(CHAIN, "EXTENSION_CRITICAL")}),
    ("expired", signed(begin=timedelta(days=-9), end=timedelta(days=-1)), {(CERTIFICATE, "EXPIRED")}),
    ("not yet valid", signed(begin=timedelta(days=1)), {(CERTIFICATE, "NOT_YET_VALID")}),
    ("SHA-1", signed(digest="sha1"), {(CERTIFICATE, "SIGNATURE_WEAK")}),
    ("no keyCertSign", signed(keyUsage="critical,cRLSign"), {(CERTIFICATE, "KEY_CERT_SIGN_REQUIRED")}),
    ("no cRLSign", signed(keyUsage="critical,keyCertSign"), {(CERTIFICATE, "CRL_SIGN_REQUIRED")}),
    ("no key usage", signed(keyUsage=None), {(CERTIFICATE, "KEY_CERT_SIGN_REQUIRED"), (CERTIFICATE, "CRL_SIGN_REQUIRED")}),
    ("no SKI", signed(subjectKeyIdentifier="none"), {(CERTIFICATE, "SUBJECT_KEY_ID_REQUIRED")}),
    ("no AKI", signed(authorityKeyIdentifier="none"), {(CERTIFICATE, "AUTHORITY_KEY_ID_REQUIRED")}),
    ("unknown critical", signed(**{"1.2.3.4": "critical,DER:0500"}), {(CERTIFICATE, "EXTENSION_CRITICAL")}),
    ("broken signature", lambda r, c, n: (changed(r.sign(c, now=n)), r.chain), {(CERTIFICATE, "SIGNATURE_INVALID")}),
    ("another's key", by_stranger, {(CERTIFICATE, "SIGNATURE_INVALID"), (CERTIFICATE, "AUTHORITY_KEY_ID_MISMATCH")}),
    ("another issuer", lambda r, c, n: (r.sign(c, now=n), outside_intermediate(r, n).chain), {(CHAIN, "CHAIN_BROKEN")}),
    ("a stray at the end", lambda r, c, n: (r.sign(c, now=n), r.chain + outside_intermediate(r, n).pem), {(CHAIN, "CHAIN_BROKEN")}),
    ("repeated", lambda r, c, n: (r.sign(c, now=n), r.pem + r.pem), {(CHAIN, "CHAIN_REPEATED")}),
    ("weak root", weak_root, {(CHAIN, "KEY_WEAK")}),
    ("issuer is no CA", under(basicConstraints="critical,CA:FALSE"), {(CHAIN, "ISSUER_NOT_CA")}),
    ("issuer signs no certificates", under(keyUsage="critical,cRLSign"), {(CHAIN, "ISSUER_NOT_CA")}),
    ("no room in the chain", under(basicConstraints="critical,CA:TRUE,pathlen:0"), {(CHAIN, "PATH_LENGTH_TOO_SMALL")}),
    ("no room below the root", below(basicConstraints="critical,CA:TRUE,pathlen:0"), {(CHAIN, "PATH_LENGTH_TOO_SMALL")}),
    ("subject not permitted", below(nameConstraints="critical,permitted;dirName:dn\n[dn]\nO=Other"), {(CERTIFICATE, "NAME_NOT_PERMITTED")}),
    ("subject excluded", below(nameConstraints="critical,excluded;dirName:dn\n[dn]\nCN=ACME"), {(CERTIFICATE, "NAME_EXCLUDED")}),
    ("all at once", signed(subject="/CN=Evil", digest="sha1", begin=timedelta(days=-9), end=timedelta(days=-1), basicConstraints="critical,CA:FALSE"), {(CERTIFICATE, "SUBJECT_MISMATCH"), (CERTIFICATE, "SIGNATURE_WEAK"), (CERTIFICATE, "EXPIRED"), (CERTIFICATE, "NOT_CA")}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "wanted"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
async def test_what_is_not_ours_is_refused(
    sqlite_live: Live, make: Made, wanted: set[tuple[str, str]]
) -> None:
    """Every fault is told at once, of the field that has it, and the CA goes on awaiting."""
    ca, csr = await asked(sqlite_live)
    now = sqlite_live.clock()
    request = installation(ca, *make(outside_root(now), csr, now))
    failure = await sqlite_live.refused(
        authorities(sqlite_live).InstallCertificateAuthorityCertificate, request
    )
    assert failure.code.name == "INVALID_ARGUMENT"
    assert broken(failure) == wanted
    stored = await sqlite_live.app.store.get(AuthorityRecord, id=ca.id)
    assert stored is not None
    assert (stored.state, stored.certificate, stored.revision) == ("AWAITING_CERTIFICATE", None, ca.revision)


async def test_less_room_than_was_asked_for_is_refused(sqlite_live: Live) -> None:
    """A path length of 1 was asked for; what the field should allow is told."""
    ca, csr = await asked(
        sqlite_live, attributes={"common_name": "Acme", "basic_constraints": {"path_length": 1}}
    )
    root = outside_root(sqlite_live.clock())
    request = installation(ca, root.sign(csr, now=sqlite_live.clock()), root.chain)
    failure = await sqlite_live.refused(
        authorities(sqlite_live).InstallCertificateAuthorityCertificate, request
    )
    assert broken(failure) == {(CERTIFICATE, "PATH_LENGTH_TOO_SMALL")}
    assert (failure.metadata["violation0Value"], failure.metadata["violation0Allowed"]) == ("0", "1")


async def test_lost_name_constraints_are_refused(sqlite_live: Live) -> None:
    """The CSR asked to be constrained; a certificate without that could sign for any name."""
    constraints = {"permitted": [{"type": "ALT_NAME_TYPE_DNS", "value": "example.com"}]}
    ca, csr = await asked(sqlite_live, name_constraints=constraints)
    root = outside_root(sqlite_live.clock())
    install_ = authorities(sqlite_live).InstallCertificateAuthorityCertificate
    lost = installation(ca, root.sign(csr, now=sqlite_live.clock()), root.chain)
    assert broken(await sqlite_live.refused(install_, lost)) == {(CERTIFICATE, "NAME_CONSTRAINTS_DIFFER")}
    kept = root.sign(csr, now=sqlite_live.clock(), nameConstraints="critical,permitted;DNS:example.com")
    assert state(await install(sqlite_live, installation(ca, kept, root.chain))) == "ACTIVE"


async def test_the_path_lengths_above_bind_us(sqlite_live: Live) -> None:
    """Our own certificate sets none, the outside root one: the CA is told to have that much less."""
    ca, csr = await asked(sqlite_live, attributes={"common_name": "Acme", "basic_constraints": None})
    root = outside_root(sqlite_live.clock(), basicConstraints="critical,CA:TRUE,pathlen:2")
    certificate = root.sign(csr, now=sqlite_live.clock(), basicConstraints="critical,CA:TRUE")
    done = await install(sqlite_live, installation(ca, certificate, root.chain))
    assert done.path_length == 1
    request = intermediate(
        sqlite_live, ca.id, attributes={"ttl": "30d", "basic_constraints": {"path_length": 1}}
    )
    failure = await sqlite_live.refused(authorities(sqlite_live).CreateCertificateAuthority, request)
    assert broken(failure) == {("attributes.basic_constraints.path_length", "PATH_LENGTH_EXCEEDS_CA")}
