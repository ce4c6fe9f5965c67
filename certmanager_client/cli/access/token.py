"""``certmanager token``: access tokens. A secret is shown once, when its token is created."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from certmanager.v1.access_pb2 import AccessToken
from certmanager.v1.access_service_pb2 import (
    CreateAccessTokenRequest,
    CreateAccessTokenResponse,
    ListAccessTokensRequest,
    ListAccessTokensResponse,
    RevokeAccessTokenRequest,
)
from certmanager_client.cli.access.roles import Who
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import Column, field_text, say, show_one, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, duration, instant
from certmanager_client.cli.terminal.session import perform
from certmanager_client.cli.terminal.signals import hold
from certmanager_client.cli.terminal.writing import FileFault, Lost, Place, Reserved, reserved
from certmanager_client.client import Client

app = group("Create, list and revoke access tokens.")


def end(token: AccessToken) -> str:
    """When a token ends."""
    return field_text(token, "expires_at") or "never"


_COLUMNS = (
    Column("ID", "id"),
    Column("IDENTITY", "identity_id"),
    Column("PREFIX", "prefix"),
    Column("ENDS", end),
    Column("LAST USED", "last_used_at"),
    Column("REVOKED", "revoked_at"),
    Column("DESCRIPTION", "description"),
)
_LINES = (
    Column("id", "id"),
    Column("identity", "identity_id"),
    Column("description", "description"),
    Column("ends", end),
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
        answer = await client.call(client.access.CreateAccessToken, request)
        hold()
        return answer

    if out is None:
        _hand_over(perform(work), quiet=quiet)
        return
    answer = _kept(work, out)
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


def _kept(
    work: Callable[[Client], Awaitable[CreateAccessTokenResponse]], out: Path
) -> CreateAccessTokenResponse:
    """The answer without the secret, which is in the file. Its place comes first: else it could be lost."""
    try:
        with reserved((Place(out, secret=True),)) as (file,):
            answer = perform(work)
            _publish(file, answer)
    except FileFault as error:
        fail(str(error))
    answer.secret = ""
    return answer


def _publish(file: Reserved, answer: CreateAccessTokenResponse) -> None:
    try:
        file.publish(f"{answer.secret}\n".encode())
    except Lost as error:
        fail(str(error), _useless(answer), status=Exit.UNEXPECTED)
    except FileFault as error:
        fail(str(error), f"it is the token {answer.access_token.id}", status=Exit.UNEXPECTED)


def _hand_over(answer: CreateAccessTokenResponse, *, quiet: bool) -> None:
    """Show a secret; if that fails, tell which token is to be revoked."""
    try:
        _show(answer, quiet=quiet)
        sys.stdout.flush()
    except OSError:
        print(_useless(answer), file=sys.stderr)
        raise


def _useless(answer: CreateAccessTokenResponse) -> str:
    return f"nobody has its secret: `certmanager token revoke {answer.access_token.id}`"


def _show(answer: CreateAccessTokenResponse, *, quiet: bool) -> None:
    if quiet and not chosen().json:
        print(answer.secret, end="\n" if answer.secret else "")
        return
    secret = Column("secret", lambda _: answer.secret)
    show_one(answer, answer.access_token, (*_LINES, secret))
