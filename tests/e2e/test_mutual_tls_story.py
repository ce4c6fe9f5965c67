"""A TLS server and its clients, with certificates of ours on both sides, until one of them is revoked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from tests.ordering import open_policy
from tests.serving import Live

SERVER, CLIENT = x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH
GREETING = b"hello"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a connection: the files of its key and certificate chain."""

    id: str
    key: Path
    chain: Path


@dataclass(frozen=True, slots=True)
class Desk:
    """Where certificates are asked for, and what relying parties need to judge them."""

    live: Live
    profile_id: str
    home: Path

    async def party(self, name: str, usage: int) -> Party:
        """A new side with a key of its own, which the CA never sees."""
        key = ec.generate_private_key(ec.SECP256R1())
        csr = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([]))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        request = messages.IssueCertificateRequest(
            profile_id=self.profile_id,
            csr=csr.public_bytes(Encoding.PEM).decode(),
            attributes=certificate_pb2.CertificateAttributes(extended_key_usages=[usage]),  # type: ignore[list-item]
        )
        issued = (await self.live.call(self.live.certificates.IssueCertificate, request)).certificate
        made = Party(issued.certificate_id, self.home / f"{name}.key", self.home / f"{name}.crt")
        made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        made.chain.write_text(issued.certificate + issued.certificate_chain)
        return made

    async def anchors(self) -> str:
        """The root, and the present CRLs of the root and of the CA that issues, in PEM."""
        stub = self.live.stub(CertificateAuthorityServiceStub)
        texts = []
        for name in ("root_ca_id", "ca_id"):
            request = authorities.GetCertificateRevocationListRequest(id=self.live.ids[name])
            answer = await self.live.call(stub.GetCertificateRevocationList, request)
            texts.append(answer.certificate_revocation_list.crl)
        root = authorities.GetCertificateAuthorityRequest(id=self.live.ids["root_ca_id"])
        found = (await self.live.call(stub.GetCertificateAuthority, root)).certificate_authority
        return "".join((found.certificate, *texts))

    async def revoke(self, party: Party) -> None:
        """Its certificate is not to be trusted any more, and its CRL says so."""
        before = await self.anchors()
        request = messages.RevokeCertificateRequest(certificate_id=party.id)
        await self.live.call(self.live.certificates.RevokeCertificate, request)
        async with asyncio.timeout(60):
            while await self.anchors() == before:  # noqa: ASYNC110 - nothing but the CRL itself tells of it
                await asyncio.sleep(0.05)


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    policy = open_policy()
    return Desk(sqlite_live, await sqlite_live.profile(policy=policy), tmp_path)


def context(purpose: ssl.Purpose, own: Party, anchors: str) -> ssl.SSLContext:
    """Shows its own certificate and wants the other's; each certificate of the chain must be on no CRL."""
    (path := own.chain.with_suffix(".anchors")).write_text(anchors)
    made = ssl.create_default_context(purpose, cafile=path)  # `cadata` would pass over the CRLs
    made.load_cert_chain(own.chain, own.key)
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN | ssl.VERIFY_X509_STRICT
    return made


@asynccontextmanager
async def greeting(tls: ssl.SSLContext) -> AsyncIterator[int]:
    """A server that greets whoever it trusts; its port."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


async def greeted(port: int, tls: ssl.SSLContext, *, host: str) -> bytes:
    """What a client hears. Raises ssl.SSLError or ConnectionError if either side distrusts the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=host)
    try:
        heard = await reader.read()
    finally:
        writer.close()
    if not heard:
        raise ConnectionError("the server has hung up")
    return heard


async def test_both_sides_trust_each_other_until_the_client_is_revoked(desk: Desk) -> None:
    """The other client goes on."""
    server = await desk.party("server.example.com", SERVER)
    alice, bob = await desk.party("alice.example.com", CLIENT), await desk.party("bob.example.com", CLIENT)
    for revoked in (False, True):
        if revoked:
            await desk.revoke(alice)
        anchors = await desk.anchors()
        async with greeting(context(ssl.Purpose.CLIENT_AUTH, server, anchors)) as port:
            mine = context(ssl.Purpose.SERVER_AUTH, bob, anchors)
            assert await greeted(port, mine, host="server.example.com") == GREETING
            hers = context(ssl.Purpose.SERVER_AUTH, alice, anchors)
            if not revoked:
                assert await greeted(port, hers, host="server.example.com") == GREETING
                continue
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await greeted(port, hers, host="server.example.com")


async def test_a_client_trusts_a_server_until_that_is_revoked(desk: Desk) -> None:
    """It says that the certificate is revoked."""
    server = await desk.party("server.example.com", SERVER)
    client = await desk.party("bob.example.com", CLIENT)
    trusting = context(ssl.Purpose.CLIENT_AUTH, server, await desk.anchors())
    async with greeting(trusting) as port:
        before = context(ssl.Purpose.SERVER_AUTH, client, await desk.anchors())
        assert await greeted(port, before, host="server.example.com") == GREETING
        await desk.revoke(server)
        after = context(ssl.Purpose.SERVER_AUTH, client, await desk.anchors())
        with pytest.raises(ssl.SSLCertVerificationError, match="certificate revoked"):
            await greeted(port, after, host="server.example.com")
