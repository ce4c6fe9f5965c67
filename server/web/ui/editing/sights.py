"""What templates see of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Values = Mapping[str, Sequence[str]]
"""The texts of a form by the names of its fields."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a form something stands."""

    name: str
    """The name of the field."""
    item: str = ""
    """Which of its items, if it holds several."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be seen in a form."""

    values: Values
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """What fields that refer to something else may refer to."""

    def texts(self, name: str) -> list[str]:
        """What stands in a field."""
        return list(self.values.get(name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A part as templates see it; ``control`` names the macro that draws it."""

    control: str
    name: str
    label: str = ""
    hint: str = ""
    placeholder: str = ""
    texts: Sequence[str] = ()
    errors: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()
    parts: Sequence[Drawn] = ()
    is_needed: bool = False

    def leaves(self, above: str = "") -> Iterator[tuple[str, Drawn]]:
        """Everything in it that holds a value, with the labels on the way to it."""
        crumbs = " / ".join(filter(None, (above, self.label)))
        if self.control not in {"group", "arm", "steps", "step", "spare", "rules"}:
            yield crumbs, self
        for part in self.parts:
            yield from part.leaves(crumbs)
