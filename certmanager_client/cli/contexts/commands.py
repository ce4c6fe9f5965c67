"""``certmanager context``: choose among the servers that one is logged in to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from certmanager_client.cli.contexts import kept as contexts
from certmanager_client.cli.contexts.kept import Context, Contexts, ContextsFault
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import say, show_json, show_lines, show_table, visible

app = group("Choose among the servers that you are logged in to.")

T = TypeVar("T")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The context.", autocompletion=contexts.names)]


@app.command("list")
def list_() -> None:
    """List the contexts; a star marks the current one."""
    kept = _read()
    documents = [
        _document(name, context, current=kept.current) for name, context in sorted(kept.by_name.items())
    ]
    if chosen().json:
        show_json({"contexts": documents})
        return
    rows = [
        [
            "*" if one["current"] else "",
            visible(one["name"]),
            visible(one["address"]),
            visible(one["identity"]),
        ]
        for one in documents
    ]
    show_table(["", "NAME", "ADDRESS", "IDENTITY"], rows)


@app.command()
def show(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="The context. [the current one]", autocompletion=contexts.names
        ),
    ] = None,
) -> None:
    """Show a context, without its token."""
    kept = _read()
    named = name or chosen().context or kept.current
    if not named:
        fail("there is no current context")
    document = _document(named, _told(lambda: kept.get(named)), current=kept.current)
    if chosen().json:
        show_json(document)
        return
    show_lines((key, _words(value)) for key, value in document.items())


@app.command()
def use(name: Name) -> None:
    """Make a context the current one."""
    _change(lambda kept: kept.using(name))
    say(f"the current context is '{name}'")


@app.command()
def remove(name: Name) -> None:
    """Remove a context, and the token that it keeps."""
    _change(lambda kept: kept.without(name))
    say(f"the context '{name}' is removed")


def _document(name: str, context: Context, *, current: str) -> dict[str, Any]:
    return {
        "name": name,
        "current": name == current,
        "address": context.address,
        "identity": context.identity,
        "roots": "its own" if context.roots else "the system's",
        "tls": not context.insecure,
        "token": "kept" if context.token else "none",
        "file": str(contexts.path()),
    }


def _words(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else visible(str(value))


def _read() -> Contexts:
    return _told(lambda: contexts.read(contexts.path()))


def _change(changed: Callable[[Contexts], Contexts]) -> None:
    _told(lambda: contexts.change(contexts.path(), changed))


def _told(work: Callable[[], T]) -> T:
    """What the work returns; a fault of the file ends the program with its sentence."""
    try:
        return work()
    except ContextsFault as error:
        fail(str(error))
