"""A part of a form where one of several ways is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from server.web.refusals import Broken
from server.web.ui.editing.parts import Incomplete, Leaf, Part, read_all, shown_all, spot_in, tidy, within
from server.web.ui.editing.sights import Drawn, Sight, Spot, Values

NONE: Final = "none"
"""The value of the choice that sets no field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way to choose: a field of the message, or none."""

    field: str
    label: str
    parts: tuple[Part, ...] = ()
    """The fields of the message that it is."""
    leaf: Leaf | None = None
    """The field itself, if that is no message or shown as one."""

    @property
    def value(self) -> str:
        """What the form sends."""
        return self.field or NONE

    def within(self, message: Any, at: str) -> tuple[tuple[Part, ...], Any, str]:
        """Its parts, the message that they are of, and the beginning of their names."""
        if self.leaf is not None:
            return (self.leaf,), message, at
        if not self.field:
            return (), message, at
        return self.parts, getattr(message, self.field), f"{at}{self.field}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several ways: what is filled in for the others does not count."""

    name: str
    """Of the choice; no field of the message has it."""
    label: str
    arms: tuple[Arm, ...]
    hint: str = ""

    def shown(self, message: Any, at: str) -> Iterable[tuple[str, list[str]]]:
        """The choice, and the fields of every way."""
        yield at + self.name, [self._chosen(message).value]
        for arm in self.arms:
            yield from shown_all(*arm.within(message, at))

    def read(self, values: Values, message: Any, at: str) -> Iterator[Broken]:
        """Another choice clears what was chosen before."""
        chosen = self._said(values, at + self.name)
        if chosen is not self._chosen(message):
            for arm in filter(lambda arm: arm.field, self.arms):
                message.ClearField(arm.field)
        if chosen.field and chosen.leaf is None:
            getattr(message, chosen.field).SetInParent()
        parts, inner, below = chosen.within(message, at)
        yield from read_all(parts, values, inner, below)

    def spot(self, message: Any, path: str, at: str, values: Values) -> Spot | None:
        """Within the way that has the field; at the choice if the whole way is meant."""
        for arm in filter(lambda arm: arm.field, self.arms):
            rest = within(path, arm.field)
            if rest is None:
                continue
            parts, inner, below = arm.within(message, at)
            return spot_in(parts, inner, path if arm.leaf else rest[1:], below, values) or Spot(
                at + self.name
            )
        return None if within(path, self.name) is None else Spot(at + self.name)

    def drawn(self, sight: Sight, message: Any, at: str) -> Drawn:
        """Every way with its fields; a page hides those that are not chosen."""
        name, arms = at + self.name, []
        for arm in self.arms:
            parts, inner, below = arm.within(message, at)
            inside = [part.drawn(sight, inner, below) for part in parts]
            arms.append(Drawn(control="arm", name=arm.value, label=arm.label, parts=inside))
        return Drawn(
            control="choice", name=name, label=self.label, hint=self.hint, parts=arms,
            texts=sight.texts(name), errors=sight.errors.get(name, ()),
            options=[(arm.value, arm.label) for arm in self.arms],
        )  # fmt: skip

    def _chosen(self, message: Any) -> Arm:
        held = (arm for arm in self.arms if arm.field and message.HasField(arm.field))
        return next(held, self.arms[0])

    def _said(self, values: Values, name: str) -> Arm:
        said = (tidy(values.get(name, ())) or [""])[0]
        for arm in self.arms:
            if arm.value == said:
                return arm
        raise Incomplete(name)
