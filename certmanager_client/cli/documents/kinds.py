"""The two kinds of things that are written as documents, and how each is kept on the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1.policy_service_pb2 import (
    CreateCertificatePolicyRequest,
    DeleteCertificatePolicyRequest,
    UpdateCertificatePolicyRequest,
)
from certmanager.v1.profile_service_pb2 import (
    CreateCertificateProfileRequest,
    DeleteCertificateProfileRequest,
    UpdateCertificateProfileRequest,
)
from certmanager_client.cli.terminal import finding
from certmanager_client.client import Client

_GIVEN = frozenset({"id", "revision", "created_at", "updated_at"})
_EVERYTHING = FieldMask(paths=["*"])


class Find(Protocol):
    """Looks a thing up by its id, or by its slug in a project."""

    async def __call__(self, client: Client, named: str, /, *, project: str | None) -> Any:
        """The thing. Raises ApiError."""
        ...


Send = Callable[[Client, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing that a document states."""

    noun: str
    message: type[Any]
    answered: str
    """Its name in the API's JSON answers."""
    given: frozenset[str]
    """Fields that the server alone writes; documents may carry them, and leave them out."""
    references: Mapping[str, str]
    """Fields that hold ids, and the keys under which documents name them."""
    kept: frozenset[str]
    """Fields that stay as they are where an edited document does not name them; every other is cleared."""
    always: frozenset[str] = field(default=frozenset())
    """Fields that documents write even where they are false."""
    find: Find
    create: Send
    update: Send
    delete: Send

    def keys(self, fields: frozenset[str]) -> list[str]:
        """What documents call the fields, in the contract's order."""
        known = [one.name for one in self.message.DESCRIPTOR.fields]
        return [self.references.get(name, name) for name in known if name in fields]


async def _create_policy(client: Client, message: policy_pb2.CertificatePolicy) -> Any:
    request = CreateCertificatePolicyRequest(certificate_policy=message)
    return (await client.call(client.policies.CreateCertificatePolicy, request)).certificate_policy


async def _update_policy(client: Client, message: policy_pb2.CertificatePolicy) -> Any:
    request = UpdateCertificatePolicyRequest(certificate_policy=message, update_mask=_EVERYTHING)
    return (await client.call(client.policies.UpdateCertificatePolicy, request)).certificate_policy


async def _delete_policy(client: Client, message: policy_pb2.CertificatePolicy) -> Any:
    request = DeleteCertificatePolicyRequest(id=message.id, etag=message.etag)
    return await client.call(client.policies.DeleteCertificatePolicy, request)


async def _create_profile(client: Client, message: profile_pb2.CertificateProfile) -> Any:
    request, known = CreateCertificateProfileRequest(), CreateCertificateProfileRequest.DESCRIPTOR
    for one, value in message.ListFields():
        if one.name not in known.fields_by_name:
            continue  # what the server alone writes
        if one.message_type is None:
            setattr(request, one.name, value)
        else:
            getattr(request, one.name).CopyFrom(value)
    request.enrollment_type = message.enrollment_type or profile_pb2.ENROLLMENT_TYPE_API
    return (await client.call(client.profiles.CreateCertificateProfile, request)).certificate_profile


async def _update_profile(client: Client, message: profile_pb2.CertificateProfile) -> Any:
    request = UpdateCertificateProfileRequest(certificate_profile=message, update_mask=_EVERYTHING)
    return (await client.call(client.profiles.UpdateCertificateProfile, request)).certificate_profile


async def _delete_profile(client: Client, message: profile_pb2.CertificateProfile) -> Any:
    request = DeleteCertificateProfileRequest(id=message.id, etag=message.etag)
    return await client.call(client.profiles.DeleteCertificateProfile, request)


POLICY = Kind(
    noun="policy",
    message=policy_pb2.CertificatePolicy,
    answered="certificatePolicy",
    given=_GIVEN,
    references={"project_id": "project"},
    kept=frozenset({"project_id", "slug"}),
    find=finding.policy,
    create=_create_policy,
    update=_update_policy,
    delete=_delete_policy,
)
PROFILE = Kind(
    noun="profile",
    message=profile_pb2.CertificateProfile,
    answered="certificateProfile",
    given=_GIVEN | {"api_config_id"},
    references={"project_id": "project", "ca_id": "ca", "certificate_policy_id": "policy"},
    kept=frozenset({"project_id", "slug", "ca_id", "certificate_policy_id", "enrollment_type", "disabled"}),
    always=frozenset({"disabled"}),
    find=finding.profile,
    create=_create_profile,
    update=_update_profile,
    delete=_delete_profile,
)
