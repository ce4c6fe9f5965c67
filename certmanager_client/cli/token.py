"""``certmanager token``: access tokens. A secret is shown once, when its token is created."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certmanager.v1.access_service_pb2 import (
    CreateAccessTokenRequest,
    CreateAccessTokenResponse,
    ListAccessTokensRequest,
    ListAccessTokensResponse,
    RevokeAccessTokenRequest,
)
from certmanager_client.cli import finding
from certmanager_client.cli.exits import fail
from certmanager_client.cli.lazily import group
from certmanager_client.cli.options import chosen
from certmanager_client.cli.output import Column, say, show_one, show_rows
from certmanager_client.cli.parameters import DEFAULT_LIMIT, Limit, duration, instant
from certmanager_client.cli.roles import Who
from certmanager_client.cli.secret_files import reserved
from certmanager_client.cli.session import perform
from certmanager_client.client import Client

app = group("Create, list and revoke access tokens.")

_COLUMNS = (
    Column("ID", "id"),
    Column("IDENTITY", "identity_id"),
    Column("PREFIX", "prefix"),
    Column("ENDS", lambda token: Column("", "expires_at").text(token) or "never"),
    Column("LAST USED", "last_used_at"),
    Column("REVOKED", "revoked_at"),
    Column("DESCRIPTION", "description"),
)
_LINES = (
    Column("id", "id"),
    Column("identity", "identity_id"),
    Column("description", "description"),
    Column("ends", lambda token: Column("", "expires_at").text(token) or "never"),
    Column("last used", "last_used_at"),
    Column("revoked", "revoked_at"),
)


@app.command()
def create(
    identity: Who,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    ttl: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long it counts, as 30d. [90d]")
    ] = None,
    expires_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it ends, as 2027-01-31.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the secret to a new file, mode 0600.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Write the secret and nothing else.")] = False,
) -> None:
    """Create an access token for an identity. Its secret is shown this once."""
    if ttl and expires_at:
        fail("--ttl and --expires-at both say when the token ends: give one of them")
    request = CreateAccessTokenRequest(description=description)
    if ttl:
        request.lifetime.CopyFrom(duration(ttl))
    if expires_at:
        request.expires_at.CopyFrom(instant(expires_at))

    async def work(client: Client) -> CreateAccessTokenResponse:
        request.identity_id = await finding.identity_id(client, identity)
        return await client.call(client.access.CreateAccessToken, request)

    if out is None:
        _show(perform(work), quiet=quiet)
        return
    # The place comes first: a secret that cannot be kept would be lost.
    with reserved(out) as file:
        answer = perform(work)
        file.write(answer.secret + "\n")
    answer.secret = ""
    _show(answer, quiet=quiet)
    if not quiet:
        say(f"its secret is in {out}")


@app.command("list")
def list_(
    identity: Annotated[str | None, typer.Option(metavar="NAME|ID", help="Only this identity's.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Revoked and expired ones as well.")] = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List access tokens, without their secrets."""

    async def work(client: Client) -> ListAccessTokensResponse:
        request = ListAccessTokensRequest(include_ended=ended)
        if identity is not None:
            request.identity_id = await finding.identity_id(client, identity)
        return await client.all_pages(client.access.ListAccessTokens, request, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.access_tokens, _COLUMNS)


@app.command()
def revoke(token: Annotated[str, typer.Argument(metavar="ID", help="The token's id.")]) -> None:
    """Revoke an access token for good."""
    request = RevokeAccessTokenRequest(id=token)
    answer = perform(lambda client: client.call(client.access.RevokeAccessToken, request))
    show_one(answer, answer.access_token, _LINES)


def _show(answer: CreateAccessTokenResponse, *, quiet: bool) -> None:
    if quiet and not chosen().json:
        print(answer.secret, end="\n" if answer.secret else "")
        return
    secret = Column("secret", lambda _: answer.secret)
    show_one(answer, answer.access_token, (*_LINES, secret))
