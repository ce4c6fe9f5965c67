"""Patterns on the values of subject attributes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self

from server.ra.patterns.faults import bounded

_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class TextPattern:
    """Literal pieces with any run of characters between them; one piece is the whole value."""

    pieces: tuple[str, ...]
    folded: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads text in which ``*`` is any run of characters, also none; raises PatternFault."""
        pieces = tuple(unicodedata.normalize("NFC", piece) for piece in bounded(text).split("*"))
        return cls(pieces, tuple(_folded(piece) for piece in pieces))

    @property
    def text(self) -> str:
        """The pattern, composed (NFC)."""
        return "*".join(self.pieces)

    def covers(self, name: str) -> bool:
        """Whether the value matches, case and all."""
        return _matches(self.pieces, name)

    def touches(self, name: str) -> bool:
        """Whether the value matches as names are compared in chains.

        There case, spacing and invisible characters do not count (RFC 5280,
        7.1, after RFC 4518, 2): what is denied must not return in capitals.
        """
        return self.covers(name) or _matches(self.folded, _folded(name))


def _matches(pieces: tuple[str, ...], value: str) -> bool:
    """Takes each piece at its first place after the one before: no other choice can match more."""
    if len(pieces) == 1:
        return value == pieces[0]
    first, *middle, last = pieces
    end = len(value) - len(last)
    if end < len(first) or not (value.startswith(first) and value.endswith(last)):
        return False
    place = len(first)
    for piece in middle:
        found = value.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _folded(text: str) -> str:
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _SPACES.sub(" ", "".join(character for character in composed if _is_visible(character)))


def _is_visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf"}
