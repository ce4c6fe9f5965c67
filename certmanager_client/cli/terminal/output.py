"""What a command answers: for people, aligned columns; for scripts, with ``--json``, one document.

``--json`` writes the API's answer as protobuf JSON, its enum values in the
contract's spelling (``"owner"``, not ``"ROLE_OWNER"``). A list is the same
object that the API answers with, its pages joined: ``{"projects": […]}``.
Empty lists are written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager_client import literals
from certmanager_client.cli.terminal.options import chosen

_GAP = "  "
_NARROWEST = 24
"""The width that a column of sentences keeps, whatever the terminal's."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a line of a single thing: its title, and where its text comes from.

    ``of`` is a field's name in the message, or what makes the text of the
    message. Of a field, timestamps, enum values and lists are written as people read them.
    """

    title: str
    of: str | Callable[[Any], str]

    def text(self, message: Any) -> str:
        """One line, without characters that a terminal would obey."""
        found = field_text(message, self.of) if isinstance(self.of, str) else self.of(message)
        return visible(found)


def show_answer(answer: Message) -> None:
    """Write an answer of the API whole, as one JSON document."""
    show_json(literals.plain(answer, with_defaults=True))


def show_rows(answer: Message, rows: Iterable[Message], columns: Sequence[Column]) -> None:
    """Show a list: a table at a terminal, aligned text when piped, the whole answer with ``--json``."""
    if chosen().json:
        show_answer(answer)
        return
    show_table(
        [column.title for column in columns], [[column.text(row) for column in columns] for row in rows]
    )
    if getattr(answer, "next_page_token", ""):
        print("there are more; --limit 0 shows all", file=sys.stderr)


def show_one(answer: Message, thing: Message, columns: Sequence[Column]) -> None:
    """Show one thing, a line a column; columns without a text are left out. ``--json``: the whole answer."""
    if chosen().json:
        show_answer(answer)
        return
    show_lines((column.title, column.text(thing)) for column in columns)


def show_lines(told: Iterable[tuple[str, str]]) -> None:
    """Show ``title:  text`` a line, for each that has a text; the texts are known to be :func:`visible`."""
    _show_aligned([[f"{title}:", text] for title, text in told if text])


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show rows of texts that are known to be :func:`visible`: a table at a terminal, else aligned text."""
    if sys.stdout.isatty():
        _show_drawn(titles, rows)
    else:
        _show_aligned([titles, *rows])


def show_json(document: Any) -> None:
    """Write one JSON document on stdout; in its texts, what a terminal would obey is escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    print("".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text))


def say(sentence: str) -> None:
    """Tell people what was done; scripts, with ``--json``, read the answer instead."""
    if not chosen().json:
        print(visible(sentence))


def field_text(message: Any, name: str) -> str:
    """A field as people read it; empty if it is unset."""
    field = message.DESCRIPTOR.fields_by_name[name]
    if field.has_presence and not message.HasField(name):
        return ""
    value = getattr(message, name)
    if field.is_repeated:
        return ", ".join(_text(each, field.enum_type) for each in value)
    return _text(value, field.enum_type)


def alt_names(names: Iterable[Any]) -> str:
    """Names with their types: ``DNS:a.example, IP:192.0.2.1``."""
    return ", ".join(f"{field_text(one, 'type')}:{one.value}" for one in names)


def labels(entries: Iterable[Any]) -> str:
    """Metadata entries: ``env=test, team=web``."""
    return ", ".join(f"{one.key}={one.value}" for one in entries)


def _text(value: Any, enum: Any) -> str:
    if enum is not None:
        return literals.spelling(enum, value)
    if isinstance(value, Timestamp):
        return f"{value.ToDatetime():%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.hex() if isinstance(value, bytes) else str(value)


def visible(text: str) -> str:
    """The text on one line; control characters, which a terminal would obey, are written as escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _show_aligned(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for cells in lines:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(_GAP.join(padded).rstrip())


def _show_drawn(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table in which sentences are folded, and ids and times, which people copy, are not."""
    from rich.console import Console, ConsoleDimensions  # noqa: PLC0415 - slow to import, and only needed here
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415 - not markup: the text is the server's

    table, needed = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold"), 0
    for title, cells in zip(titles, zip(*rows, strict=True) if rows else [()] * len(titles), strict=True):
        whole = not any(" " in cell for cell in cells)
        widest = max(map(len, (title, *cells)))
        table.add_column(title, overflow="fold", no_wrap=whole)
        needed += len(_GAP) + (widest if whole else min(widest, _NARROWEST))
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    # Both at once: of a terminal that calls itself dumb, a width alone is not believed.
    console.size = ConsoleDimensions(max(console.width, needed), console.height)
    console.print(table)
