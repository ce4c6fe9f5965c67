"""A server whose certificates are renewed, and whose clock the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2, certificate_service_pb2, profile_pb2
from server.store.filters import UpTo
from server.store.records import (
    AuditRecord,
    AuthorityRecord,
    CertificateRecord,
    IdentityRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    RequestRecord,
    RoleBindingRecord,
)
from server.store.unit import Change, Unit, Update
from tests.ordering import DAY, open_policy, order
from tests.requests.offices import OPERATOR, Office, Person, step
from tests.timepiece import StoppedTimepiece

OFF = certificate_pb2.RENEWAL_STATE_OFF
SCHEDULED = certificate_pb2.RENEWAL_STATE_SCHEDULED
PENDING_APPROVAL = certificate_pb2.RENEWAL_STATE_PENDING_APPROVAL
FAILING = certificate_pb2.RENEWAL_STATE_FAILING
RENEWED = certificate_pb2.RENEWAL_STATE_RENEWED
SECOND = timedelta(seconds=1)
CENTURY = timedelta(days=36500)


@dataclass(frozen=True, slots=True)
class Stage(Office):
    """An office where the server renews, when the test says that it is time."""

    clock: StoppedTimepiece

    @property
    def now(self) -> datetime:
        return self.clock()

    async def retire(self, id_: str) -> None:
        """No certificate of a lineage is renewed any more."""
        lineage_id = (await self.row(id_)).lineage_id
        off = {"auto_renewal_enabled": False, "auto_renewal_reason": "SWITCHED_OFF", "renewal_due_at": None}
        update = Update(CertificateRecord, {"lineage_id": lineage_id}, off, expect=None)
        await self.live.app.store.commit(Unit((update,)))

    async def official(self, role: str) -> Person:
        """A new identity with a role, and a token that lasts as long as any test."""
        return await self.person(role, lifetime=timedelta(days=3650))

    async def renewing(self, *, policy: Any = None, ca_id: str = "", **said: Any) -> str:
        """The id of a profile whose certificates are renewed; ``said`` are fields of its ``api_config``."""
        config = profile_pb2.ApiEnrollmentConfig(auto_renew=True, **said)
        message = profile_pb2.CertificateProfile(api_config=config)
        return await self.live.profile(policy=policy or open_policy(), message=message, ca_id=ca_id)

    async def renewing_with_approval(self, *, days: int = 7, exempt: bool = False) -> str:
        """The id of such a profile whose requests an operator approves, within so many days."""
        approval = profile_pb2.ApprovalConfig(
            steps=[step(OPERATOR)], renewals_need_no_approval=exempt, max_wait=Duration(seconds=days * DAY)
        )
        config = profile_pb2.ApiEnrollmentConfig(auto_renew=True)
        message = profile_pb2.CertificateProfile(api_config=config, approval_config=approval)
        return await self.live.profile(policy=open_policy(), message=message)

    async def issued(
        self, profile_id: str, *, ttl: str = "90d", by: Person | None = None, **said: Any
    ) -> str:
        """The id of a new certificate."""
        request = order(profile_id, ttl=ttl, **{"common_name": "a.example.com", **said})
        answer = await self.live.call(
            self.live.certificates.IssueCertificate, request, token=by.token if by else None
        )
        return str(answer.certificate.certificate_id)

    async def issued_late(self, profile_id: str, operator: Person, *, by: Person | None = None) -> str:
        """The id of a new certificate that an operator has approved."""
        request_id = await self.waiting(profile_id, by=by, ttl="90d")
        return str((await self.approve(request_id, operator)).certificate_id)

    async def renew_by_hand(self, id_: str) -> str:
        """The id of the request for a successor that the owner asks for."""
        request = certificate_service_pb2.RenewCertificateRequest(certificate_id=id_)
        answer = await self.live.call(self.live.certificates.RenewCertificate, request)
        return str(answer.certificate_request_id)

    async def pass_by(self, **span: float) -> int:
        """Time passes, then the server does what is due; tells how many renewals it looked at."""
        self.clock.forward(**span)
        return await self.round()

    async def round(self) -> int:
        """The server does what is due now."""
        return await self.live.app.renewals.round()

    async def until(self, end: datetime) -> None:
        """Time passes from one due renewal to the next, until the end."""
        while (due := await self.next_due()) is not None and due <= end:
            self.clock.forward(seconds=max((due - self.now).total_seconds(), 0))
            await self.round()
        self.clock.forward(seconds=max((end - self.now).total_seconds(), 0))

    async def next_due(self) -> datetime | None:
        """When the next renewal is due."""
        rows = await self.live.app.store.list(
            CertificateRecord, limit=1, order="renewal_due_at", renewal_due_at=UpTo(self.now + CENTURY)
        )
        return rows[0].renewal_due_at if rows else None

    async def row(self, id_: str) -> CertificateRecord:
        """What is stored of a certificate."""
        found = await self.live.app.store.get(CertificateRecord, id=id_)
        assert found is not None
        return found

    async def lineage(self, id_: str) -> Sequence[CertificateRecord]:
        """A certificate's lineage, oldest first."""
        row = await self.row(id_)
        return await self.live.app.store.list(CertificateRecord, limit=10_000, lineage_id=row.lineage_id)

    async def certificate(self, id_: str) -> Any:
        """A certificate as its owner sees it."""
        request = certificate_service_pb2.GetCertificateRequest(certificate_id=id_)
        answer = await self.live.call(self.live.certificates.GetCertificate, request)
        return answer.certificate

    async def told(self, id_: str) -> Any:
        """What is told of a certificate's renewal."""
        return (await self.certificate(id_)).auto_renewal

    async def audit(self, object_id: str) -> list[AuditRecord]:
        """The audit rows of an object, oldest first."""
        return list(await self.live.app.store.list(AuditRecord, object_id=object_id, order="sequence"))

    async def requests_for(self, id_: str) -> Sequence[RequestRecord]:
        """The requests for a successor of a certificate, oldest first."""
        return await self.live.app.store.list(RequestRecord, renews_certificate_id=id_)

    async def disable_ca(self, ca_id: str) -> None:
        """A CA signs nothing any more."""
        await self._set(AuthorityRecord, ObjectKind.AUTHORITY, ca_id, state="DISABLED")

    async def enable_ca(self, ca_id: str) -> None:
        """A CA signs again."""
        await self._set(AuthorityRecord, ObjectKind.AUTHORITY, ca_id, state="ACTIVE")

    async def set_profile(self, id_: str, **values: object) -> None:
        """Change columns of a profile."""
        await self._set(ProfileRecord, ObjectKind.PROFILE, id_, **values)

    async def set_policy(self, profile_id: str, message: Any) -> None:
        """Change the policy of a profile."""
        profile = await self.live.app.store.get(ProfileRecord, id=profile_id)
        assert profile is not None
        document = message.SerializeToString()
        await self._set(PolicyRecord, ObjectKind.POLICY, profile.policy_id, document=document)

    async def revoke_identity(self, person: Person) -> None:
        """Somebody leaves."""
        await self._set(IdentityRecord, ObjectKind.IDENTITY, person.id, revoked_at=self.now)

    async def withdraw_roles(self, person: Person) -> None:
        """Somebody may do nothing any more."""
        await self._set_roles(person, revoked_at=self.now)

    async def give_roles_back(self, person: Person) -> None:
        """Somebody may do again what it might."""
        await self._set_roles(person, revoked_at=None)

    async def _set_roles(self, person: Person, **values: object) -> None:
        update = Update(RoleBindingRecord, {"identity_id": person.id}, values)
        await self.live.app.store.commit(Unit((update,), (Change(ObjectKind.IDENTITY, person.id),)))

    async def ca_of(self, profile_id: str) -> str:
        """The id of a profile's CA."""
        profile = await self.live.app.store.get(ProfileRecord, id=profile_id)
        assert profile is not None
        return profile.ca_id

    def numbers(self) -> dict[str, float]:
        """What the server has counted of its renewals."""
        worker: Any = self.live.app.renewals._due
        numbers: dict[str, float] = worker._tally.numbers()
        return numbers

    async def _set(self, record: Any, kind: ObjectKind, id_: str, **values: object) -> None:
        """Change a row behind the server's back, which hears of it as usual."""
        await self.live.app.store.commit(Unit((Update(record, {"id": id_}, values),), (Change(kind, id_),)))
