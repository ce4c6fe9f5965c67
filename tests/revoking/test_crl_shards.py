"""CRLs in shards: each certificate on one of them, which certificate and CRL name by the same address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certmanager.v1 import certificate_authority_pb2, x509_pb2
from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.config import Settings
from tests.ordering import open_policy
from tests.revoking.crl_desk import Issued, crl_of, fetched, issued, not_fetched, published, revoke, serials
from tests.revoking.crl_oracles import openssl_crl_check, pkilint_findings
from tests.serving import Live, running

SHARDS = 4
BASE = "http://pki.example.com"


@dataclass(frozen=True, slots=True)
class Sharded:
    """A CA under the first root whose CRL has four shards, and a profile on it."""

    live: Live
    ca_id: str
    profile_id: str

    async def issue(self) -> Issued:
        """A certificate of the CA."""
        return await issued(self.live, profile_id=self.profile_id)

    async def shard_of(self, certificate: Issued) -> int:
        """The shard whose address a certificate names."""
        url = _point(certificate)
        told = [await fetched(self.live, self.ca_id, shard=shard) for shard in range(SHARDS)]
        (shard,) = [crl.shard for crl in told if crl.url == url]
        return shard


@pytest.fixture
async def sharded(settings: Settings) -> AsyncIterator[Sharded]:
    """On each database."""
    async with running(settings.model_copy(update={"pki_url": BASE})) as live:
        order = messages.CreateCertificateAuthorityRequest(
            project_id=live.ids["project_id"],
            type=certificate_authority_pb2.CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE,
            parent_ca_id=live.ids["root_ca_id"],
            crl_shards=SHARDS,
        )
        order.attributes.common_name = "A CA with shards"
        order.attributes.key_algorithm = x509_pb2.KEY_ALGORITHM_EC_PRIME256V1
        create = live.stub(CertificateAuthorityServiceStub).CreateCertificateAuthority
        ca_id = (await live.call(create, order)).certificate_authority.id
        profile_id = await live.profile(ca_id=ca_id, policy=open_policy())
        yield Sharded(live, ca_id, profile_id)


async def test_certificate_and_crl_name_one_address(sharded: Sharded) -> None:
    """Octet by octet, and the extension that makes it a shard is critical (RFC 5280, 5.2.5)."""
    certificate = await sharded.issue()
    shard = await sharded.shard_of(certificate)
    crl = await crl_of(sharded.live, await published(sharded.live, sharded.ca_id, shard=shard))
    point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert [name.value for name in point.value.full_name or ()] == [_point(certificate)]
    assert pkilint_findings(crl.public_bytes(Encoding.DER)) == []


async def test_what_is_revoked_is_on_its_own_shard_alone(sharded: Sharded) -> None:
    """The others are not even made anew."""
    live, ca_id = sharded.live, sharded.ca_id
    certificate = await sharded.issue()
    shard = await sharded.shard_of(certificate)
    before = [await published(live, ca_id, shard=each) for each in range(SHARDS)]
    await revoke(live, certificate.id)
    row = await published(live, ca_id, lambda row: row.entries == 1, shard=shard)
    assert serials(await crl_of(live, row)) == {certificate.serial}
    after = [await published(live, ca_id, shard=each) for each in range(SHARDS)]
    assert [new.shard for old, new in zip(before, after, strict=True) if new.number != old.number] == [shard]


async def test_openssl_follows_the_shards(sharded: Sharded) -> None:
    """A good and a revoked certificate, with the CRLs of the whole chain at hand."""
    live, ca_id = sharded.live, sharded.ca_id
    good, bad = await sharded.issue(), await sharded.issue()
    await revoke(live, bad.id)
    await published(live, ca_id, lambda row: row.entries == 1, shard=await sharded.shard_of(bad))
    crls = [await fetched(live, ca_id, shard=shard) for shard in range(SHARDS)]
    pems = (*(crl.crl for crl in crls), (await fetched(live, live.ids["root_ca_id"])).crl)
    issuer, root = x509.load_pem_x509_certificates(good.chain.encode())
    chain = [each.public_bytes(Encoding.PEM).decode() for each in (issuer, root)]
    told = [
        openssl_crl_check(one.pem, root=chain[1], intermediates=chain[0], crls=pems) for one in (good, bad)
    ]
    assert told[0] == ""
    assert "certificate revoked" in told[1]


@pytest.mark.parametrize(("shard", "generation"), [(SHARDS, 0), (1023, 0), (0, 2), (0, 1_000_000)], ids=str)
async def test_there_are_no_others(sharded: Sharded, shard: int, generation: int) -> None:
    """A shard or a generation that the CA does not have is not found."""
    failure = await not_fetched(sharded.live, sharded.ca_id, shard=shard, generation=generation)
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")


async def test_the_first_generation_is_the_present_one(sharded: Sharded) -> None:
    """Until the CA is rotated."""
    told = await fetched(sharded.live, sharded.ca_id, shard=2, generation=1)
    assert told == await fetched(sharded.live, sharded.ca_id, shard=2)
    assert (told.ca_generation, told.shard, told.ca_id) == (1, 2, sharded.ca_id)


def _point(certificate: Issued) -> str:
    leaf = x509.load_pem_x509_certificate(certificate.pem.encode())
    (point,) = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    (name,) = point.full_name
    return str(name.value)
