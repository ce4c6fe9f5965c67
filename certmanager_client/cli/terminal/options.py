"""The options that every command takes, before or after its name."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

SHORTEST, LONGEST = 0.001, 3600
"""Seconds that a call may be given."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was said on the command line; None where nothing was."""

    context: str | None = None
    address: str | None = None
    ca_file: Path | None = None
    token_file: str | None = None
    """A path, or ``-`` for stdin."""
    json: bool = False
    timeout: float | None = None
    """Seconds that a call may take; None: what the client library thinks right."""


_chosen: ContextVar[Options] = ContextVar("options")


def chosen() -> Options:
    """The options of the command that runs."""
    return _chosen.get(Options())


def choose(**values: Any) -> None:
    """Set options, over what was said before; None says nothing."""
    said = {name: value for name, value in values.items() if value is not None}
    _chosen.set(replace(chosen(), **said))


def forget() -> None:
    """Begin anew: nothing was said yet."""
    _chosen.set(Options())


def seconds(text: str) -> float:
    """How long a call may take: a number of seconds, up to an hour."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not SHORTEST <= found <= LONGEST:
        raise typer.BadParameter(f"{text!r} is no number of seconds from {SHORTEST} to {LONGEST}")
    return found
