"""PEM that anybody may read, and may have again: written to a file, or to stdout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import show_json
from certmanager_client.cli.terminal.writing import FileFault, Place, reserved

Out = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write it there; - is stdout, as without.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


def hand_over(document: Mapping[str, Any], pem: str, out: str | None, *, replace: bool) -> None:
    """Write the PEM where it is wanted; with ``--json`` the document stands on stdout, beside a file."""
    to_stdout = out in {None, "-"}
    if out is not None and not to_stdout:
        write_public(Path(out), pem, replace=replace)
    if chosen().json:
        show_json(document)
    elif to_stdout:
        print(pem, end="")


def write_public(path: Path, pem: str, *, replace: bool) -> None:
    """Write a file that others may read. One that cannot be written ends the program."""
    write_octets(path, pem.encode(), replace=replace)


def write_octets(path: Path, octets: bytes, *, replace: bool) -> None:
    """The same for what is no text."""
    try:
        with reserved((Place(path, replace=replace),), hint="--force replaces what is there") as (file,):
            file.publish(octets)
    except FileFault as error:
        fail(str(error))
