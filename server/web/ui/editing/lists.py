"""The parts of forms that are lists of messages: rules a kind, and steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from server.web import literals
from server.web.refusals import Broken
from server.web.ui.editing.kinds import enum_of
from server.web.ui.editing.parts import Part, read_all, shown_all, spot_in, tidy, within
from server.web.ui.editing.sights import Drawn, Sight, Spot, Values
from server.web.ui.words import options

_INDEX: Final = re.compile(r"\[([0-9]+)\]\.?")
_SPARE: Final = 2
"""How many steps more than there are a form offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Messages in a list, at most one for each member of an enum."""

    name: str
    key: str
    """The field that tells which member."""
    parts: tuple[Part, ...]
    only: tuple[tuple[str, str], ...] = ()
    """Parts that one member alone has, as ``(("allow_wildcard_names", "DNS"),)``."""

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """A box for each member, and the fields of those that are there."""
        for literal, rule in self._present(message).items():
            yield self._box(at, literal), ["on"]
            yield from shown_all(self._parts(literal), rule, f"{self._box(at, literal)}.")

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """Rules that stay keep their order; new ones come last."""
        present, kept = self._present(message), []
        enum = self._enum(message)
        for literal in dict.fromkeys([*present, *literals.spellings(enum)]):
            box = self._box(at, literal)
            if not tidy(values.get(box, ())):
                continue
            rule = self._empty(message)
            rule.CopyFrom(present.get(literal, rule))
            setattr(rule, self.key, literals.number(enum, literal))
            yield from read_all(self._parts(literal), values, rule, f"{box}.")
            kept.append(rule)
        message.ClearField(self.name)
        getattr(message, self.name).extend(kept)

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:
        """By the member, whatever its place in the list."""
        rest = within(path, self.name)
        match = _INDEX.match(rest or "")
        rules = getattr(message, self.name)
        if match is None or int(match[1]) >= len(rules):
            return None
        rule = rules[int(match[1])]
        literal = literals.spelling(self._enum(message), getattr(rule, self.key))
        box = self._box(at, literal)
        inside = spot_in(self._parts(literal), rule, (rest or "")[match.end() :], f"{box}.", values)
        return inside or Spot(box)

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """A box for each member, with its fields."""
        empty, rules = self._empty(message), []
        for literal, words in options(self._enum(message)):
            box = self._box(at, literal)
            inside = [part.drawn(sight, empty, f"{box}.") for part in self._parts(literal)]
            rules.append(
                Drawn(
                    control="rule", name=box, label=words, parts=inside,
                    texts=sight.texts(box), errors=sight.errors.get(box, ()),
                )
            )  # fmt: skip
        return Drawn(control="rules", name=at + self.name, parts=rules)

    def _parts(self, literal: str) -> list[Part]:
        owners = dict(self.only)
        return [part for part in self.parts if owners.get(part.name, literal) == literal]

    def _present(self, message: Any) -> dict[str, Any]:
        enum = self._enum(message)
        return {
            literals.spelling(enum, getattr(rule, self.key)): rule for rule in getattr(message, self.name)
        }

    def _empty(self, message: Any) -> Any:
        return getattr(type(message)(), self.name).add()

    def _enum(self, message: Any) -> Any:
        return enum_of(self._empty(message), self.key)

    def _box(self, at: str, literal: str) -> str:
        return f"{at}{self.name}.{literal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Messages in a list, in their order. One whose fields are all empty is none."""

    name: str
    label: str
    parts: tuple[Part, ...]
    most: int

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """The fields of each."""
        rows = enumerate(getattr(message, self.name))
        return [pair for place, row in rows for pair in shown_all(self.parts, row, self._below(at, place))]

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """Each from what stood at its place."""
        stored, kept = list(getattr(message, self.name)), []
        for place in self._filled(values, at):
            row = getattr(type(message)(), self.name).add()
            if place < len(stored):
                row.CopyFrom(stored[place])
            yield from read_all(self.parts, values, row, self._below(at, place))
            kept.append(row)
        message.ClearField(self.name)
        getattr(message, self.name).extend(kept)

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:
        """By its place on the page, where there may be empty ones between."""
        rest, filled = within(path, self.name), self._filled(values, at)
        match = _INDEX.match(rest or "")
        if match is None or int(match[1]) >= len(filled):
            return None
        row, below = getattr(message, self.name)[int(match[1])], self._below(at, filled[int(match[1])])
        inside = spot_in(self.parts, row, (rest or "")[match.end() :], below, values)
        return inside or Spot(below + self.parts[-1].name)

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """Those there are, and some empty ones to fill in."""
        empty, filled = getattr(type(message)(), self.name).add(), self._filled(sight.values, at)
        count = min(self.most, max(filled, default=-1) + 1 + _SPARE)
        rows = [
            Drawn(
                control="step" if place in filled else "spare",
                name=f"{at}{self.name}.{place}", label=f"{self.label} {place + 1}",
                parts=[part.drawn(sight, empty, self._below(at, place)) for part in self.parts],
            )
            for place in range(count)
        ]  # fmt: skip
        return Drawn(control="steps", name=at + self.name, parts=rows)

    def _filled(self, values: Values, at: str) -> list[int]:
        """The places of those in which something stands."""
        said = [name for name, texts in values.items() if tidy(texts)]
        every = range(self.most)
        return [i for i in every if any(name.startswith(self._below(at, i)) for name in said)]

    def _below(self, at: str, place: int) -> str:
        return f"{at}{self.name}.{place}."
