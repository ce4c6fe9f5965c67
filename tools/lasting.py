"""The demo's last part: a certificate that the server renews by itself, and one that is revoked.

It is also the example of a client that keeps a certificate up to date by a stream.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio

from certmanager.v1 import certificate_pb2, profile_pb2, x509_pb2
from certmanager.v1.certificate_authority_service_pb2 import GetCertificateAuthorityRequest
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2 import (
    IssueCertificateRequest,
    RevokeCertificateRequest,
    WatchCertificateRequest,
)
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.profile_service_pb2 import CreateCertificateProfileRequest
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from tools.connecting import SECONDS, connected_aio, owner_token
from tools.examining import openssl
from tools.running import Server
from tools.telling import expect, say, title

LIFETIME, LEFT_AT_RENEWAL = "100s", 85
"""So short that the renewal is seen: it is due five seconds after the issuance, which is backdated by ten."""

Watch = Any
"""A call whose messages are read one by one."""


async def life(server: Server, directory: Path, *, host: str) -> None:
    """The server renews a certificate, its owner claims the new key, and revokes it."""
    async with connected_aio(server, owner_token(server)) as owner:
        title("A certificate for 100 seconds, whose renewal is seen on the watch")
        first = await issue(owner, await create_profile(owner, server.ids), host=host)
        watch = CertificateServiceStub(owner).WatchCertificate(
            WatchCertificateRequest(certificate_id=first), timeout=SECONDS
        )
        renewed = await renewal(owner, watch, first)
        title("It is revoked: the watch, OCSP and the CRL all tell")
        files = await written(owner, renewed, directory)
        await asyncio.to_thread(ask_ocsp, server, files, "good")
        await CertificateServiceStub(owner).RevokeCertificate(
            RevokeCertificateRequest(
                certificate_id=renewed.id,
                reason=x509_pb2.REVOCATION_REASON_SUPERSEDED,
                request_id=str(uuid4()),
            ),
            timeout=SECONDS,
        )
        await until(watch, certificate_pb2.CERTIFICATE_STATE_REVOKED)
        await asyncio.to_thread(ask_ocsp, server, files, "revoked")
        await asyncio.to_thread(await_crl, files)
        watch.cancel()


async def create_profile(owner: grpc.aio.Channel, ids: dict[str, str]) -> str:
    """The id of a profile that renews what has 85 % of its lifetime left."""
    request = CreateCertificateProfileRequest(
        project_id=ids["project_id"],
        ca_id=ids["ca_id"],
        certificate_policy_id=ids["certificate_policy_id"],
        slug="renewed-by-the-server",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        api_config=profile_pb2.ApiEnrollmentConfig(auto_renew=True, renew_before_percent=LEFT_AT_RENEWAL),
    )
    answer = await ProfileServiceStub(owner).CreateCertificateProfile(request, timeout=SECONDS)
    return str(answer.certificate_profile.id)


async def issue(owner: grpc.aio.Channel, profile_id: str, *, host: str) -> str:
    """The id of a certificate that ends soon."""
    order = IssueCertificateRequest(
        profile_id=profile_id,
        attributes=certificate_pb2.CertificateAttributes(common_name=host, ttl=LIFETIME),
    )
    issued = (await CertificateServiceStub(owner).IssueCertificate(order, timeout=SECONDS)).certificate
    say(f"it ends at {issued.not_after.ToJsonString()}")
    return str(issued.certificate_id)


async def renewal(owner: grpc.aio.Channel, watch: Watch, first: str) -> certificate_pb2.Certificate:
    """The successor, once its key is the owner's: told of by the watch, claimed, and told of again."""
    expect("the watch tells of it at once", holds=(await until(watch)).id == first)
    successor = await until(watch, key=certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE)
    renews = successor.renewed_from_certificate_id == first and successor.id != first
    expect("the watch: renewed by the server, a private key waits to be claimed", holds=renews)
    claim = ClaimPrivateKeyRequest(
        certificate_request_id=successor.certificate_request_id, request_id=str(uuid4())
    )
    claimed = await CertificateRequestServiceStub(owner).ClaimPrivateKey(claim, timeout=SECONDS)
    expect("the claim gives it", holds="PRIVATE KEY" in claimed.certificate.private_key)
    current = await until(watch, key=certificate_pb2.PRIVATE_KEY_STATE_DELIVERED)
    expect("the watch: this is the certificate to use now", holds=current.id == successor.id)
    return current


async def until(watch: Watch, state: int = 0, *, key: int = 0) -> certificate_pb2.Certificate:
    """The next certificate on the watch that is in a state, and whose key is in one; 0 stands for any."""
    async for message in watch:
        found = message.certificate
        fits = state in (0, found.state) and key in (0, found.private_key_state)
        if message.HasField("certificate") and fits:
            told: certificate_pb2.Certificate = found
            return told
    raise AssertionError("a watch on a certificate has no end of its own")


async def written(
    owner: grpc.aio.Channel, leaf: certificate_pb2.Certificate, directory: Path
) -> dict[str, Path]:
    """The certificate, its issuer and the root, each as a file."""
    authorities = CertificateAuthorityServiceStub(owner)
    request = GetCertificateAuthorityRequest(id=leaf.ca_id)
    issuer = (await authorities.GetCertificateAuthority(request, timeout=SECONDS)).certificate_authority
    texts = {"leaf": leaf.certificate, "issuer": issuer.certificate, "root": issuer.certificate_chain}
    files = {name: directory / f"renewed-{name}.pem" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text)
    return files


def ask_ocsp(server: Server, files: dict[str, Path], status: str) -> None:
    """OpenSSL asks the responder, checks its signature, and prints what it says."""
    told = openssl(
        "ocsp", "-issuer", str(files["issuer"]), "-cert", str(files["leaf"]),
        "-CAfile", str(files["root"]), "-url", f"{server.endpoints['pki']}/ocsp",
    )  # fmt: skip
    expect(f"openssl ocsp: {status}", holds=f"{files['leaf']}: {status}" in told)


def await_crl(files: dict[str, Path]) -> None:
    """OpenSSL fetches the CRL from where the certificate says; within a second it names the certificate."""
    command = (
        "openssl", "verify", "-crl_check", "-crl_download", "-no-CApath", "-no-CAstore",
        "-CAfile", str(files["root"]), "-untrusted", str(files["issuer"]), str(files["leaf"]),
    )  # fmt: skip
    until = time.monotonic() + SECONDS
    told = ""
    while "certificate revoked" not in told and time.monotonic() < until:
        told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    expect(
        "openssl verify -crl_check -crl_download: certificate revoked", holds="certificate revoked" in told
    )
