"""What policies and profiles have in common on the command line: they are made of documents."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from enum import StrEnum
from typing import Any, NoReturn

import typer

from certmanager_client import literals
from certmanager_client.cli.documents.diff import difference, show_difference
from certmanager_client.cli.documents.editor import Abandoned, NotTaken, edited
from certmanager_client.cli.documents.kinds import Kind
from certmanager_client.cli.documents.read import Stated
from certmanager_client.cli.documents.statements import (
    ask,
    read_stated,
    stated,
    to_create,
    to_update,
    written,
)
from certmanager_client.cli.documents.tree import DocumentFault
from certmanager_client.cli.documents.write import to_yaml
from certmanager_client.cli.terminal.exits import Exit, fail, let_one_mean_difference
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import say, show_json
from certmanager_client.client import Client

_MENDABLE = frozenset({Exit.USAGE, Exit.REFUSED, Exit.NOT_FOUND, Exit.CONFLICT})
"""What another text may change, so that the editor opens again."""
_DIFFERENT = 1


class Form(StrEnum):
    """How a document is written."""

    YAML = "yaml"
    JSON = "json"


def create(kind: Kind, file: str, *, project: str | None) -> None:
    """Create what a file states."""
    said = read_stated(kind, file)

    async def work(client: Client) -> Any:
        return await kind.create(client, await to_create(client, kind, said, project=project))

    _tell(kind, ask(work), "created")


def show(kind: Kind, name: str, *, project: str | None, form: Form) -> None:
    """Write the document of one thing; with ``--json`` the API's message."""
    found, document = _read(kind, name, project)
    if chosen().json:
        _show_answer(kind, found)
    elif form is Form.JSON:
        show_json(document)
    else:
        print(_text(kind, found, document), end="")


def edit(kind: Kind, name: str, *, project: str | None, file: str | None) -> None:
    """Replace one thing by what a file states, or by what the caller's editor makes of its document."""
    if file is not None:
        _tell(kind, _replaced(kind, name, read_stated(kind, file), project), "changed")
        return

    found, document = _read(kind, name, project)
    text = _text(kind, found, document)
    try:
        taken = edited(text, _taking(kind, found.id), again=sys.stdin.isatty())
    except Abandoned as error:
        fail(*error.sentences, status=error.status)
    if taken is None:
        say("nothing is changed")
    else:
        _tell(kind, taken, "changed")


def diff(kind: Kind, name: str, *, project: str | None, file: str) -> NoReturn:
    """Show what ``edit`` with the file would change; ends with 0 for nothing, 1 for something."""
    let_one_mean_difference()
    said = read_stated(kind, file)

    async def work(client: Client) -> tuple[str, str]:
        found = await kind.find(client, name, project=project)
        wanted = await to_update(client, kind, said, stored=found)
        for one in (found, wanted):
            one.ClearField("etag")  # how new a file is, is no difference
        return to_yaml(await written(client, kind, found)), to_yaml(await written(client, kind, wanted))

    before, after = ask(work)
    lines = difference(before, after, name=name)
    if chosen().json:
        show_json({"changed": bool(lines), "diff": "".join(f"{line}\n" for line in lines)})
    else:
        show_difference(lines, sys.stdout)
    raise typer.Exit(_DIFFERENT if lines else Exit.OK)


def delete(kind: Kind, name: str, *, project: str | None) -> None:
    """Delete one thing, as it stands now."""

    async def work(client: Client) -> tuple[Any, Any]:
        found = await kind.find(client, name, project=project)
        return found, await kind.delete(client, found)

    found, answer = ask(work)
    if chosen().json:
        show_json(literals.plain(answer))
    say(f"the {kind.noun} '{found.slug}' is deleted")


def _read(kind: Kind, name: str, project: str | None) -> tuple[Any, dict[str, Any]]:
    async def work(client: Client) -> tuple[Any, dict[str, Any]]:
        found = await kind.find(client, name, project=project)
        return found, await written(client, kind, found)

    return ask(work)


def _replaced(kind: Kind, name: str, said: Stated, project: str | None) -> Any:
    async def work(client: Client) -> Any:
        stored = await kind.find(client, name, project=project)
        return await kind.update(client, await to_update(client, kind, said, stored=stored))

    return ask(work)


def _taking(kind: Kind, id_: str) -> Callable[[str], Any]:
    """Sends an edited text; what would have ended the program becomes a reason to edit it again."""

    def take(text: str) -> Any:
        told = io.StringIO()
        try:
            with redirect_stderr(told):
                return _replaced(kind, id_, stated(kind, text), None)
        except DocumentFault as error:
            raise NotTaken(*map(str, error.faults), status=Exit.USAGE) from None
        except typer.Exit as error:
            if error.exit_code in _MENDABLE:
                raise NotTaken(*_sentences(told.getvalue()), status=Exit(error.exit_code)) from None
            sys.stderr.write(told.getvalue())
            raise

    return take


def _tell(kind: Kind, message: Any, done: str) -> None:
    if chosen().json:
        _show_answer(kind, message)
    say(f"the {kind.noun} '{message.slug}' is {done}: {message.id}")


def _show_answer(kind: Kind, message: Any) -> None:
    show_json({kind.answered: literals.plain(message, with_defaults=True)})


def _text(kind: Kind, message: Any, document: dict[str, Any]) -> str:
    changed = message.updated_at.ToJsonString()
    heading = f"# {kind.noun} '{message.slug}', {message.id}\n# revision {message.revision} of {changed}\n"
    return heading + to_yaml(document)


def _sentences(told: str) -> list[str]:
    return told.removeprefix("certmanager: ").splitlines()
