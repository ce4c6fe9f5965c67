"""Arguments and options that several commands take, and how their texts are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager_client import literals

Project = Annotated[
    str | None, typer.Option(metavar="SLUG|ID", help="The project. [the only one that you may see]")
]
Authority = Annotated[str, typer.Argument(metavar="NAME|ID", help="The CA.")]
Limit = Annotated[int, typer.Option(min=0, metavar="NUMBER", help="At most so many; 0: all.")]
DEFAULT_LIMIT = 50

_MOST_IN_LINE = 6
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"([1-9][0-9]{0,8})([smhdwy])")


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
    """``90d``: an integer and one of s, m, h, d, w, y; a day is 24 hours, a year 365 days."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no duration: a number and one of s, m, h, d, w, y, as 90d")
    return Duration(seconds=int(found[1]) * _SECONDS[found[2]])


def instant(text: str) -> Timestamp:
    """A date, or a date and time, as ISO 8601 writes them; UTC unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: 2026-11-23 or 2026-11-23T15:00:00Z") from None
    stamp = Timestamp()
    stamp.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return stamp


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
