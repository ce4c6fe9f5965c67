"""How a story is told on a terminal, and what happens when it is not true."""

from __future__ import annotations


class Untrue(Exception):
    """Something is not as the story tells it."""


def title(text: str) -> None:
    """The heading of a step."""
    print(f"\n{text}", flush=True)


def say(text: str) -> None:
    """One line of a step."""
    print(f"  {text}", flush=True)


def show(text: str) -> None:
    """What a program printed."""
    for line in text.splitlines():
        say(f"  {line.rstrip()}")


def expect(told: str, *, holds: bool) -> None:
    """Tell a fact that holds. Raises Untrue for one that does not."""
    if not holds:
        raise Untrue(f"this does not hold: {told}")
    say(told)
