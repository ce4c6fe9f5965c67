"""``certmanager login`` and ``logout``: put a context there, and take its token away."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from certmanager.v1.access_service_pb2 import WhoAmIRequest, WhoAmIResponse
from certmanager_client import literals
from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts import targets
from certmanager_client.cli.contexts.kept import Context, Contexts, ContextsFault
from certmanager_client.cli.contexts.targets import Unresolved
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.options import Options, chosen
from certmanager_client.cli.terminal.output import say, show_json
from certmanager_client.cli.terminal.session import perform_at
from certmanager_client.client import Client


def login(
    address: Annotated[
        str | None,
        typer.Argument(metavar="[HOST:PORT]", help="The server. [that of the context]", show_default=False),
    ] = None,
    insecure_loopback: Annotated[
        bool, typer.Option("--insecure-loopback", help="Speak without TLS; only to this machine.")
    ] = False,
) -> None:
    """Keep a server's address, CA file and your token as a context.

    The token comes from --token-file (- for stdin), from CERTMANAGER_TOKEN_FILE
    or CERTMANAGER_TOKEN, or is asked for; never from an argument, which others
    on this machine could read. Nothing is kept unless the server knows it.
    --context names the context; else it has the address for a name. With the
    name of a context that is there, its address and CA file go on being used.
    """
    options = chosen()
    try:
        kept = contexts.read(contexts.path())
        former = _former(kept, options, address)
        context = _asked(former, options, insecure=insecure_loopback)
        answer = perform_at(targets.of_context(context), _who_am_i)
        context = replace(context, identity=answer.identity.name)
        # Read anew: somebody else may have logged in meanwhile.
        kept = contexts.change(
            contexts.path(), lambda kept: kept.with_(_name(kept, options, context), context)
        )
    except (ContextsFault, Unresolved) as error:
        fail(str(error))
    if options.json:
        show_json(literals.plain(answer, with_defaults=True))
    say(f"you are '{answer.identity.name}' at {context.address}; the context is '{kept.current}'")


def logout() -> None:
    """Forget the token of a context: the current one, or that of --context.

    The server goes on taking the token; `certmanager token revoke` ends that.
    """
    named: list[str] = []

    def forgotten(kept: Contexts) -> Contexts:
        name = chosen().context or kept.current
        if not name:
            raise ContextsFault("there is no context to log out of")
        named.append(name)
        return Contexts(kept.current, {**kept.by_name, name: replace(kept.get(name), token="", identity="")})

    try:
        contexts.change(contexts.path(), forgotten)
    except ContextsFault as error:
        fail(str(error))
    say(f"the token of '{named[-1]}' is forgotten here; the server still takes it")


def _name(kept: Contexts, options: Options, context: Context) -> str:
    """What is said; else the current context's if it is this server's; else the address."""
    if options.context:
        return options.context
    current = kept.by_name.get(kept.current)
    return kept.current if current is not None and current.address == context.address else context.address


def _former(kept: Contexts, options: Options, address: str | None) -> Context:
    """Where to begin: the address that is said, else that of the context that is logged in to anew."""
    said = address or options.address or (None if options.context else os.environ.get(targets.ADDRESS))
    named = kept.by_name.get(options.context or kept.current)
    if said:
        return Context(said)
    if named is None:
        raise Unresolved("which server? `certmanager login HOST:PORT`")
    return replace(named, token="")


def _asked(former: Context, options: Options, *, insecure: bool) -> Context:
    named = replace(options, context=None)  # it is not used here, but made: the environment counts
    trusted = targets.roots(named)
    token = targets.secret(named) or _prompted(former.address)
    roots = former.roots if trusted is None else trusted
    return replace(former, roots=roots, token=token, insecure=insecure or former.insecure)


def _prompted(address: str) -> str:
    if not sys.stdin.isatty():
        raise Unresolved("no token: --token-file gives one (- for stdin), or a terminal to type it at")
    try:
        token = getpass.getpass(f"token for {address}: ").strip()
    except EOFError:
        token = ""
    if not token:
        raise Unresolved("no token was typed")
    return token


async def _who_am_i(client: Client) -> WhoAmIResponse:
    return await client.call(client.access.WhoAmI, WhoAmIRequest())
