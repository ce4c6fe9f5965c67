"""Dice for random examples: one seed each, for Hypothesis to draw, to keep and to replay.

Hypothesis itself varies one example five times before it draws another, which
is of no use where each is a whole policy with a dozen orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """A source of choices, the same for the same seed."""

    random: Random

    def coin(self) -> bool:
        """Yes or no."""
        return self.random.random() < 0.5

    def one_in(self, sides: int) -> bool:
        """Yes once in so many times."""
        return self.random.randrange(sides) == 0

    def one(self, values: Sequence[T]) -> T:
        """One of the values."""
        return self.random.choice(values)

    def some(self, values: Iterable[T], *, least: int = 0, most: int = 3) -> list[T]:
        """A few of the values, each once, in any order."""
        listed = list(values)
        return self.random.sample(listed, self.random.randint(least, max(least, min(most, len(listed)))))

    def shuffled(self, values: Iterable[T]) -> list[T]:
        """All of the values in any order."""
        listed = list(values)
        return self.random.sample(listed, len(listed))


DICE = st.builds(Dice, st.randoms(use_true_random=True))
