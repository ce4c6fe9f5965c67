"""What a change would change, as a unified diff of two documents."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import TextIO

import typer

_COLOURS = (("+++", None), ("---", None), ("+", "green"), ("-", "red"), ("@@", "cyan"))


def difference(before: str, after: str, *, name: str) -> tuple[str, ...]:
    """The lines of the unified diff; none if the documents are the same."""
    lines = difflib.unified_diff(
        before.splitlines(),
        after.splitlines(),
        f"{name} (on the server)",
        f"{name} (in the file)",
        lineterm="",
    )
    return tuple(lines)


def show_difference(lines: tuple[str, ...], out: TextIO) -> None:
    """Write the lines, coloured at a terminal unless NO_COLOR is set."""
    coloured = out.isatty() and not _plain(os.environ)
    out.writelines(f"{line}\n" for line in (map(_coloured, lines) if coloured else lines))


def _plain(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"


def _coloured(line: str) -> str:
    return next(_styles(line), line)


def _styles(line: str) -> Iterator[str]:
    for prefix, colour in _COLOURS:
        if line.startswith(prefix):
            yield typer.style(line, fg=colour, bold=True if colour is None else None)
