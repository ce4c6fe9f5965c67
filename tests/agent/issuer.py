"""A CA that a test steers: it answers the agent's calls over gRPC, and tells its watch what it is told to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_request_service_pb2 as requests
from certmanager.v1 import certificate_service_pb2 as service
from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, Certificate, IssuedCertificate
from certmanager.v1.certificate_request_pb2 import (
    CERTIFICATE_REQUEST_STATE_ISSUED,
    CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL,
    CertificateRequest,
)
from certmanager_client.target import Target
from tests.cli.scripted import Failing

ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
_ROOT_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")])
_CALLS: dict[str, type[Any]] = {
    "IssueCertificate": service.IssueCertificateRequest,
    "RenewCertificate": service.RenewCertificateRequest,
    "GetLatestCertificate": service.GetLatestCertificateRequest,
    "GetCertificate": service.GetCertificateRequest,
    "GetCertificateRequest": requests.GetCertificateRequestRequest,
    "ClaimPrivateKey": requests.ClaimPrivateKeyRequest,
    "WatchCertificate": service.WatchCertificateRequest,
    "WatchCertificateRequest": requests.WatchCertificateRequestRequest,
}


def key_pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def signed(subject: str, public: Any, start: datetime, end: datetime, **how: Any) -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(_ROOT_NAME)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    name = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = made.add_extension(x509.BasicConstraints(ca=how.get("ca", False), path_length=None), critical=True)
    made = made.add_extension(name, critical=False)
    return made.sign(ROOT_KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = signed("root", ROOT_KEY.public_key(), _BEGAN, _BEGAN + timedelta(days=36500), ca=True)


def stamp(at: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(at)
    return found


@dataclass(slots=True)
class Issuer:
    """What it has issued, what it was asked, and how it is to answer."""

    now: Any = lambda: datetime.now(UTC)
    lifetime: timedelta = timedelta(hours=3)
    lineage: str = field(default_factory=lambda: str(uuid.uuid4()))
    issued: list[Certificate] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    """Of the server's making, by the certificate's request."""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    failing: dict[str, list[Failing]] = field(default_factory=dict)
    """By method: how its next calls fail."""
    loses: set[str] = field(default_factory=set)
    """Methods that are done, and whose next answer is lost on its way."""
    by_request: dict[str, str] = field(default_factory=dict)
    holds: bool = False
    """Whether requests wait for somebody."""
    waiting: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    shown: list[Certificate] = field(default_factory=list)
    """What the watch tells, in order."""
    address: str = ""

    @property
    def target(self) -> Target:
        return Target(self.address, token="cm_x", insecure=True)

    def calls(self, method: str) -> list[Any]:
        return [message for name, message in self.asked if name == method]

    def certify(self, public: Any, *, of: str = "", request_id: str = "") -> Certificate:
        """A certificate, newer than all before; of its own lineage unless it renews one."""
        start = self.now().replace(microsecond=0)
        made = Certificate(
            id=f"{len(self.issued) + 1:08d}-0000-7000-8000-000000000000",
            lineage_id=self.lineage if of else str(uuid.uuid4()),
            certificate_request_id=request_id or str(uuid.uuid4()),
            renewed_from_certificate_id=of,
            not_before=stamp(start),
            not_after=stamp(start + self.lifetime),
            certificate=signed("leaf", public, start, start + self.lifetime),
            certificate_chain=ROOT,
            issuing_ca_certificate=ROOT,
        )
        self.lineage = made.lineage_id
        self.issued.append(made)
        return made

    def tell(self, certificate: Certificate) -> None:
        """Tell the watch of it."""
        self.shown.append(certificate)
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def revoke(self, reason: int) -> None:
        """Revoke the newest, and tell so."""
        revoked = Certificate()
        revoked.CopyFrom(self.issued[-1])
        revoked.revocation.reason = reason  # type: ignore[assignment]
        revoked.revocation.revoked_at.CopyFrom(stamp(self.now()))
        self.issued[-1] = revoked
        self.tell(revoked)

    def owe(self) -> Certificate:
        """Renew the newest by a key of the server's, which is to be claimed."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self.certify(key.public_key(), of=self.issued[-1].id)
        made.private_key_state = PRIVATE_KEY_STATE_CLAIMABLE
        self.keys[made.certificate_request_id] = key_pem(key)
        return made

    async def answer(self, method: str, message: Any) -> Any:
        match method:
            case "GetLatestCertificate":
                return service.GetLatestCertificateResponse(certificate=self.issued[-1])
            case "GetCertificateRequest":
                return self._request(message.certificate_request_id)
            case "ClaimPrivateKey":
                return self._claimed(message.certificate_request_id)
        kind: Any = getattr(service, f"{method}Response")
        if self.holds:
            id_ = str(uuid.uuid4())
            self.waiting[id_] = (message, None)
            return kind(certificate_request_id=id_)
        if message.request_id not in self.by_request:
            made = self._made(message, of=getattr(message, "certificate_id", ""))
            self.by_request[message.request_id] = made.id
        made = next(one for one in self.issued if one.id == self.by_request[message.request_id])
        return kind(certificate=self._as_issued(made), certificate_request_id=made.certificate_request_id)

    def approve(self) -> Certificate:
        """Let the one request through that waits."""
        ((id_, (message, _)),) = self.waiting.items()
        made = self._made(message, of=getattr(message, "certificate_id", ""), request_id=id_)
        self.waiting[id_] = (message, made)
        return made

    def _made(self, message: Any, **how: Any) -> Certificate:
        if message.WhichOneof("key_source") == "csr":
            csr = x509.load_pem_x509_csr(message.csr.encode())
            assert csr.is_signature_valid
            return self.certify(csr.public_key(), **how)
        key = ec.generate_private_key(ec.SECP256R1())
        made = self.certify(key.public_key(), **how)
        self.keys[made.certificate_request_id] = key_pem(key)
        return made

    def _as_issued(self, made: Certificate) -> IssuedCertificate:
        return IssuedCertificate(
            certificate=made.certificate,
            certificate_chain=made.certificate_chain,
            issuing_ca_certificate=ROOT,
            private_key=self.keys.get(made.certificate_request_id, b"").decode(),
            certificate_id=made.id,
            lineage_id=made.lineage_id,
            not_before=made.not_before,
            not_after=made.not_after,
        )

    def _claimed(self, id_: str) -> Any:
        made = next(one for one in self.issued if one.certificate_request_id == id_)
        return requests.ClaimPrivateKeyResponse(certificate=self._as_issued(made))

    def _request(self, id_: str) -> Any:
        made = self.waiting[id_][1]
        state = (
            CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL if made is None else CERTIFICATE_REQUEST_STATE_ISSUED
        )
        told = CertificateRequest(id=id_, state=state)
        return requests.GetCertificateRequestResponse(certificate_request=told, certificate=made)

    async def watched(self) -> AsyncIterator[Any]:
        """Each thing that is shown, for ever."""
        told = 0
        while True:
            changed = self.changed
            for told in range(told, len(self.shown)):  # noqa: B020
                yield service.WatchCertificateResponse(
                    revision=told + 1, resume_token="t", certificate=self.shown[told]
                )
            told = len(self.shown)
            await changed.wait()

    def handler(self, method: str) -> Any:
        async def unary(octets: bytes, context: Any) -> bytes:
            message = _CALLS[method].FromString(octets)
            self.asked.append((method, message))
            if failures := self.failing.get(method):
                await context.abort_with_status(failures.pop(0).status)
            answer = await self.answer(method, message)
            if method in self.loses:
                self.loses.remove(method)
                await context.abort_with_status(Failing(code=grpc.StatusCode.INTERNAL).status)
            octets_: bytes = answer.SerializeToString()
            return octets_

        async def stream(_: bytes, context: Any) -> AsyncIterator[bytes]:
            await context.send_initial_metadata(())
            if method == "WatchCertificateRequest":
                await asyncio.Event().wait()
            async for said in self.watched():
                yield said.SerializeToString()

        if method.startswith("Watch"):
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(unary)


class _Methods(grpc.GenericRpcHandler):
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method.rpartition("/")[2]
        return self._issuer.handler(method) if method in _CALLS else None


@asynccontextmanager
async def serving(issuer: Issuer) -> AsyncIterator[Issuer]:
    """The same, listening."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Methods(issuer),))
    issuer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield issuer
    finally:
        await server.stop(None)


COMPROMISE = x509_pb2.REVOCATION_REASON_KEY_COMPROMISE
SUPERSEDED = x509_pb2.REVOCATION_REASON_SUPERSEDED
CESSATION = x509_pb2.REVOCATION_REASON_CESSATION_OF_OPERATION
HOLD = x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD
