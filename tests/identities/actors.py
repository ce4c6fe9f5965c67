from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.ids import new_id
from server.store.records import AuditRecord
from tests.serving import Live

ABSENT = "0195e1a0-0000-7000-8000-000000000000"
PERSON = access_pb2.IDENTITY_KIND_PERSON
SERVICE = access_pb2.IDENTITY_KIND_SERVICE


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who calls."""

    id: str
    token: str
    token_id: str


@dataclass(slots=True)
class Stage:
    """A server, and its AccessService in words."""

    live: Live

    @property
    def access(self) -> Any:
        return self.live.stub(AccessServiceStub)

    @property
    def projects(self) -> Any:
        return self.live.stub(ProjectServiceStub)

    @property
    def home(self) -> str:
        return self.live.ids["project_id"]

    async def identity(self, kind: Any = SERVICE, *, name: str = "") -> str:
        """The id of a new identity, without a role."""
        request = messages.CreateIdentityRequest(name=name or f"i-{new_id()}", kind=kind)
        identity_id: str = (await self.live.call(self.access.CreateIdentity, request)).identity.id
        return identity_id

    async def secret(self, identity_id: str, *, by: str | None = None, **fields: Any) -> Any:
        """The answer that holds a new token."""
        request = messages.CreateAccessTokenRequest(identity_id=identity_id, **fields)
        return await self.live.call(self.access.CreateAccessToken, request, token=by)

    async def bind(
        self,
        identity_id: str,
        role: str,
        project_id: str = "",
        *,
        by: str | None = None,
        profile_id: str = "",
    ) -> str:
        """The id of a new role binding."""
        request = binding(identity_id, role, project_id, profile_id=profile_id)
        made = await self.live.call(self.access.CreateRoleBinding, request, token=by)
        binding_id: str = made.role_binding.id
        return binding_id

    async def actor(self, *roles: tuple[str, str], kind: Any = SERVICE) -> Actor:
        """A new identity with roles, as ``("ADMIN", project_id)``, and a token."""
        identity_id = await self.identity(kind)
        for role, project_id in roles:
            await self.bind(identity_id, role, project_id)
        made = await self.secret(identity_id)
        return Actor(identity_id, made.secret, made.access_token.id)

    async def code(self, method: Any, request: Any, *, token: str | None = None) -> str:
        """How a call that must fail fails."""
        return (await self.live.refused(method, request, token=token)).code.name

    async def works(self, token: str) -> bool:
        """Whether the token is taken."""
        call = self.access.WhoAmI(messages.WhoAmIRequest(), metadata=self.live.auth(token), timeout=60)
        return bool((await call.code()).name == "OK")

    async def audited(self, action: str) -> list[AuditRecord]:
        """The audit rows of an action, oldest first."""
        return list(await self.live.app.store.list(AuditRecord, action=action))


def binding(
    identity_id: str, role: str, project_id: str = "", *, profile_id: str = ""
) -> messages.CreateRoleBindingRequest:
    """A request for a role binding."""
    return messages.CreateRoleBindingRequest(
        identity_id=identity_id,
        role=getattr(access_pb2, f"ROLE_{role}"),
        project_id=project_id,
        profile_id=profile_id,
    )
