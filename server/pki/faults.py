"""What can be wrong with a name, a time or a key: a stable rule and a sentence in lower case."""

from __future__ import annotations

from dataclasses import dataclass


class NameFault(ValueError):
    """A name is malformed; ``rule`` is UPPER_SNAKE_CASE, ``message`` never quotes the name."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class TimeFault(ValueError):
    """A duration is malformed, or a time lies outside what a certificate can say."""


class DurationOverflow(TimeFault):
    """A duration is well-formed, but longer than time can be counted."""


@dataclass(frozen=True, slots=True)
class KeyFault:
    """Why a public key must not be certified."""

    rule: str
    message: str
