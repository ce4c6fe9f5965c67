"""A whole form: its sections, and the way from a message to its texts and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.web.refusals import Broken
from server.web.ui.editing.parts import Part, read_all, shown_all, spot_in, tidy
from server.web.ui.editing.sights import Drawn, Sight, Values
from server.web.ui.forms import errors_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields that belong together, and what they are about."""

    id: str
    title: str
    text: str
    parts: tuple[Part, ...]
    example: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A section as templates see it."""

    section: Section
    parts: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says."""

    message: Any
    unreadable: tuple[Broken, ...]
    """Texts that cannot be the values of their fields; the contract refuses what stands in their place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two forms are not alike."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one kind of message."""

    message: type[Any]
    sections: tuple[Section, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """All parts in their order."""
        return (part for section in self.sections for part in section.parts)

    def shown(self, message: Any) -> dict[str, list[str]]:
        """What stands in the fields for a message."""
        return dict(shown_all(self.parts, message, ""))

    def filled(self, values: Values, base: Any) -> Filled:
        """The base with what the form changes in it. Raises Incomplete."""
        message = self.message()
        message.CopyFrom(base)
        unreadable = tuple(read_all(self.parts, values, message, ""))
        return Filled(message, unreadable)

    def told(self, filled: Filled, found: Iterable[Broken], values: Values) -> tuple[Broken, ...]:
        """All that is wrong, by the fields of the form; ``found`` is by those of the message."""
        own = {broken.field for broken in filled.unreadable}
        # What holds between fields says nothing where one of them could not be read.
        found = (broken for broken in found if not _any_below(broken.field, own))
        found = (self._placed(filled.message, broken, values) for broken in found)
        others = (broken for broken in found if broken.field not in own)
        return (*filled.unreadable, *dict.fromkeys(others))

    def drawn(
        self,
        values: Values,
        wrong: Iterable[Broken] = (),
        choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> list[DrawnSection]:
        """The sections for templates."""
        sight, empty = Sight(values, errors_for(wrong), choices or {}), self.message()
        return [
            DrawnSection(section, [part.drawn(sight, empty, "") for part in section.parts])
            for section in self.sections
        ]

    def differences(self, mine: Values, theirs: Values) -> list[Difference]:
        """Where the texts of two forms are not alike."""
        both = {**theirs, **mine}
        leaves = [leaf for drawn in self.drawn(both) for part in drawn.parts for leaf in part.leaves()]
        rows = ((label, _plain(mine, leaf.name), _plain(theirs, leaf.name)) for label, leaf in leaves)
        return [Difference(*row) for row in rows if row[1] != row[2]]

    def _placed(self, message: Any, broken: Broken, values: Values) -> Broken:
        spot = spot_in(self.parts, message, broken.field, "", values)
        if spot is None:
            # Not of this form, as the defaults of a profile that a policy would break: it says itself where.
            return replace(broken, field="", message=f"{broken.field}: {broken.message}".lstrip(": "))
        said = f"'{spot.item}': {broken.message}" if spot.item else broken.message
        return replace(broken, field=spot.name, message=said)


def changed(before: Any, after: Any) -> list[str]:
    """The fields of a message that are not alike in both, for an update mask."""
    return [
        field.name
        for field in before.DESCRIPTOR.fields
        if getattr(before, field.name) != getattr(after, field.name)
        or (field.has_presence and before.HasField(field.name) != after.HasField(field.name))
    ]


def labelled(wrong: Iterable[Broken], sections: Iterable[DrawnSection]) -> list[Broken]:
    """What is wrong, each with the words of its field before it: for a summary that stands away from them."""
    leaves = (leaf for drawn in sections for part in drawn.parts for leaf in part.leaves())
    labels = {leaf.name: label for label, leaf in leaves}
    return [
        replace(broken, message=f"{labels[broken.field]}: {broken.message}")
        if broken.field in labels
        else broken
        for broken in wrong
    ]


def _any_below(path: str, names: Iterable[str]) -> bool:
    return bool(path) and any(name.startswith(f"{path}.") for name in names)


def _plain(values: Values, name: str) -> str:
    return "\n".join(sorted(tidy(values.get(name, ()))))
