"""The names of what documents refer to, and the ids behind them."""

from __future__ import annotations

from certmanager.v1.certificate_authority_service_pb2 import ListCertificateAuthoritiesRequest
from certmanager_client.cli.terminal import finding
from certmanager_client.client import Client
from certmanager_client.errors import ApiError


async def id_of(client: Client, field: str, named: str, *, project: str | None) -> str:
    """The id of what the field of a document names. What is not there, or is several, ends the program."""
    match field:
        case "project_id":
            return await finding.project_id(client, named)
        case "ca_id":
            return await finding.authority_id(client, named, project=project)
        case _:
            return await finding.policy_id(client, named, project=project)


async def name_of(client: Client, field: str, id_: str) -> str:
    """The name that documents show for an id; the id itself where the caller may not read the name."""
    try:
        match field:
            case "project_id":
                return (await finding.project(client, id_)).slug
            case "ca_id":
                return await _authority_name(client, id_)
            case _:
                return (await finding.policy(client, id_, project=None)).slug
    except ApiError:
        return id_


async def _authority_name(client: Client, id_: str) -> str:
    """Its id where the name is not its alone."""
    ca = await finding.authority(client, id_, project=None)
    asked = ListCertificateAuthoritiesRequest(project_id=ca.project_id, name=ca.name)
    listed = await client.all_pages(client.authorities.ListCertificateAuthorities, asked)
    same = [one for one in listed.certificate_authorities if one.name == ca.name]
    return ca.name if len(same) == 1 and not finding.is_id(ca.name) else id_
