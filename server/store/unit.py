"""What a use case hands to the writer: writes that are stored together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.store.records import ObjectKind, Record


@dataclass(frozen=True, slots=True)
class Insert:
    """One new row."""

    record: Record


@dataclass(frozen=True, slots=True)
class Update:
    """Sets ``values`` in the rows whose columns equal ``where`` (None: is null).

    The unit fails with ``GuardFailed`` unless exactly ``expect`` rows are met;
    None expects any number.
    """

    type: type[Record]
    where: Mapping[str, object]
    values: Mapping[str, object]
    expect: int | None = 1

    def __post_init__(self) -> None:
        _prove_columns(self.type, {**self.where, **self.values})


@dataclass(frozen=True, slots=True)
class Delete:
    """Removes the rows whose columns equal ``where``; the guard is that of an update."""

    type: type[Record]
    where: Mapping[str, object]
    expect: int | None = 1

    def __post_init__(self) -> None:
        _prove_columns(self.type, self.where)


@dataclass(frozen=True, slots=True)
class Expect:
    """Writes nothing: the unit fails with ``GuardFailed`` unless exactly ``count`` rows equal ``where``.

    What it has seen still holds at the commit, because units with changes are
    committed one after the other, by all processes.
    """

    type: type[Record]
    where: Mapping[str, object]
    count: int

    def __post_init__(self) -> None:
        _prove_columns(self.type, self.where)


@dataclass(frozen=True, slots=True)
class AtMost:
    """Writes nothing: the unit fails with ``GuardFailed`` if more than ``count`` rows are as ``where`` says.

    It is as sure as ``Expect``.
    """

    type: type[Record]
    where: Mapping[str, object]
    count: int

    def __post_init__(self) -> None:
        _prove_columns(self.type, self.where)


@dataclass(frozen=True, slots=True)
class Change:
    """Tells the feed of a step in an object's life; the writer gives it revision and time."""

    kind: ObjectKind
    object_id: str
    project_id: str | None = None
    profile_id: str | None = None
    requester_id: str | None = None
    old_state: str | None = None
    new_state: str | None = None


Write = Insert | Update | Delete | Expect | AtMost

REVISION = "revision"
"""A detail of an audit row that the writer fills in if it is there: the revision of the change."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Writes in their order, and the changes that they are.

    A written row with a ``revision`` column gets the revision of the unit's
    change about its id; an update is such a write if its ``where`` names the id.
    """

    writes: tuple[Write, ...]
    changes: tuple[Change, ...] = ()


def _prove_columns(record: type[Record], names: Mapping[str, object]) -> None:
    unknown = names.keys() - record.__dataclass_fields__.keys()
    if unknown:
        message = f"{record.__name__} has no {', '.join(sorted(unknown))}"
        raise TypeError(message)
