"""What tests of CRLs do all the time: revoke behind the server's back, and read what was published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from certmanager.v1 import certificate_authority_pb2 as contract
from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.ra.revoking.publisher import Publisher
from server.store.records import CertificateRecord, CRLBodyRecord, CRLRecord, ObjectKind
from server.store.unit import Change, Unit, Update
from tests.serving import Failure, Live

PATIENCE = 15
"""Seconds that a test waits for what takes some milliseconds."""

_KEY = ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that a test revokes."""

    id: str
    pem: str
    chain: str
    serial: int


def publisher(live: Live) -> Publisher:
    """The loop that publishes."""
    listeners = [getattr(listener, "__self__", None) for listener in live.app.store.feed._listeners]
    (found,) = [one for one in listeners if isinstance(one, Publisher)]
    return found


def csr(name: str) -> str:
    """A CSR with a DNS name."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
    signed = builder.add_extension(alternative, critical=False).sign(_KEY, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


async def issued(live: Live, *, profile_id: str = "", name: str = "a.example.com", ttl: str = "") -> Issued:
    """A certificate under a profile, the first one if none is named."""
    order = certificate_service_pb2.IssueCertificateRequest(
        profile_id=profile_id or live.ids["profile_id"], csr=csr(name)
    )
    if ttl:
        order.attributes.ttl = ttl
    answer = (await live.call(live.certificates.IssueCertificate, order)).certificate
    return Issued(
        answer.certificate_id,
        answer.certificate,
        answer.certificate_chain,
        int(answer.serial_number, 16),
    )


async def revoke(
    live: Live, certificate_id: str, *, reason: str = "SUPERSEDED", invalid_from: datetime | None = None
) -> datetime:
    """Revoke as another process would: one unit, of which this server learns from the feed."""
    now = live.clock()
    values = {"revoked_at": now, "revocation_reason": reason, "invalidity_at": invalid_from}
    await _stored(live, certificate_id, values, states=("ACTIVE", "REVOKED"))
    return now


async def release(live: Live, certificate_id: str) -> None:
    """End a hold, likewise."""
    values = {"revoked_at": None, "revocation_reason": None}
    await _stored(live, certificate_id, values, states=("REVOKED", "ACTIVE"))


async def _stored(
    live: Live, certificate_id: str, values: Mapping[str, object], *, states: tuple[str, str]
) -> None:
    store = live.app.store
    record = await store.get(CertificateRecord, id=certificate_id)
    assert record is not None
    change = Change(
        ObjectKind.CERTIFICATE, record.id, record.project_id, old_state=states[0], new_state=states[1]
    )
    writes = (
        Update(CertificateRecord, {"id": record.id}, values),
        Update(CRLRecord, {"id": record.crl_id}, {"due_at": live.clock()}, expect=None),
    )
    await store.commit(Unit(writes, (change,)))


async def fetched(
    live: Live, ca_id: str, *, shard: int = 0, generation: int = 0
) -> contract.CertificateRevocationList:
    """The CRL that the API tells."""
    request = messages.GetCertificateRevocationListRequest(id=ca_id, shard=shard, ca_generation=generation)
    method = live.stub(CertificateAuthorityServiceStub).GetCertificateRevocationList
    answer: messages.GetCertificateRevocationListResponse = await live.call(method, request)
    return answer.certificate_revocation_list


async def not_fetched(live: Live, ca_id: str, *, shard: int = 0, generation: int = 0) -> Failure:
    """How the API refuses to tell one."""
    request = messages.GetCertificateRevocationListRequest(id=ca_id, shard=shard, ca_generation=generation)
    return await live.refused(
        live.stub(CertificateAuthorityServiceStub).GetCertificateRevocationList, request
    )


async def row_of(live: Live, ca_id: str, *, shard: int = 0, key_generation: int = 1) -> CRLRecord:
    """The row of a CRL."""
    found = await live.app.store.get(CRLRecord, ca_id=ca_id, shard=shard, key_generation=key_generation)
    assert found is not None
    return found


async def crl_of(live: Live, row: CRLRecord) -> x509.CertificateRevocationList:
    """What is stored of it, read by another library than the one that wrote it."""
    body = await live.app.store.get(CRLBodyRecord, id=row.id)
    assert body is not None
    return x509.load_der_x509_crl(body.der)


async def published(
    live: Live, ca_id: str, until: Callable[[CRLRecord], bool] = lambda row: row.number > 0, *, shard: int = 0
) -> CRLRecord:
    """The row of a CRL once it is as wanted, whoever publishes it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            row = await row_of(live, ca_id, shard=shard)
            if until(row):
                return row
            await asyncio.sleep(0.01)


def serials(crl: x509.CertificateRevocationList) -> set[int]:
    """The serial numbers on it."""
    return {revoked.serial_number for revoked in crl}
