"""What ``certmanager policy`` and ``certmanager profile`` are alike in: the commands on documents."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager_client.cli.documents import commands
from certmanager_client.cli.documents.commands import Form
from certmanager_client.cli.documents.kinds import Kind
from certmanager_client.cli.terminal.parameters import Project

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its slug or id.")]
File = Annotated[
    str, typer.Option("--file", "-f", metavar="FILE", help="A YAML or JSON document, - for stdin.")
]
OptionalFile = Annotated[
    str | None, typer.Option("--file", "-f", metavar="FILE", help="A YAML or JSON document, - for stdin.")
]
FormOption = Annotated[Form, typer.Option("--output", "-o", help="How to write the document.")]
Listed = Annotated[
    str, typer.Option("--name", metavar="SLUG", help="Only those; * at either end stands for anything.")
]


def add_to(app: typer.Typer, kind: Kind, *, deletion: str) -> None:
    """Give a group the commands on documents of a kind; ``deletion`` is the help of ``delete``."""
    _add_writing(app, kind)
    _add_reading(app, kind)

    @app.command(help=deletion)
    def delete(name: Name, project: Project = None) -> None:
        commands.delete(kind, name, project=project)


def _add_writing(app: typer.Typer, kind: Kind) -> None:
    @app.command(help=f"Create the {kind.noun} that a YAML or JSON file states{_references(kind)}.")
    def create(file: File, project: Project = None) -> None:
        commands.create(kind, file, project=project)

    @app.command(
        help=f"Replace a {kind.noun} by what a file states, or edit it in $EDITOR.\n\n"
        f"What the file leaves out is cleared, but for {_listed(kind.keys(kind.kept))}. If the file carries"
        " an etag, nobody else's change is overwritten."
    )
    def edit(name: Name, file: OptionalFile = None, project: Project = None) -> None:
        commands.edit(kind, name, project=project, file=file)


def _add_reading(app: typer.Typer, kind: Kind) -> None:
    @app.command(help=f"Show a {kind.noun} as a document that can be edited and given back.")
    def show(name: Name, project: Project = None, output: FormOption = Form.YAML) -> None:
        commands.show(kind, name, project=project, form=output)

    @app.command(help="Show what edit with the file would change; 0: nothing, 1: something, else: trouble.")
    def diff(name: Name, file: File, project: Project = None) -> None:
        commands.diff(kind, name, project=project, file=file)


def _references(kind: Kind) -> str:
    named = kind.keys(frozenset(kind.references) - {"project_id"})
    return f"; {_listed(named)} may be names" if named else ""


def _listed(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
