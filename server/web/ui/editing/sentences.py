"""Words for what documents say. What stands in a document is escaped where it goes into a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from server.web.ui import words


@dataclass(frozen=True, slots=True)
class Told:
    """A section in sentences."""

    title: str
    sentences: list[Markup]


def say(text: str, *items: Any) -> Markup:
    """A sentence of ours with things in it, which are escaped."""
    return Markup(text).format(*items)  # noqa: S704 - the text is ours, and the items are escaped


def codes(items: Iterable[str]) -> Markup:
    """Things to be read letter by letter, one after the other."""
    return Markup(", ").join(say("<code>{}</code>", item) for item in items)


def listed(message: Any, field: str) -> Markup:
    """The members of an enum that a field holds, in words."""
    return Markup(", ").join(_word(message, field, number) for number in getattr(message, field))


def member(message: Any, field: str) -> str:
    """The one member of an enum that a field holds, in words."""
    return _word(message, field, getattr(message, field))


def _word(message: Any, field: str, number: int) -> str:
    return words.spelled(message.DESCRIPTOR.fields_by_name[field].enum_type, number)
