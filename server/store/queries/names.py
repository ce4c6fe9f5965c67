"""Names as a search gives them: exact, or open at an end with ``*``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func

from server.store import terms
from server.store.schema import certificate_term

_ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """What a name must be, in lower case; which end is open."""

    piece: str
    begins_anyhow: bool = False
    ends_anyhow: bool = False

    @classmethod
    def of(cls, text: str) -> NamePattern:
        """Reads ``name``, ``begin*``, ``*end`` or ``*middle*``; case does not count."""
        head, tail = text.startswith(_ANYTHING), len(text) > 1 and text.endswith(_ANYTHING)
        return cls(text[head : len(text) - tail].lower(), head, tail)

    @property
    def is_exact(self) -> bool:
        """Whether both ends are closed."""
        return not (self.begins_anyhow or self.ends_anyhow)

    @property
    def is_anything(self) -> bool:
        """Whether everything has such a name, or need not have any."""
        return not self.piece

    def on_row(self, names: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition on the names of a row, as they are stored; without an index."""
        line = ("" if self.begins_anyhow else "\n") + self.piece + ("" if self.ends_anyhow else "\n")
        return holds(names, line)

    def on_term(self) -> ColumnElement[bool] | None:
        """The range of the index of terms; None unless exactly one end is open."""
        if self.begins_anyhow == self.ends_anyhow:
            return None
        column = certificate_term.c.term
        first = terms.backwards(self.piece) if self.begins_anyhow else terms.forwards(self.piece)
        return (column >= first) & (column < terms.beyond(first))


def holds(column: ColumnElement[str], piece: str) -> ColumnElement[bool]:
    """Whether a text holds another, case and all: SQL's LIKE is not the same on all databases."""
    return func.replace(column, piece, "") != column
