"""Policies and profiles by name, and the names of what documents refer to."""

from __future__ import annotations

from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1.certificate_authority_service_pb2 import ListCertificateAuthoritiesRequest
from certmanager.v1.policy_service_pb2 import GetCertificatePolicyRequest, PolicySlug
from certmanager.v1.profile_service_pb2 import GetCertificateProfileRequest, ProfileSlug
from certmanager_client.cli import finding
from certmanager_client.client import Client
from certmanager_client.errors import ApiError


async def policy(client: Client, named: str, *, project: str | None) -> policy_pb2.CertificatePolicy:
    """The policy of that id, or of that slug in the project (as finding.project_id takes it)."""
    if finding.is_id(named):
        request = GetCertificatePolicyRequest(id=named)
    else:
        key = PolicySlug(project_id=await finding.project_id(client, project), slug=named)
        request = GetCertificatePolicyRequest(slug=key)
    return (await client.call(client.policies.GetCertificatePolicy, request)).certificate_policy


async def profile(client: Client, named: str, *, project: str | None) -> profile_pb2.CertificateProfile:
    """The profile of that id, or of that slug in the project."""
    if finding.is_id(named):
        request = GetCertificateProfileRequest(id=named)
    else:
        key = ProfileSlug(project_id=await finding.project_id(client, project), slug=named)
        request = GetCertificateProfileRequest(slug=key)
    return (await client.call(client.profiles.GetCertificateProfile, request)).certificate_profile


async def id_of(client: Client, field: str, named: str, *, project: str | None) -> str:
    """The id of what the field of a document names. What is not there, or is several, ends the program."""
    if finding.is_id(named):
        return named
    match field:
        case "project_id":
            return await finding.project_id(client, named)
        case "ca_id":
            return await finding.authority_id(client, named, project=project)
        case _:
            return (await policy(client, named, project=project)).id


async def name_of(client: Client, field: str, id_: str) -> str:
    """The name that documents show for an id; the id itself where the caller may not read the name."""
    try:
        match field:
            case "project_id":
                return (await finding.project(client, id_)).slug
            case "ca_id":
                return await _authority_name(client, id_)
            case _:
                return (await policy(client, id_, project=None)).slug
    except ApiError:
        return id_


async def _authority_name(client: Client, id_: str) -> str:
    """Its id where the name is not its alone."""
    ca = await finding.authority(client, id_, project=None)
    asked = ListCertificateAuthoritiesRequest(project_id=ca.project_id, name=ca.name)
    listed = await client.all_pages(client.authorities.ListCertificateAuthorities, asked)
    same = [one for one in listed.certificate_authorities if one.name == ca.name]
    return ca.name if len(same) == 1 and not finding.is_id(ca.name) else id_
