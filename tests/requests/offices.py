"""Requests and those who decide about them, over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from certmanager.v1 import access_pb2, certificate_request_pb2, profile_pb2
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from server.ids import new_id
from server.ra.access.tokens import hash_token
from server.store.records import ChangeRecord, ObjectKind, RoleBindingRecord, TokenRecord
from server.store.unit import Change, Insert, Unit
from tests.ordering import open_policy, order
from tests.serving import Failure, Live

WAITS = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL
ISSUED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_ISSUED
FAILED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_FAILED
REJECTED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_REJECTED
CANCELLED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_CANCELLED
EXPIRED = certificate_request_pb2.CERTIFICATE_REQUEST_STATE_EXPIRED
OPERATOR, ADMIN, OWNER = access_pb2.ROLE_OPERATOR, access_pb2.ROLE_ADMIN, access_pb2.ROLE_OWNER
REQUESTER, VIEWER = access_pb2.ROLE_REQUESTER, access_pb2.ROLE_VIEWER


@dataclass(frozen=True, slots=True)
class Person:
    """An identity with a token."""

    id: str
    name: str
    token: str


def step(*roles: Any, required: int = 1, ids: Sequence[str] = (), name: str = "") -> Any:
    """A step of an approval."""
    return profile_pb2.ApprovalStep(approvals_required=required, roles=roles, identity_ids=ids, name=name)


@dataclass(frozen=True, slots=True)
class Office:
    """A server where requests wait."""

    live: Live

    @property
    def stub(self) -> Any:
        return self.live.stub(CertificateRequestServiceStub)

    @property
    def project_id(self) -> str:
        return self.live.ids["project_id"]

    async def person(
        self,
        role: str = "",
        *,
        profile_id: str | None = None,
        project_id: str = "",
        lifetime: timedelta = timedelta(days=1),
    ) -> Person:
        """A new identity with a role in the project, narrowed to a profile if one is named."""
        name, place = f"{role or 'nobody'}-{new_id()}", project_id or self.project_id
        token = await self.live.token(
            name, roles={place: role} if role and not profile_id else {}, lifetime=lifetime
        )
        store = self.live.app.store
        held = await store.get(TokenRecord, hash=hash_token(token))
        assert held is not None
        if profile_id:
            binding = RoleBindingRecord(
                id=new_id(),
                identity_id=held.identity_id,
                project_id=place,
                role=role,
                profile_id=profile_id,
                created_at=self.live.clock(),
            )
            await store.commit(Unit((Insert(binding),), (Change(ObjectKind.IDENTITY, held.identity_id),)))
        return Person(held.identity_id, name, token)

    async def profile(
        self, *steps: Any, policy: Any = None, ca_id: str = "", project_id: str = "", **config: Any
    ) -> str:
        """The id of a new profile with these steps; one approval by an operator if none is named."""
        approval = profile_pb2.ApprovalConfig(steps=steps or [step(OPERATOR)], **config)
        message = profile_pb2.CertificateProfile(approval_config=approval)
        policy = policy or open_policy()
        return await self.live.profile(policy=policy, message=message, ca_id=ca_id, project_id=project_id)

    async def update_profile(self, id_: str, **said: Any) -> None:
        """Change fields of a profile."""
        changed = profile_pb2.CertificateProfile(id=id_, **said)
        request = profiles.UpdateCertificateProfileRequest(certificate_profile=changed)
        request.update_mask.paths.extend(said)
        await self.live.call(self.live.profiles.UpdateCertificateProfile, request)

    async def ask(self, profile_id: str, *, by: Person | None = None, **said: Any) -> Any:
        """The answer to an order, the owner's unless somebody else makes it."""
        said.setdefault("common_name", "a.example.com")
        request = order(profile_id, **said)
        return await self.live.call(
            self.live.certificates.IssueCertificate, request, token=by.token if by else None
        )

    async def waiting(self, profile_id: str, *, by: Person | None = None, **said: Any) -> str:
        """The id of a new request that waits."""
        answer = await self.ask(profile_id, by=by, **said)
        assert answer.certificate_request.state == WAITS
        return str(answer.certificate_request_id)

    async def get(self, id_: str, *, by: Person | None = None) -> Any:
        """The whole answer about a request."""
        request = messages.GetCertificateRequestRequest(certificate_request_id=id_)
        return await self._call("Get", request, by)

    async def state(self, id_: str) -> Any:
        """The request as its owner sees it."""
        return (await self.get(id_)).certificate_request

    async def approve(self, id_: str, by: Person, **said: Any) -> Any:
        """The request after an approval."""
        request = messages.ApproveCertificateRequestRequest(certificate_request_id=id_, **said)
        return (await self._call("Approve", request, by)).certificate_request

    async def reject(self, id_: str, by: Person, **said: Any) -> Any:
        """The request after a rejection."""
        request = messages.RejectCertificateRequestRequest(certificate_request_id=id_, **said)
        return (await self._call("Reject", request, by)).certificate_request

    async def cancel(self, id_: str, by: Person | None = None, **said: Any) -> Any:
        """The request after its withdrawal."""
        request = messages.CancelCertificateRequestRequest(certificate_request_id=id_, **said)
        return (await self._call("Cancel", request, by)).certificate_request

    async def refused(self, verb: str, id_: str, by: Person | None = None, **said: Any) -> Failure:
        """How an ``Approve``, ``Reject``, ``Cancel`` or ``Get`` is refused."""
        request = getattr(messages, f"{verb}CertificateRequestRequest")(certificate_request_id=id_, **said)
        method = getattr(self.stub, f"{verb}CertificateRequest")
        return await self.live.refused(method, request, token=by.token if by else None)

    async def found(self, *, by: Person | None = None, **filters: Any) -> list[Any]:
        """The requests of all pages of a list."""
        request = messages.ListCertificateRequestsRequest(**filters)
        return await self._pages(self.stub.ListCertificateRequests, request, by)

    async def listed(self, *, by: Person | None = None, **filters: Any) -> list[str]:
        """The ids of all pages of a list."""
        return [one.id for one in await self.found(by=by, **filters)]

    async def searched(self, *, by: Person | None = None, **filters: Any) -> list[str]:
        """The ids of all pages of a search in the project."""
        request = messages.SearchCertificateRequestsRequest(project_id=self.project_id, **filters)
        return [one.id for one in await self._pages(self.stub.SearchCertificateRequests, request, by)]

    async def changes(self, id_: str) -> list[tuple[str | None, str | None]]:
        """What the feed was told of a request, oldest first."""
        found = await self.live.app.store.list(ChangeRecord, object_id=id_, order="revision")
        return [(change.old_state, change.new_state) for change in found]

    async def _pages(self, method: Any, request: Any, by: Person | None) -> list[Any]:
        found: list[Any] = []
        while True:
            answer = await self.live.call(method, request, token=by.token if by else None)
            found += answer.certificate_requests
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    async def _call(self, verb: str, request: Any, by: Person | None) -> Any:
        method = getattr(self.stub, f"{verb}CertificateRequest")
        return await self.live.call(method, request, token=by.token if by else None)
