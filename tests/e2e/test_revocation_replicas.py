"""Revoked at one server, told by the other: its CRL, its OCSP responder and its watches."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from cryptography import x509

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from server.config import Settings
from tests.e2e.pairs import Replica, news, two_servers
from tests.e2e.processes import PATIENCE, Process

BASE = "http://pki.example.com"
LISTENING = ("--pki-http-address", "127.0.0.1:0", "--pki-url", BASE)
REVOKED = certificate_pb2.CERTIFICATE_STATE_REVOKED


async def issued(replica: Replica) -> certificate_pb2.IssuedCertificate:
    request = certificates.IssueCertificateRequest(profile_id=replica.process.ids["profile_id"])
    request.attributes.common_name = "a.example.com"
    answer = await replica.call(CertificateServiceStub, "IssueCertificate", request)
    made: certificate_pb2.IssuedCertificate = answer.certificate
    return made


async def revoke(replica: Replica, id_: str) -> None:
    request = certificates.RevokeCertificateRequest(certificate_id=id_)
    await replica.call(CertificateServiceStub, "RevokeCertificate", request)


def watch(replica: Replica, id_: str) -> Any:
    """A watch on the lineage of a certificate."""
    request = certificates.WatchCertificateRequest(certificate_id=id_)
    stub = CertificateServiceStub(replica.channel)
    return stub.WatchCertificate(request, metadata=replica.process.auth(), timeout=PATIENCE)


async def is_listed(replica: Replica, serial: str) -> bool:
    """Whether the CRL that a server publishes has the serial number."""
    request = authorities.GetCertificateRevocationListRequest(id=replica.process.ids["ca_id"])
    stub = CertificateAuthorityServiceStub
    told = (await replica.call(stub, "GetCertificateRevocationList", request)).certificate_revocation_list
    crl = x509.load_pem_x509_crl(told.crl.encode())
    return crl.get_revoked_certificate_by_serial_number(int(serial, 16)) is not None


def fetched(process: Process, path: str) -> bytes:
    """What a server's plain listener has under a path."""
    with urlopen(process.endpoints["pki"] + path, timeout=PATIENCE) as answer:
        octets: bytes = answer.read()
    return octets


def ocsp(process: Process, home: Path, leaf: certificate_pb2.IssuedCertificate) -> str:
    """What the responder of a server says, to OpenSSL."""
    files = {name: home / f"{name}.pem" for name in ("leaf", "issuer", "chain")}
    files["leaf"].write_text(leaf.certificate)
    files["issuer"].write_text(leaf.issuing_ca_certificate)
    files["chain"].write_text(leaf.certificate_chain)
    url = f"{process.endpoints['pki']}/ocsp"
    named: list[str | Path] = ["-issuer", files["issuer"], "-cert", files["leaf"], "-CAfile", files["chain"]]
    done = subprocess.run(
        ["openssl", "ocsp", *named, "-url", url], capture_output=True, text=True, check=True
    )
    assert "Response verify OK" in done.stderr
    return str(done.stdout.splitlines()[0].rpartition(": ")[2])


async def test_a_revocation_reaches_whoever_asks_the_other_server(
    postgres_settings: Settings, tmp_path: Path
) -> None:
    """Its watch at once, its responder and its CRL as soon."""
    home, url = postgres_settings.data_dir, postgres_settings.database_url
    with two_servers(home, url, *LISTENING) as (first, second):
        async with first.channel() as to_first, second.channel() as to_second:
            here, there = Replica(first, to_first), Replica(second, to_second)
            leaf = await issued(here)
            stream = watch(there, leaf.certificate_id)
            assert (await news(stream)).certificate.id == leaf.certificate_id
            assert await asyncio.to_thread(ocsp, second, tmp_path, leaf) == "good"
            await revoke(here, leaf.certificate_id)
            assert (await news(stream)).certificate.state == REVOKED
            stream.cancel()
            async with asyncio.timeout(PATIENCE):
                while not await is_listed(there, leaf.serial_number):  # noqa: ASYNC110 - it is asked as its clients do
                    await asyncio.sleep(0.05)
            assert await asyncio.to_thread(ocsp, second, tmp_path, leaf) == "revoked"


async def test_each_server_publishes_the_same_list(postgres_settings: Settings) -> None:
    """Octet by octet, under the path that certificates name."""
    home, url = postgres_settings.data_dir, postgres_settings.database_url
    with two_servers(home, url, *LISTENING) as (first, second):
        async with first.channel() as channel:
            here = Replica(first, channel)
            leaf = await issued(here)
            points = x509.load_pem_x509_certificate(leaf.certificate.encode()).extensions
            (point,) = points.get_extension_for_class(x509.CRLDistributionPoints).value
            path = str(point.full_name[0].value).removeprefix(BASE)
            await revoke(here, leaf.certificate_id)
            async with asyncio.timeout(PATIENCE):
                while not await is_listed(here, leaf.serial_number):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.05)
            lists = [await asyncio.to_thread(fetched, process, path) for process in (first, second)]
    assert lists[0] == lists[1]
    crl = x509.load_der_x509_crl(lists[0])
    assert crl.get_revoked_certificate_by_serial_number(int(leaf.serial_number, 16)) is not None
