"""Names that people use, looked up through the API for the ids that calls want.

Where an id is wanted, a command takes the id itself or a name. What is not
found, or is several, ends the program with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from certmanager.v1.access_pb2 import Identity
from certmanager.v1.access_service_pb2 import GetIdentityRequest, ListIdentitiesRequest
from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import (
    GetCertificateAuthorityRequest,
    ListCertificateAuthoritiesRequest,
)
from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.policy_service_pb2 import GetCertificatePolicyRequest, PolicySlug
from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest, ProfileSlug
from certmanager.v1.project_pb2 import Project
from certmanager.v1.project_service_pb2 import GetProjectRequest, ListProjectsRequest
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.client import Client

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_NAMED = 10


def is_id(text: str) -> bool:
    """Whether the text is an id rather than a name."""
    return _ID.fullmatch(text) is not None


async def project(client: Client, said: str) -> Project:
    """The project of that id or slug."""
    request = GetProjectRequest(id=said) if is_id(said) else GetProjectRequest(slug=said)
    return (await client.call(client.projects.GetProject, request)).project


async def project_id(client: Client, said: str | None) -> str:
    """The id of the project of that id or slug; of the only one that the caller sees if none is said."""
    if said is not None:
        return said if is_id(said) else (await project(client, said)).id
    answer = await client.all_pages(client.projects.ListProjects, ListProjectsRequest(), most=_MOST_NAMED + 1)
    if not answer.projects:
        fail("there is no project that you may see", status=Exit.NOT_FOUND)
    if len(answer.projects) > 1:
        slugs = ", ".join(each.slug for each in answer.projects[:_MOST_NAMED])
        fail(f"--project must be said: one of {slugs}")
    return answer.projects[0].id


async def authority(client: Client, said: str, *, project: str | None) -> CertificateAuthority:
    """The CA of that id, or of that name in the project (as :func:`project_id` takes it)."""
    if is_id(said):
        request = GetCertificateAuthorityRequest(id=said)
        answer = await client.call(client.authorities.GetCertificateAuthority, request)
        return answer.certificate_authority
    asked = ListCertificateAuthoritiesRequest(project_id=await project_id(client, project), name=said)
    listed = await client.all_pages(client.authorities.ListCertificateAuthorities, asked)
    found = [each for each in listed.certificate_authorities if each.name == said]
    return _only(found, f"CA '{said}'")  # type: ignore[no-any-return]


async def authority_id(client: Client, said: str, *, project: str | None) -> str:
    """The id of that CA; an id is taken as it is."""
    return said if is_id(said) else (await authority(client, said, project=project)).id


async def policy(client: Client, said: str, *, project: str | None) -> CertificatePolicy:
    """The policy of that id, or of that slug in the project (as :func:`project_id` takes it)."""
    if is_id(said):
        request = GetCertificatePolicyRequest(id=said)
    else:
        key = PolicySlug(project_id=await project_id(client, project), slug=said)
        request = GetCertificatePolicyRequest(slug=key)
    return (await client.call(client.policies.GetCertificatePolicy, request)).certificate_policy


async def policy_id(client: Client, said: str, *, project: str | None) -> str:
    """The id of that policy; an id is taken as it is."""
    return said if is_id(said) else (await policy(client, said, project=project)).id


async def profile(client: Client, said: str, *, project: str | None) -> CertificateProfile:
    """The profile of that id, or of that slug in the project (as :func:`project_id` takes it)."""
    if is_id(said):
        request = GetCertificateProfileRequest(id=said)
    else:
        key = ProfileSlug(project_id=await project_id(client, project), slug=said)
        request = GetCertificateProfileRequest(slug=key)
    return (await client.call(client.profiles.GetCertificateProfile, request)).certificate_profile


async def profile_id(client: Client, said: str, *, project: str | None) -> str:
    """The id of that profile; an id is taken as it is."""
    return said if is_id(said) else (await profile(client, said, project=project)).id


async def identity(client: Client, said: str) -> Identity:
    """The identity of that id or name, a revoked one too."""
    if is_id(said):
        answer = await client.call(client.access.GetIdentity, GetIdentityRequest(id=said))
        return answer.identity
    asked = ListIdentitiesRequest(name=said, include_revoked=True)
    listed = await client.all_pages(client.access.ListIdentities, asked)
    found = [each for each in listed.identities if each.name == said]
    return _only(found, f"identity '{said}'")  # type: ignore[no-any-return]


async def identity_id(client: Client, said: str) -> str:
    """The id of that identity; an id is taken as it is."""
    return said if is_id(said) else (await identity(client, said)).id


def _only(found: list[Any], what: str) -> Any:
    if not found:
        fail(f"no {what}", status=Exit.NOT_FOUND)
    if len(found) > 1:
        fail(f"there are several of {what}: say which by its id", *_ids(found))
    return found[0]


def _ids(found: Iterable[Any]) -> Iterable[str]:
    return (f"  {each.id}" for each in found)
