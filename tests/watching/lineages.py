"""Lineages that move as a test wants them to, as some process of the server would move them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.store.records import AuthorityRecord, CertificateRecord, ObjectKind
from server.store.unit import Change, Insert, Unit, Update
from tests.ordering import OID, csr_pem, open_policy
from tests.serving import Live


@dataclass(frozen=True, slots=True)
class Registry:
    """Issues certificates to people with keys of their own, and changes what is stored of them."""

    live: Live
    project_id: str
    profile_id: str

    @classmethod
    async def of(cls, live: Live, *, project_id: str = "") -> Registry:
        """A registry with a profile of its own, in a project of its own unless one is named."""
        project_id = project_id or await live.project(f"registry-{new_id()}")
        ca_id = await live.authority(project_id=project_id)
        profile_id = await live.profile(project_id=project_id, ca_id=ca_id, policy=open_policy())
        return cls(live, project_id, profile_id)

    async def issued(self, *, token: str | None = None, **said: Any) -> CertificateRecord:
        """A new certificate."""
        subject = ((OID.COMMON_NAME, "a.example.com"),)
        csr = csr_pem(key=ec.generate_private_key(ec.SECP256R1()), subject=subject)
        request = messages.IssueCertificateRequest(profile_id=self.profile_id, csr=csr, **said)
        answer = await self.live.call(self.live.certificates.IssueCertificate, request, token=token)
        return await self.present(answer.certificate.certificate_id)

    async def present(self, id_: str) -> CertificateRecord:
        """A certificate as it is stored."""
        found = await self.live.app.store.get(CertificateRecord, id=id_)
        assert found is not None
        return found

    async def changed(self, record: CertificateRecord, **values: Any) -> int:
        """The revision of a certificate that has just changed."""
        update = Update(CertificateRecord, {"id": record.id}, values)
        return await self.live.app.store.commit(Unit((update,), (_told(record),)))

    async def renewed(self, record: CertificateRecord, **values: Any) -> CertificateRecord:
        """The successor of a certificate; ``values`` are its own."""
        id_ = new_id()
        successor = replace(
            record,
            id=id_,
            serial=id_.replace("-", ""),
            fingerprint=hashlib.sha256(id_.encode()).hexdigest(),
            renewed_from_id=record.id,
            **values,
        )
        unit = Unit(
            (
                Update(CertificateRecord, {"id": record.id, "renewed_by_id": None}, {"renewed_by_id": id_}),
                Insert(successor),
            ),
            (_told(record), _told(successor)),
        )
        await self.live.app.store.commit(unit)
        return await self.present(id_)

    async def moved(self) -> int:
        """The revision of the last of two changes: of a CA of the project, and of its newest certificate."""
        store = self.live.app.store
        (authority,) = await store.list(AuthorityRecord, project_id=self.project_id)
        update = Update(AuthorityRecord, {"id": authority.id}, {"name": new_id()})
        change = Change(ObjectKind.AUTHORITY, authority.id, project_id=self.project_id)
        await store.commit(Unit((update,), (change,)))
        for record in await store.list(CertificateRecord, limit=1, order="-id", project_id=self.project_id):
            await self.changed(record, metadata={"moved": new_id()})
        return store.feed.latest

    async def something_else(self) -> int:
        """The revision of a change that concerns no certificate."""
        change = Change(ObjectKind.PROFILE, self.profile_id, project_id=self.project_id)
        return await self.live.app.store.commit(Unit((), (change,)))


def _told(record: CertificateRecord) -> Change:
    return Change(
        ObjectKind.CERTIFICATE,
        record.id,
        project_id=record.project_id,
        profile_id=record.profile_id,
        requester_id=record.requester_id,
        old_state="ACTIVE",
        new_state="ACTIVE",
    )
