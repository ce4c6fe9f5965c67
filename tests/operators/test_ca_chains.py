"""Chains: how long they get, how long they last, and what they are for binds all that is below."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import policy_pb2
from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import (
    ANYTHING,
    authorities,
    broken,
    create,
    get,
    intermediate,
    issue,
    leaf_order,
    order,
    state,
)
from tests.operators.ca_outside import Outside, outside_intermediate, outside_root
from tests.oracles import openssl_verify
from tests.serving import Live

LONGEST = 16
DAY = timedelta(days=1)


async def readable(live: Live) -> int:
    """How many CAs the list shows, each of which can be had alone as well."""
    request = messages.ListCertificateAuthoritiesRequest(project_id=live.ids["project_id"], page_size=100)
    answer = await live.call(authorities(live).ListCertificateAuthorities, request)
    for ca in answer.certificate_authorities:
        assert await get(live, ca.id) == ca
    return len(answer.certificate_authorities)


async def test_a_chain_of_sixteen_is_the_longest_that_is_made(live: Live) -> None:
    """The seventeenth is refused before it is signed, and all sixteen can be read and used."""
    before = await readable(live)
    unbounded = {"basic_constraints": {"is_ca": True}}
    ca = await create(live, order(live, attributes=unbounded))
    for place in range(1, LONGEST):
        named = {"common_name": f"CA {place}", "basic_constraints": None, "ttl": f"{1000 - place}d"}
        ca = await create(live, intermediate(live, ca.id, attributes=named))
    too_deep = intermediate(live, ca.id, attributes={"basic_constraints": None, "ttl": "1d"})
    failure = await live.refused(authorities(live).CreateCertificateAuthority, too_deep)
    assert (failure.reason, broken(failure)) == ("POLICY_VIOLATION", {("parent_ca_id", "CHAIN_TOO_LONG")})
    assert await readable(live) == before + LONGEST
    assert (await issue(live, ca.id)).certificate.certificate_chain.count("BEGIN") == LONGEST


def outside_chain(now: datetime, length: int) -> Outside:
    """An outside CA whose chain has so many certificates."""
    made = outside_root(now)
    for place in range(1, length):
        made = outside_intermediate(made, now, name=f" {place}", end=(1000 - place) * DAY)
    return made


async def test_a_chain_of_sixteen_is_the_longest_that_is_installed(live: Live) -> None:
    """With fifteen above it the CA is installed, read and used; with sixteen it goes on awaiting."""
    ca, csr = await asked(live)
    longer = outside_chain(live.clock(), LONGEST)
    refused = installation(ca, longer.sign(csr, now=live.clock()), longer.chain)
    failure = await live.refused(authorities(live).InstallCertificateAuthorityCertificate, refused)
    assert broken(failure) == {("certificate_chain", "CHAIN_TOO_LONG")}
    assert state(await get(live, ca.id)) == "AWAITING_CERTIFICATE"
    longest = outside_chain(live.clock(), LONGEST - 1)
    await install(live, installation(ca, longest.sign(csr, now=live.clock()), longest.chain))
    await readable(live)
    assert (await issue(live, ca.id)).certificate.certificate_chain.count("BEGIN") == LONGEST


def padded(now: datetime, csr: str, *, size: int) -> tuple[Outside, str]:
    """A root and a certificate of it whose PEM has about so many characters together."""
    octets = 60_000
    for _ in range(2):
        root = outside_root(now, **{"1.2.3.4": f"DER:0483{octets:06x}{'00' * octets}"})
        made = root.sign(csr, now=now)
        octets += (size - len(root.pem + made)) * 48 // 65
    return root, made


async def test_the_pem_of_a_chain_has_a_bound(live: Live) -> None:
    """256 KiB, for the chain that is installed as for the one that a CA below it would get."""
    ca, csr = await asked(live, attributes={"basic_constraints": {"path_length": 1}})
    now, limit = live.clock(), 256 * 1024
    install_ = authorities(live).InstallCertificateAuthorityCertificate
    room: dict[str, Any] = {"basicConstraints": "critical,CA:TRUE,pathlen:1"}
    root, _ = padded(now, csr, size=limit + 200)
    too_long = installation(ca, root.sign(csr, now=now, **room), root.chain)
    assert broken(await live.refused(install_, too_long)) == {("certificate_chain", "CHAIN_TOO_LONG")}
    root, _ = padded(now, csr, size=limit - 200)
    await install(live, installation(ca, root.sign(csr, now=now, **room), root.chain))
    below = intermediate(live, ca.id, attributes={"ttl": "1d"})
    failure = await live.refused(authorities(live).CreateCertificateAuthority, below)
    assert broken(failure) == {("parent_ca_id", "CHAIN_TOO_LONG")}
    await readable(live)
    await issue(live, ca.id, ttl="1d")


async def test_nothing_outlasts_the_first_of_its_chain_to_end(live: Live) -> None:
    """The CA has 2,000 days, the one above it 100: it ends with that one, and so does what it signs."""
    ca, csr = await asked(live)
    middle = outside_intermediate(outside_root(live.clock()), live.clock(), end=100 * DAY)
    certificate = middle.sign(csr, now=live.clock(), end=2000 * DAY)
    done = await install(live, installation(ca, certificate, middle.chain))
    end = x509.load_pem_x509_certificate(middle.pem.encode()).not_valid_after_utc
    assert done.not_after.ToDatetime(end.tzinfo) == end
    request = await leaf_order(live, ca.id, ttl="101d")
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert (failure.reason, failure.metadata["caNotAfter"]) == ("LIFETIME_EXCEEDS_CA", end.isoformat())
    named = end.isoformat().replace("+00:00", "Z")
    leaf = (await issue(live, ca.id, not_after=named)).certificate
    assert leaf.not_after == done.not_after


async def test_a_ca_whose_chain_nears_its_end_warns(live: Live) -> None:
    """Its own certificate has a year, the one above it ten days; a policy lets it sign for twenty."""
    ca, csr = await asked(live)
    middle = outside_intermediate(outside_root(live.clock()), live.clock(), end=10 * DAY)
    end = x509.load_pem_x509_certificate(middle.pem.encode()).not_valid_after_utc
    await install(live, installation(ca, middle.sign(csr, now=live.clock()), middle.chain))
    request = await leaf_order(live, ca.id, ttl="1d")
    policy = policy_pb2.CertificatePolicy()
    policy.CopyFrom(ANYTHING)
    policy.validity.max_lifetime.FromTimedelta(20 * DAY)
    request.profile_id = await live.profile(ca_id=ca.id, policy=policy)
    (warning,) = (await live.call(live.certificates.IssueCertificate, request)).warnings
    assert end.isoformat() in warning
    assert list((await get(live, ca.id)).warnings) == [warning]


SERVER, CLIENT, MAIL = (
    f"EXTENDED_KEY_USAGE_{name}" for name in ("SERVER_AUTH", "CLIENT_AUTH", "EMAIL_PROTECTION")
)
PURPOSES: list[tuple[str | None, str | None, set[str]]] = [
    (None, None, {SERVER, CLIENT, MAIL}),
    ("clientAuth", None, {CLIENT}),
    (None, "clientAuth,emailProtection", {CLIENT, MAIL}),
    ("clientAuth,serverAuth", "clientAuth,emailProtection", {CLIENT}),
    ("clientAuth", "anyExtendedKeyUsage", {CLIENT}),
    ("clientAuth,anyExtendedKeyUsage", None, {SERVER, CLIENT, MAIL}),
]


@pytest.mark.parametrize(("own", "above", "usable"), PURPOSES)
async def test_a_leaf_is_for_what_its_whole_chain_is_for(
    live: Live, own: str | None, above: str | None, usable: set[str]
) -> None:
    """A usage that a CA above does not have is refused, for verifiers would refuse the certificate."""
    ca, csr = await asked(live)
    middle = outside_intermediate(outside_root(live.clock()), live.clock(), extendedKeyUsage=above)
    certificate = middle.sign(csr, now=live.clock(), extendedKeyUsage=own)
    await install(live, installation(ca, certificate, middle.chain))
    assert await granted(live, ca.id) == usable
    await issue(live, ca.id)


async def granted(live: Live, ca_id: str) -> set[str]:
    """The usages that the CA certifies, one at a time; the others must be refused for what they are."""
    found = set()
    for usage in (SERVER, CLIENT, MAIL):
        request = await leaf_order(live, ca_id, extended_key_usages=[usage], ttl="1d")
        request.validate_only = True
        answer: Any = await live.call(live.certificates.IssueCertificate, request)
        rules = {(each.field, each.rule) for each in answer.violations}
        assert rules <= {("attributes.extended_key_usages", "EXTENDED_KEY_USAGE_NOT_OF_CA")}
        found |= set() if rules else {usage}
    return found


async def test_openssl_agrees_on_the_purpose_of_a_chain(live: Live) -> None:
    """A leaf for clients below a CA for clients alone, verified as a client's."""
    ca, csr = await asked(live)
    root = outside_root(live.clock())
    certificate = root.sign(csr, now=live.clock(), extendedKeyUsage="clientAuth")
    await install(live, installation(ca, certificate, root.chain))
    leaf = (await issue(live, ca.id, extended_key_usages=[CLIENT])).certificate.certificate
    assert openssl_verify(leaf, root=root.pem, intermediates=(certificate,), purpose="sslclient") == ""
    request = await leaf_order(live, ca.id, extended_key_usages=[SERVER])
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert failure.fields == {"attributes.extended_key_usages": "EXTENDED_KEY_USAGE_NOT_OF_CA"}


FOREIGN = [
    "RID:1.2.3.4", "otherName:1.2.3;UTF8:x", "DNS:_bad_.example", "DNS:a b", "email:nobody",
    "URI:nothing", "dirName:dn\n[dn]\nCN=x",
]  # fmt: skip


async def test_names_that_we_would_not_issue_may_stand_in_a_ca(live: Live) -> None:
    """Whatever alternative name an outside CA gave: the CA is installed, read and used."""
    now = live.clock()
    root = outside_root(now)
    for name in FOREIGN:
        ca, csr = await asked(live, name=name[:20].partition("\n")[0])
        done = await install(live, installation(ca, root.sign(csr, now=now, subjectAltName=name), root.chain))
        assert state(done) == "ACTIVE", name
        await issue(live, ca.id, ttl="1d")
    await readable(live)
