"""``certmanager identity``: who may call the server."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1 import access_pb2
from certmanager.v1.access_service_pb2 import (
    CreateIdentityRequest,
    GetIdentityRequest,
    GetIdentityResponse,
    ListIdentitiesRequest,
    ListIdentitiesResponse,
    RevokeIdentityRequest,
    RevokeIdentityResponse,
)
from certmanager_client.cli.access import roles
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.lazily import EVERYWHERE, group
from certmanager_client.cli.terminal.output import Column, show_one, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, literal
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Say who may call the server, and what they may do.")
for _command in (roles.grant, roles.roles, roles.ungrant):
    app.command(epilog=EVERYWHERE)(_command)

_KIND = access_pb2.IdentityKind.DESCRIPTOR
_COLUMNS = (
    Column("NAME", "name"),
    Column("KIND", "kind"),
    Column("ID", "id"),
    Column("CREATED", "created_at"),
    Column("REVOKED", "revoked_at"),
)
_LINES = (
    *(Column(name, name) for name in ("name", "kind", "description", "id")),
    Column("created", "created_at"),
    Column("revoked", "revoked_at"),
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name unique in the server.")],
    kind: Annotated[
        int, literal(_KIND, "--kind", help="A human being or a program.")
    ] = access_pb2.IDENTITY_KIND_SERVICE,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Create an identity. It has no roles and no tokens yet."""
    request = CreateIdentityRequest(name=name, kind=kind, description=description)  # type: ignore[arg-type]
    answer = perform(lambda client: client.call(client.access.CreateIdentity, request))
    show_one(answer, answer.identity, _LINES)


@app.command("list")
def list_(
    name: Annotated[str, typer.Option(help="Only this name; web-* are all that begin so.")] = "",
    kind: Annotated[int, literal(_KIND, "--kind", help="Only this kind.")] = 0,
    project: Annotated[
        str | None, typer.Option(metavar="SLUG|ID", help="Only with a role in this project.")
    ] = None,
    revoked: Annotated[bool, typer.Option("--revoked", help="Revoked ones as well.")] = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List identities."""

    async def work(client: Client) -> ListIdentitiesResponse:
        request = ListIdentitiesRequest(name=name, kind=kind, include_revoked=revoked)  # type: ignore[arg-type]
        if project is not None:
            request.project_id = await finding.project_id(client, project)
        return await client.all_pages(client.access.ListIdentities, request, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.identities, _COLUMNS)


@app.command()
def get(identity: roles.Who) -> None:
    """Show an identity."""

    async def work(client: Client) -> GetIdentityResponse:
        request = GetIdentityRequest(id=await finding.identity_id(client, identity))
        return await client.call(client.access.GetIdentity, request)

    answer = perform(work)
    show_one(answer, answer.identity, _LINES)


@app.command()
def revoke(identity: roles.Who) -> None:
    """Revoke an identity for good, with all its tokens and roles. Its certificates stay valid."""

    async def work(client: Client) -> RevokeIdentityResponse:
        request = RevokeIdentityRequest(id=await finding.identity_id(client, identity))
        return await client.call(client.access.RevokeIdentity, request)

    answer = perform(work)
    show_one(answer, answer.identity, _LINES)
