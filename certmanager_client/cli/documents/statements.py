"""Policies and profiles as documents: read from a file, shown so that they can be edited and given back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from certmanager_client.cli.documents import references
from certmanager_client.cli.documents.kinds import Kind
from certmanager_client.cli.documents.read import Stated, read_document
from certmanager_client.cli.documents.tree import GREATEST_SIZE, DocumentFault, Fault
from certmanager_client.cli.documents.write import plain
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

T = TypeVar("T")

_OCTETS = 4 * GREATEST_SIZE
"""At most, of characters in UTF-8."""


def ask(work: Callable[[Client], Awaitable[T]]) -> T:
    """What the work returns; a document that is none ends the program as a call that fails does."""
    try:
        return perform(work)
    except DocumentFault as error:
        fail(*map(str, error.faults))


def read_file(file: str) -> str:
    """The text of a file, or of stdin for ``-``. Ends the program if it cannot be had."""
    try:
        return must_read(file, _OCTETS).decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text")


def read_stated(kind: Kind, file: str) -> Stated:
    """The message that a file states. Ends the program with all that is wrong with it."""
    try:
        return stated(kind, read_file(file))
    except DocumentFault as error:
        first, *others = error.faults
        fail(f"{file}: {first}", *(f"{file}: {each}" for each in others))


def stated(kind: Kind, text: str) -> Stated:
    """The message that a text states, its references as they are written. Raises DocumentFault."""
    aliases = {key: name for name, key in kind.references.items()}
    return read_document(text, kind.message, aliases=aliases)


async def written(client: Client, kind: Kind, message: Any) -> dict[str, Any]:
    """The document of a message as plain values, the ids that it refers to by their names."""
    shown = kind.message()
    shown.CopyFrom(message)
    for name in kind.references:
        setattr(shown, name, await references.name_of(client, name, getattr(message, name)))
    return plain(shown, names=kind.references, without=kind.given, always=kind.always)


async def to_create(client: Client, kind: Kind, said: Stated, *, project: str | None) -> Any:
    """The message to create, in the project that an option or the document names.

    Raises DocumentFault, ApiError.
    """
    named = said.message.project_id or None
    project_id = await finding.project_id(client, project or named)
    if project and named and await finding.project_id(client, named) != project_id:
        raise DocumentFault(Fault("project", f"'{named}' is not the project of --project"))
    message = await _resolved(client, kind, said, project_id)
    message.project_id = project_id
    return message


async def to_update(client: Client, kind: Kind, said: Stated, *, stored: Any) -> Any:
    """The message that replaces the stored one. Raises DocumentFault, ApiError."""
    message = await _resolved(client, kind, said, stored.project_id)
    for name in kind.kept - said.named:
        setattr(message, name, getattr(stored, name))
    if message.project_id != stored.project_id:
        raise DocumentFault(Fault("project", f"a {kind.noun} never changes its project"))
    if message.id not in {"", stored.id}:
        raise DocumentFault(Fault("id", f"this is the document of another {kind.noun}"))
    message.id = stored.id
    message.etag = message.etag or stored.etag
    return message


async def _resolved(client: Client, kind: Kind, said: Stated, project: str) -> Any:
    message = kind.message()
    message.CopyFrom(said.message)
    for name in set(kind.references) & said.named:
        named = getattr(message, name)
        setattr(message, name, await references.id_of(client, name, named, project=project))
    return message
