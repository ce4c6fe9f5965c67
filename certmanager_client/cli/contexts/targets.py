"""Which server a command talks to, and as whom: options over environment over context.

Where an option or the environment names an address, no context is looked at:
a token that is kept for one server is never sent to another.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import replace

from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts.kept import Context, ContextsFault
from certmanager_client.cli.terminal.options import Options
from certmanager_client.cli.terminal.reading import Unread, read_bounded
from certmanager_client.target import Target

ADDRESS = "CERTMANAGER_ADDRESS"
CA_FILE = "CERTMANAGER_CA_FILE"
TOKEN = "CERTMANAGER_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE = "CERTMANAGER_TOKEN_FILE"  # noqa: S105
_LONGEST_TOKEN = 4096
_LONGEST_ROOTS = 4 * 1024 * 1024
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class Unresolved(Exception):
    """It is not known whom to call, or as whom; the text is for the user, and holds no token."""


def target(
    options: Options, environment: Mapping[str, str] = os.environ, *, needs_token: bool = True
) -> Target:
    """The server that the options, the environment or a context name; raises Unresolved."""
    context = _context(options, environment)
    said = roots(options, environment)
    token = secret(options, environment) or context.token
    if not token and needs_token:
        raise Unresolved(f"no token: --token-file, {TOKEN_FILE} or {TOKEN} gives one, or `certmanager login`")
    return of_context(replace(context, roots=context.roots if said is None else said, token=token))


def of_context(context: Context) -> Target:
    """The server of a context; raises Unresolved for what a Target refuses."""
    try:
        return Target(
            context.address,
            roots=context.roots.encode() or None,
            token=context.token,
            insecure=context.insecure,
        )
    except ValueError as error:
        raise Unresolved(str(error)) from None


def roots(options: Options, environment: Mapping[str, str] = os.environ) -> str | None:
    """The CA certificates that options or environment name, as PEM; None if they name none.

    A context that is named brings its own, whatever the environment says.
    """
    file = options.ca_file or (environment.get(CA_FILE) if options.context is None else None)
    if not file:
        return None
    try:
        # What is not ASCII can stand beside the certificates only, as a name in another script.
        found = read_bounded(str(file), _LONGEST_ROOTS, what="the CA file").decode("ascii", "replace")
    except Unread as error:
        raise Unresolved(str(error)) from None
    blocks = "".join(f"{block}\n" for block in _PEM.findall(found))
    if not blocks:
        raise Unresolved(f"the CA file {file} holds no PEM certificate")
    try:
        ssl.create_default_context(cadata=blocks)
    except (ssl.SSLError, ValueError):
        raise Unresolved(f"the CA file {file} holds a certificate that cannot be read") from None
    return blocks


def secret(options: Options, environment: Mapping[str, str] = os.environ) -> str:
    """The token that options or environment give; empty if they give none."""
    if options.token_file:
        return token_of(options.token_file)
    if options.context is None:
        if token := environment.get(TOKEN):
            return token.strip()
        if file := environment.get(TOKEN_FILE):
            return token_of(file)
    return ""


def token_of(file: str) -> str:
    """The token in a file, or on stdin if that is ``-``; raises Unresolved."""
    try:
        text = read_bounded(file, _LONGEST_TOKEN, what="the token file").decode("ascii")
    except Unread as error:
        raise Unresolved(str(error)) from None
    except UnicodeDecodeError:
        raise Unresolved(f"the token file {file} holds no token") from None
    if not text.strip():
        raise Unresolved(f"the token file {file} is empty" if file != "-" else "there is no token on stdin")
    return text.strip()


def _context(options: Options, environment: Mapping[str, str]) -> Context:
    address = options.address or (environment.get(ADDRESS) if options.context is None else None)
    if address and options.context is not None:
        raise Unresolved("--address and --context name two servers: give one of them")
    if address:
        return Context(address)
    try:
        kept = contexts.read(contexts.path(environment))
        name = options.context if options.context is not None else kept.current
        if not name:
            raise Unresolved(f"no server: `certmanager login`, --address or {ADDRESS} names one")
        return kept.get(name)
    except ContextsFault as error:
        raise Unresolved(str(error)) from None
