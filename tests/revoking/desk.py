"""Issuing, revoking and looking certificates up, over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import generate
from server.store.records import AuditRecord, CertificateRecord, ChangeRecord
from tests.ordering import csr_pem, open_policy, order
from tests.serving import Failure, Live

ACTIVE = certificate_pb2.CERTIFICATE_STATE_ACTIVE
REVOKED = certificate_pb2.CERTIFICATE_STATE_REVOKED

FOR_LEAVES = (
    "UNSPECIFIED",
    "KEY_COMPROMISE",
    "AFFILIATION_CHANGED",
    "SUPERSEDED",
    "CESSATION_OF_OPERATION",
    "CERTIFICATE_HOLD",
    "PRIVILEGE_WITHDRAWN",
)
"""What a certificate that signs no others can be revoked for."""


def reason_of(name: str) -> Any:
    """The contract's number of a reason."""
    return x509_pb2.RevocationReason.Value(f"REVOCATION_REASON_{name}")


def stamp(at: datetime) -> Timestamp:
    """A time as requests hold it: whole seconds."""
    return Timestamp(seconds=int(at.timestamp()))


def new_csr(key: Any = None) -> str:
    """A CSR by a key that nobody else has, unless one is given."""
    return csr_pem(key=key or generate(KeyAlgorithm.EC_PRIME256V1))


@dataclass(frozen=True, slots=True)
class Desk:
    """A server whose certificates are revoked."""

    live: Live

    async def profile(self, **said: Any) -> str:
        """The id of a new profile on an open policy."""
        return await self.live.profile(policy=open_policy(**said))

    async def issued(self, csr: str = "", *, profile_id: str = "", **said: Any) -> Any:
        """A new certificate as it is handed out."""
        request = order(
            profile_id or await self.profile(),
            csr=csr or new_csr(),
            **{"common_name": "a.example.com", **said},
        )
        return (await self.live.call(self.live.certificates.IssueCertificate, request)).certificate

    async def new(self, csr: str = "", **said: Any) -> str:
        """The id of a new certificate."""
        return str((await self.issued(csr, **said)).certificate_id)

    async def revoke(
        self, id_: str, reason: str = "SUPERSEDED", *, token: str | None = None, **said: Any
    ) -> Any:
        """The certificate as the answer tells it."""
        request = revocation(id_, reason, **said)
        answer = await self.live.call(self.live.certificates.RevokeCertificate, request, token=token)
        return answer.certificate

    async def release(self, id_: str, *, token: str | None = None) -> Any:
        """The certificate as the answer tells it."""
        request = messages.ReleaseCertificateHoldRequest(certificate_id=id_)
        answer = await self.live.call(self.live.certificates.ReleaseCertificateHold, request, token=token)
        return answer.certificate

    async def refused(
        self, id_: str, reason: str = "SUPERSEDED", *, token: str | None = None, **said: Any
    ) -> Failure:
        """How a revocation is refused; fails if that changes the certificate."""
        before = await self.row(id_)
        request = revocation(id_, reason, **said)
        failure = await self.live.refused(self.live.certificates.RevokeCertificate, request, token=token)
        assert await self.row(id_) == before
        return failure

    async def not_released(self, id_: str, *, token: str | None = None) -> Failure:
        """How lifting a hold is refused."""
        request = messages.ReleaseCertificateHoldRequest(certificate_id=id_)
        return await self.live.refused(self.live.certificates.ReleaseCertificateHold, request, token=token)

    async def get(self, id_: str) -> Any:
        request = messages.GetCertificateRequest(certificate_id=id_)
        return (await self.live.call(self.live.certificates.GetCertificate, request)).certificate

    async def row(self, id_: str) -> CertificateRecord:
        found = await self.live.app.store.get(CertificateRecord, id=id_)
        assert found is not None
        return found

    async def changes(self, id_: str) -> Sequence[ChangeRecord]:
        """What the feed was told of an object, oldest first."""
        return await self.live.app.store.list(ChangeRecord, order="revision", object_id=id_)

    async def audited(self, id_: str) -> Sequence[AuditRecord]:
        """What the audit trail tells of an object, oldest first."""
        return await self.live.app.store.list(AuditRecord, object_id=id_)

    async def role(self, name: str, *, project_id: str = "") -> str:
        """The token of somebody new who has a role in a project, the first unless another is named."""
        place = project_id or self.live.ids["project_id"]
        return await self.live.token(f"{name.lower()}-{new_id()}", roles={place: name})


def revocation(id_: str, reason: str, **said: Any) -> messages.RevokeCertificateRequest:
    """The request that revokes a certificate by its id."""
    return messages.RevokeCertificateRequest(certificate_id=id_, reason=reason_of(reason), **said)
