"""Clients that show a certificate, and a server that has a listener for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from tests.ordering import csr_pem, open_policy, order
from tests.serving import Failure, Live, failure_of

CLIENT, SERVER = x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH, x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH
DEADLINE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate with its key, as a client shows it."""

    certificate: bytes
    key: bytes
    id: str = ""
    profile_id: str = ""
    token: str = ""
    """Of the identity that requested it."""


def pem(key: Any) -> bytes:
    octets: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return octets


async def issued(
    live: Live,
    *,
    name: str = "service",
    project_id: str = "",
    profile_id: str = "",
    token: str = "",
    usages: tuple[Any, ...] = (CLIENT,),
    **attributes: Any,
) -> Shown:
    """A certificate of a requester's, a new one unless its token is given."""
    project_id = project_id or live.ids["project_id"]
    profile_id = profile_id or await live.profile(policy=open_policy(), project_id=project_id)
    token = token or await live.token(name, roles={project_id: "REQUESTER"})
    key = ec.generate_private_key(ec.SECP256R1())
    asked = order(
        profile_id,
        csr=csr_pem(key=key),
        common_name=f"{name}.example.com",
        extended_key_usages=usages,
        **attributes,
    )
    made = (await live.call(live.certificates.IssueCertificate, asked, token=token)).certificate
    return Shown(made.certificate.encode(), pem(key), made.certificate_id, profile_id, token)


def self_signed(like: bytes) -> Shown:
    """A certificate with the names of another, signed by its own key."""
    found, key = x509.load_pem_x509_certificate(like), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(found.subject)
        .issuer_name(found.issuer)
        .public_key(key.public_key())
        .serial_number(found.serial_number)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Shown(made.public_bytes(Encoding.PEM), pem(key))


@asynccontextmanager
async def shown_to(live: Live, shown: Shown | None, *, listener: str = "mtls") -> AsyncIterator[Any]:
    """The stub of a connection on which the certificate is shown."""
    async with channel_to(live, shown, listener=listener) as channel:
        yield CertificateServiceStub(channel)


@asynccontextmanager
async def channel_to(
    live: Live, shown: Shown | None, *, listener: str = "mtls"
) -> AsyncIterator[grpc.aio.Channel]:
    roots = (live.directory / "ca.pem").read_bytes()
    pair = (shown.key, shown.certificate) if shown else ()
    credentials = grpc.ssl_channel_credentials(roots, *pair)
    async with grpc.aio.secure_channel(live.app.endpoints[listener], credentials) as channel:
        yield channel


def by_id(shown: Shown) -> messages.GetCertificateRequest:
    return messages.GetCertificateRequest(certificate_id=shown.id)


async def code_of(method: Any, request: Any, **how: Any) -> grpc.StatusCode:
    """How a call ends."""
    try:
        await method(request, timeout=DEADLINE, **how)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def failure(method: Any, request: Any, **how: Any) -> Failure:
    """How a call that must fail fails, as the server says it."""
    try:
        await method(request, timeout=DEADLINE, **how)
    except grpc.aio.AioRpcError as error:
        return failure_of(error)
    raise AssertionError("the call did not fail")
