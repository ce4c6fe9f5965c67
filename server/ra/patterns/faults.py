"""What can be wrong with a policy as a person writes it down."""

from __future__ import annotations

from typing import Final, Self

LONGEST: Final = 2048
"""The longest pattern, in characters: as long as the longest name."""


class PolicyFault(ValueError):
    """A rule that contradicts itself; ``rule`` is UPPER_SNAKE_CASE, ``field`` the part of the rule."""

    def __init__(self, rule: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.field = field

    def at(self, field: str) -> Self:
        """The same fault, told of a field; a field that it names already is below that one."""
        path = ".".join(filter(None, (field, self.field)))
        return type(self)(self.rule, self.message, field=path)


class PatternFault(PolicyFault):
    """A pattern is malformed: PATTERN_EMPTY, _TOO_LONG, _WILDCARD or _MALFORMED."""


def bounded(text: str) -> str:
    """The text itself, if a pattern may be as short and as long as it; raises PatternFault."""
    if not text:
        raise PatternFault("PATTERN_EMPTY", "a pattern may not be empty")
    if len(text) > LONGEST:
        raise PatternFault("PATTERN_TOO_LONG", f"a pattern has at most {LONGEST} characters")
    return text


def malformed(message: str) -> PatternFault:
    """The fault of a pattern that cannot be read."""
    return PatternFault("PATTERN_MALFORMED", message)


def misplaced_wildcard(message: str) -> PatternFault:
    """The fault of a ``*`` where it has no meaning."""
    return PatternFault("PATTERN_WILDCARD", message)
