"""Draws counts of days as bars: where each bar, line and word of the picture stands.

The units are those of the picture's own ``viewBox``; its top left corner is 0, 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 220
_LEFT: Final = 48
_RIGHT: Final = 8
_TOP: Final = 12
_BOTTOM: Final = 28
_FLOOR: Final = HEIGHT - _BOTTOM
_STEPS: Final = 5
"""Lines above the ground, at most."""
_FILLED: Final = 0.7
"""What part of a day's width its bar takes."""
_LEAST: Final = 2.0
"""The height of the least bar that is one: a single certificate beside thousands must be seen."""
_WEEK: Final = 7
_MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A day on which something was counted."""

    x: float
    y: float
    width: float
    height: float
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line across the picture, and the number that it stands for."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Word:
    """A day that is named below the bars, at the middle of its bar."""

    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Plot:
    """The picture."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    floor: float = _FLOOR
    width: int = WIDTH
    height: int = HEIGHT


def plot(counted: Sequence[tuple[date, int]]) -> Plot:
    """The picture of some days, of which the last is named, and others before it at even distances."""
    step, top = scale(max((count for _, count in counted), default=0))
    pitch = (WIDTH - _LEFT - _RIGHT) / max(len(counted), 1)
    return Plot(
        tuple(_bar(n, day, count, pitch=pitch, top=top) for n, (day, count) in enumerate(counted) if count),
        tuple(Line(_height_at(value, top), value) for value in range(0, top + 1, step)),
        tuple(Word(_middle(n, pitch), counted[n][0]) for n in _named(len(counted))),
    )


def scale(most: int) -> tuple[int, int]:
    """The distance of the lines and the value of the uppermost, for counts up to ``most``.

    Distances are 1, 2 or 5, or a power of ten of these; of nothing the picture goes up to 1.
    """
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * _STEPS >= most:
                return step, step * max(-(-most // step), 1)
        power *= 10


def _bar(place: int, day: date, count: int, *, pitch: float, top: int) -> Bar:
    width = pitch * _FILLED
    height = max(_FLOOR - _height_at(count, top), _LEAST)
    x = _middle(place, pitch) - width / 2
    return Bar(round(x, 2), round(_FLOOR - height, 2), round(width, 2), round(height, 2), day, count)


def _height_at(value: int, top: int) -> float:
    return round(_FLOOR - (_FLOOR - _TOP) * value / top, 2)


def _middle(place: int, pitch: float) -> float:
    return round(_LEFT + pitch * (place + 0.5), 2)


def _named(days: int) -> range:
    """Which days are named: whole weeks before the last one, or more if there are many; the oldest first."""
    apart = _WEEK * -(-days // (_WEEK * _MOST_WORDS)) if days > _WEEK else 1
    return range((days - 1) % apart, days, apart)
