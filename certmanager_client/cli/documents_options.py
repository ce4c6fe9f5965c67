"""The arguments and options that the commands on policies and profiles share."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager_client.cli.documents_commands import Form

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its slug or id.")]
File = Annotated[
    str, typer.Option("--file", "-f", metavar="FILE", help="A YAML or JSON document, - for stdin.")
]
OptionalFile = Annotated[
    str | None, typer.Option("--file", "-f", metavar="FILE", help="A YAML or JSON document, - for stdin.")
]
FormOption = Annotated[Form, typer.Option("--output", "-o", help="How to write the document.")]
