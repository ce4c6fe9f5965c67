"""The calls that make something, each with a request of its own, and with another body for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from google.protobuf import json_format

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1 import project_service_pb2 as projects
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.store.records import AttemptRecord, HeldSecretRecord
from tests.serving import Failure, Live


@dataclass(frozen=True, slots=True)
class Creating:
    """A call that makes something."""

    stub: Any
    method: str
    request: Any
    made: Callable[[Any], str]
    """The id of what an answer says was made."""
    body: dict[str, Any]
    """In JSON; ``$slug`` stands for a name of its own, other words with ``$`` for ids of the place."""
    other: dict[str, Any]
    """What another body says."""

    @property
    def name(self) -> str:
        return f"certmanager.v1.{self.stub.__name__.removesuffix('Stub')}/{self.method}"


CREATING: dict[str, Creating] = {
    "project": Creating(
        ProjectServiceStub,
        "CreateProject",
        projects.CreateProjectRequest,
        lambda answer: str(answer.project.id),
        {"slug": "$slug"},
        {"description": "another"},
    ),
    "identity": Creating(
        AccessServiceStub,
        "CreateIdentity",
        access.CreateIdentityRequest,
        lambda answer: str(answer.identity.id),
        {"name": "$slug", "kind": "IDENTITY_KIND_SERVICE"},
        {"kind": "IDENTITY_KIND_PERSON"},
    ),
    "access token": Creating(
        AccessServiceStub,
        "CreateAccessToken",
        access.CreateAccessTokenRequest,
        lambda answer: str(answer.access_token.id),
        {"identityId": "$identity"},
        {"description": "another"},
    ),
    "role binding": Creating(
        AccessServiceStub,
        "CreateRoleBinding",
        access.CreateRoleBindingRequest,
        lambda answer: str(answer.role_binding.id),
        {"identityId": "$identity", "role": "ROLE_VIEWER", "projectId": "$project"},
        {"role": "ROLE_OPERATOR"},
    ),
    "CA": Creating(
        CertificateAuthorityServiceStub,
        "CreateCertificateAuthority",
        authorities.CreateCertificateAuthorityRequest,
        lambda answer: str(answer.certificate_authority.id),
        {
            "projectId": "$project",
            "type": "CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE",
            "parentCaId": "$root",
            "attributes": {"commonName": "$slug"},
        },
        {"name": "another"},
    ),
    "policy": Creating(
        PolicyServiceStub,
        "CreateCertificatePolicy",
        policies.CreateCertificatePolicyRequest,
        lambda answer: str(answer.certificate_policy.id),
        {"certificatePolicy": {"projectId": "$project", "slug": "$slug"}},
        {"certificatePolicy": {"projectId": "$project", "slug": "another"}},
    ),
    "profile": Creating(
        ProfileServiceStub,
        "CreateCertificateProfile",
        profiles.CreateCertificateProfileRequest,
        lambda answer: str(answer.certificate_profile.id),
        {
            "projectId": "$project",
            "caId": "$ca",
            "certificatePolicyId": "$policy",
            "slug": "$slug",
            "enrollmentType": "ENROLLMENT_TYPE_API",
            "apiConfig": {},
        },
        {"slug": "another"},
    ),
    "certificate": Creating(
        CertificateServiceStub,
        "IssueCertificate",
        certificates.IssueCertificateRequest,
        lambda answer: str(answer.certificate.certificate_id),
        {"profileId": "$profile", "attributes": {"commonName": "a.example.com"}},
        {"attributes": {"commonName": "b.example.com"}},
    ),
}


@dataclass(slots=True)
class Desk:
    """Somebody who creates on a server."""

    live: Live

    async def request(self, what: Creating, **more: Any) -> Any:
        """A new request; ``more`` are fields that it says besides."""
        words = await self._words(what)
        return json_format.ParseDict({**_filled(what.body, words), **more}, what.request())

    def other(self, what: Creating, request: Any) -> Any:
        """The same request with another body."""
        changed = type(request)()
        changed.CopyFrom(request)
        words = {**self._ids(), "slug": "another", "identity": ""}
        json_format.ParseDict(_filled(what.other, words), changed)
        return changed

    async def make(self, what: Creating, request: Any, *, token: str | None = None) -> Any:
        return await self.live.call(self.method(what), request, token=token)

    async def refused(self, what: Creating, request: Any, *, token: str | None = None) -> Failure:
        return await self.live.refused(self.method(what), request, token=token)

    def method(self, what: Creating) -> Callable[..., Awaitable[Any]]:
        found: Callable[..., Awaitable[Any]] = getattr(self.live.stub(what.stub), what.method)
        return found

    async def attempts(self) -> int:
        return len(await self.live.app.store.list(AttemptRecord))

    async def held(self) -> int:
        return len(await self.live.app.store.list(HeldSecretRecord))

    async def _words(self, what: Creating) -> dict[str, str]:
        slug = f"s-{uuid4().hex}"
        words = {**self._ids(), "slug": slug}
        if "$identity" in str(what.body):
            made = CREATING["identity"]
            words["identity"] = made.made(await self.make(made, await self.request(made)))
        return words

    def _ids(self) -> dict[str, str]:
        ids = self.live.ids
        return {
            "project": ids["project_id"],
            "ca": ids["ca_id"],
            "root": ids["root_ca_id"],
            "policy": ids["certificate_policy_id"],
            "profile": ids["profile_id"],
        }


def _filled(body: Any, words: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, words) for name, value in body.items()}
    return words[body[1:]] if isinstance(body, str) and body.startswith("$") else body


def fresh_id() -> str:
    """A ``request_id``, new for a new intent."""
    return str(uuid4())
