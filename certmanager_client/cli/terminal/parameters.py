"""Arguments and options that several commands take, and how their texts are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

import typer
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager_client import literals
from certmanager_client.cli.terminal import times

T = TypeVar("T")

Project = Annotated[
    str | None, typer.Option(metavar="SLUG|ID", help="The project. [the only one that you may see]")
]
Authority = Annotated[str, typer.Argument(metavar="NAME|ID", help="The CA.")]
Limit = Annotated[int, typer.Option(min=0, metavar="NUMBER", help="At most so many; 0: all.")]
DEFAULT_LIMIT = 50

_MOST_IN_LINE = 6


def literal(enum: EnumDescriptor, *names: str, help: str) -> Any:  # noqa: A002 - typer's word
    """An option that takes a value of an enum of the contract in its spelling there, and gives its number."""
    return typer.Option(
        *names,
        parser=_reader(enum),
        metavar=_metavar(enum),
        help=help,
        show_default=False,
        autocompletion=_completion(enum),
    )


def literal_argument(enum: EnumDescriptor, *, metavar: str, help: str = "") -> Any:  # noqa: A002 - typer's word
    """An argument that takes such a value."""
    spelled = ", ".join(literals.spellings(enum))
    return typer.Argument(
        parser=_reader(enum), metavar=metavar, help=help or spelled, autocompletion=_completion(enum)
    )


def duration(text: str) -> Duration:
    """``90d``, as :mod:`times` reads it."""
    return _said(times.read_span, text)


def instant(text: str) -> Timestamp:
    """A date, or a date and time, as ISO 8601 writes them; UTC unless it has an offset."""
    return _said(times.read_instant, text)


def instant_or_span(text: str) -> Timestamp:
    """The same, or a span from now, as ``30d``."""
    return _said(partial(times.read_instant_or_span, now=datetime.now(UTC)), text)


def _said(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _reader(enum: EnumDescriptor) -> Callable[[str | int], int]:
    def read(text: str | int) -> int:
        if isinstance(text, int):  # the default: typer reads that too
            return text
        try:
            return literals.number(enum, text)
        except literals.UnknownLiteral as error:
            raise typer.BadParameter(str(error)) from None

    return read


def _completion(enum: EnumDescriptor) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [each for each in literals.spellings(enum) if each.startswith(incomplete)]

    return complete


def _metavar(enum: EnumDescriptor) -> str:
    spelled = literals.spellings(enum)
    return "|".join(spelled) if len(spelled) <= _MOST_IN_LINE else "NAME"
