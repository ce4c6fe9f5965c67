"""The console script ``certmanager``: its commands, and the options that all of them take."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, ClassVar, NoReturn

import typer
import typer.main

from certmanager_client.cli.terminal.lazily import Lazy, LazyGroup, ServerCommand, group
from certmanager_client.cli.terminal.options import LONGEST, choose, forget, seconds
from certmanager_client.cli.terminal.running import run

_CLI = "certmanager_client.cli"


class Commands(LazyGroup):
    """All commands, in the order of the help."""

    table: ClassVar[Mapping[str, Lazy | ServerCommand]] = {
        "login": Lazy(
            f"{_CLI}.contexts.login:login", "Keep a server's address, CA file and your token as a context."
        ),
        "logout": Lazy(f"{_CLI}.contexts.login:logout", "Forget the token of a context."),
        "context": Lazy(
            f"{_CLI}.contexts.commands:app", "Choose among the servers that you are logged in to."
        ),
        "whoami": Lazy(
            f"{_CLI}.access.whoami:whoami", "Show who you are to the server, and what you may do."
        ),
        "project": Lazy(f"{_CLI}.project:app", "Create and look after projects."),
        "identity": Lazy(f"{_CLI}.access.identity:app", "Say who may call the server, and what they may do."),
        "token": Lazy(f"{_CLI}.access.token:app", "Create, list and revoke access tokens."),
        "ca": Lazy(f"{_CLI}.authorities.commands:app", "Create and look after certificate authorities."),
        "policy": Lazy(f"{_CLI}.policy:app", "Write policies: what certificates may contain."),
        "profile": Lazy(f"{_CLI}.profile:app", "Write profiles: which CA, which policy, which defaults."),
        "issue": Lazy(f"{_CLI}.issuing.command:issue", "Get a certificate."),
        "request": Lazy(
            f"{_CLI}.requests.commands:app", "Follow and decide requests for certificates; claim their keys."
        ),
        "open-key": Lazy(
            f"{_CLI}.sealing.command:open_key", "Open a private key that was sealed to yours; offline."
        ),
        "get": Lazy(f"{_CLI}.certificates.commands:get", "Show a certificate."),
        "list": Lazy(f"{_CLI}.certificates.commands:list_", "List certificates."),
        "statistics": Lazy(
            f"{_CLI}.certificates.counting:statistics", "Count certificates, and those issued each day."
        ),
        "renew": Lazy(f"{_CLI}.certificates.renewing:renew", "Get a certificate that replaces another."),
        "renewal": Lazy(
            f"{_CLI}.certificates.keeping:renewal", "Switch a certificate's auto-renewal, or move its time."
        ),
        "revoke": Lazy(f"{_CLI}.certificates.revoking:revoke", "Revoke a certificate, or put it on hold."),
        "release": Lazy(f"{_CLI}.certificates.revoking:release", "Lift the hold of a certificate."),
        "bundle": Lazy(f"{_CLI}.certificates.keeping:bundle", "Write a certificate and its chain as a file."),
        "watch": Lazy(f"{_CLI}.following.commands:app", "Follow a certificate's lineage, or what to trust."),
        "agent": Lazy(
            f"{_CLI}.agent.command:agent", "Keep a service's key and certificate fresh in a directory."
        ),
        "audit": Lazy(f"{_CLI}.audit:app", "Read the audit log, and check that it is whole."),
        "serve": ServerCommand(
            "serve", help_="Serve until SIGTERM or SIGINT; a second signal stops at once."
        ),
        "bootstrap": ServerCommand(
            "bootstrap", help_="Set up an empty database and data directory, and end."
        ),
        "migrate": ServerCommand("migrate", help_="Bring the database's tables to this program's version."),
    }


app = group(
    "Issue X.509 certificates against certificate profiles, over gRPC.", cls=Commands, add_completion=True
)


def _tell_version(value: bool) -> None:
    if value:
        print(f"certmanager, version {version_of('certmanager')}")
        raise typer.Exit


def _contexts() -> list[str]:
    from certmanager_client.cli.contexts.kept import names  # noqa: PLC0415 - for completion only

    return names()


@app.callback()
def options(
    context: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The context to use, not the current one.", autocompletion=_contexts
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="The server; no context is used. [CERTMANAGER_ADDRESS]"),
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PEM roots to trust it by. [CERTMANAGER_CA_FILE]")
    ] = None,
    token_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="File of your token, - for stdin. [CERTMANAGER_TOKEN_FILE]"),
    ] = None,
    json: Annotated[bool | None, typer.Option("--json", help="Answer with one JSON document.")] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            parser=seconds, metavar="SECONDS", help=f"How long a call may take, at most {LONGEST}. [30]"
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - ends the program by itself
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Set what holds for the whole command."""
    forget()
    choose(
        context=context, address=address, ca_file=ca_file, token_file=token_file, json=json, timeout=timeout
    )


def main() -> NoReturn:
    """Run the program with this process's arguments."""
    sys.exit(run(typer.main.get_command(app)))
