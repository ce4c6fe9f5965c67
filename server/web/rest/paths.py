"""Which binding a verb and a path mean: a tree of what stands between the slashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from server.web.rest.bindings import Binding, is_variable


class Match(NamedTuple):
    """A binding and what the path holds for its variables, in their order."""

    binding: Binding
    values: tuple[str, ...]


class Paths:
    """Knows the paths of bindings."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        self._root = _Place()
        for binding in bindings:
            place = self._root
            for part in binding.segments:
                place = place.towards(part)
            place.verbs[binding.verb] = binding

    def matches(self, raw_path: str) -> list[Match]:
        """All that a path can mean, over all verbs, the likeliest first; ``raw_path`` is still encoded.

        Slashes divide before they are decoded: ``%2F`` is part of a value.
        """
        parts = [unquote(part) for part in raw_path.removeprefix("/").split("/")]
        return list(self._root.below(parts, ()))


class _Place:
    """Where a path can go on, and what it is if it ends here."""

    def __init__(self) -> None:
        self.verbs: dict[str, Binding] = {}
        self._literals: dict[str, _Place] = {}
        self._variable: _Place | None = None

    def towards(self, part: str) -> _Place:
        """The place after a segment of a template."""
        if not is_variable(part):
            return self._literals.setdefault(part, _Place())
        self._variable = self._variable or _Place()
        return self._variable

    def below(self, parts: list[str], values: tuple[str, ...]) -> Iterator[Match]:
        """The bindings that the rest of a path leads to; a literal counts before a variable."""
        if not parts:
            yield from (Match(binding, values) for binding in self.verbs.values())
            return
        first, *rest = parts
        if first in self._literals:
            yield from self._literals[first].below(rest, values)
        if self._variable is not None and first:
            yield from self._variable.below(rest, (*values, first))
