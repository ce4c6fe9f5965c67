"""What forms are made of: a field, and the fields of a message in the message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.web.refusals import Broken
from server.web.ui.editing.kinds import Kind, Pick, Unreadable, enum_of
from server.web.ui.editing.sights import Drawn, Sight, Spot, Values
from server.web.ui.words import options


class Incomplete(Exception):
    """A form without a field that every page of ours sends: nothing can be read from it."""


class Part(Protocol):
    """A part of the form of a message. ``at`` is the beginning of its names, empty or ending with a dot."""

    @property
    def name(self) -> str:
        """Its name in the message that it belongs to."""
        ...

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """The texts of its fields for what the message holds."""
        ...

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """Set in the message what was changed; answers what cannot be read. Raises Incomplete."""
        ...

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:
        """Where a path of the message is shown; None if it is not in this part."""
        ...

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """What templates need; of the message only the descriptor counts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A single field."""

    name: str
    label: str
    kind: Kind
    hint: str = ""
    placeholder: str = ""
    also: tuple[str, ...] = ()
    """Further fields of the message that it stands for."""
    is_needed: bool = False

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """One text for most kinds."""
        return [(at + self.name, list(self.kind.texts(message, self.name)))]

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """What was left as it was is not touched, even if no form could write it."""
        name = at + self.name
        given = tidy(values.get(name, ()))
        if same(given, self.kind.texts(message, self.name)) and (given or not self.is_needed):
            return
        try:
            self.kind.take(message, self.name, given or [""] * self.is_needed)
        except Unreadable as error:
            yield Broken(name, "UNREADABLE", str(error))

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:  # noqa: ARG002 - lists need them
        """An item is named by what it says, for lines can be counted differently."""
        for name in (self.name, *self.also):
            rest = within(path, name)
            if rest is not None:
                return Spot(at + self.name, self.kind.item(message, self.name, rest))
        return None

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """The choices of an enum come from the contract."""
        name = at + self.name
        return Drawn(
            control=self.kind.control, name=name, label=self.label, hint=self.hint,
            placeholder=self.placeholder, texts=sight.texts(name), errors=sight.errors.get(name, ()),
            options=sight.choices.get(name) or self._options(message), is_needed=self.is_needed,
        )  # fmt: skip

    def _options(self, message: Any) -> list[tuple[str, str]]:
        enum = enum_of(message, self.name)
        if enum is None:
            return []
        unsaid = [("", self.kind.unsaid)] if isinstance(self.kind, Pick) else []
        return [*unsaid, *options(enum)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The fields of a message in the message."""

    name: str
    parts: tuple[Part, ...]
    label: str = ""
    hint: str = ""

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """Of a message that is not set: nothing in each field."""
        return shown_all(self.parts, getattr(message, self.name), self._below(at))

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """A message that becomes empty is not set any more."""
        stored = getattr(message, self.name)
        copy = type(stored)()
        copy.CopyFrom(stored)
        yield from read_all(self.parts, values, copy, self._below(at))
        if copy == stored:
            return
        message.ClearField(self.name)
        if copy.ListFields():
            getattr(message, self.name).CopyFrom(copy)

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:
        """What is wrong with the message as a whole is told of its first field."""
        rest = within(path, self.name)
        if rest is None:
            return None
        found = spot_in(
            self.parts, getattr(message, self.name), rest.removeprefix("."), self._below(at), values
        )
        return found or Spot(self._below(at) + self.parts[0].name)

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """All parts in a group."""
        inner, below = getattr(message, self.name), self._below(at)
        parts = [part.drawn(sight, inner, below) for part in self.parts]
        return Drawn(control="group", name=at + self.name, label=self.label, hint=self.hint, parts=parts)

    def _below(self, at: str) -> str:
        return f"{at}{self.name}."


def shown_all(parts: Iterable[Part], message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
    """The texts of all fields of several parts."""
    return [pair for part in parts for pair in part.shown(message, at)]


def read_all(parts: Iterable[Part], values: Values, message: Any, at: str) -> Iterator[Broken]:
    """Read several parts."""
    for part in parts:
        yield from part.read(values, message, at)


def spot_in(parts: Iterable[Part], message: Any, path: str, at: str, values: Values) -> Spot | None:
    """Where one of several parts shows a path."""
    found = (part.spot(message, path, at, values) for part in parts)
    return next((spot for spot in found if spot is not None), None)


def within(path: str, name: str) -> str | None:
    """The rest of a path that begins with a field, as ``[2].allowed``; None if it begins with another."""
    match = re.match(rf"{re.escape(name)}(?=$|[.\[])", path)
    return None if match is None else path[match.end() :]


def tidy(texts: Sequence[str]) -> list[str]:
    """Texts as they count: without the line ends of forms, spaces around them, and those that say nothing."""
    plain = (text.replace("\r\n", "\n").strip() for text in texts)
    return [text for text in plain if text]


def same(given: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a field says the same; boxes come in the order of the page."""
    return sorted(given) == sorted(tidy(texts))
