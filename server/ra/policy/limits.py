"""The limits of lifetimes, and of CA certificates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from server.errors import Violation
from server.pki.template import Template
from server.pki.validity import SECOND
from server.ra.patterns import PolicyFault
from server.ra.policy.rules import Rule

_UNITS: Final = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeRule:
    """The bounds of a lifetime, both inclusive and to the second; no maximum means the CA's end.

    ``default`` is for requests that say nothing where the profile says nothing
    either; ``backdate`` is how far ``not_before`` is set back for slow clocks.
    """

    minimum: timedelta = timedelta(minutes=1)
    default: timedelta | None = None
    maximum: timedelta | None = None
    backdate: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        if self.minimum < SECOND:
            raise PolicyFault("LIFETIME_NOT_POSITIVE", "the minimum is one second or more", field="minimum")
        if self.backdate < timedelta():
            raise PolicyFault("BACKDATE_NEGATIVE", "the backdate may not be negative", field="backdate")
        for field in ("minimum", "default", "maximum", "backdate"):
            _check_whole(field, getattr(self, field))
        if self.maximum is not None and self.maximum < self.minimum:
            raise PolicyFault("LIFETIME_BOUNDS", "the maximum is less than the minimum", field="maximum")
        if self.default is not None and self.breach(self.default) is not None:
            raise PolicyFault("LIFETIME_BOUNDS", "the default lies outside the bounds", field="default")

    def breach(self, lifetime: timedelta) -> Rule | None:
        """The rule that a lifetime breaks."""
        if lifetime < self.minimum:
            return Rule.LIFETIME_TOO_SHORT
        if self.maximum is not None and lifetime > self.maximum:
            return Rule.LIFETIME_TOO_LONG
        return None

    def violations(self, template: Template) -> Iterator[Violation]:
        """The lifetime, both ends included, if it is out of bounds."""
        lifetime = template.validity.lifetime
        breach = self.breach(lifetime)
        if breach is None:
            return
        bound = self.minimum if breach is Rule.LIFETIME_TOO_SHORT else self.maximum
        allowed = (duration_text(bound),) if bound is not None else ()
        yield breach.broken("validity", value=duration_text(lifetime), allowed=allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class CARule:
    """Allows CA certificates; the path length is bounded only if ``max_path_length`` is set."""

    required: bool = False
    max_path_length: int | None = None

    def __post_init__(self) -> None:
        if self.max_path_length is not None and self.max_path_length < 0:
            raise PolicyFault("PATH_LENGTH_NEGATIVE", "a path length is 0 or more", field="max_path_length")

    def violations(self, template: Template) -> Iterator[Violation]:
        """CA:FALSE where a CA is wanted, or a path length too great; no path length is unlimited."""
        constraints = template.basic_constraints
        if not constraints.is_ca:
            if self.required:
                yield Rule.CA_REQUIRED.broken("basic_constraints", value="CA:FALSE", allowed=("CA:TRUE",))
            return
        if self.max_path_length is None:
            return
        length = constraints.path_length
        if length is None or length > self.max_path_length:
            value = "" if length is None else str(length)
            bound = (str(self.max_path_length),)
            yield Rule.PATH_LENGTH_TOO_LONG.broken(
                "basic_constraints.path_length", value=value, allowed=bound
            )


def ca_violations(rule: CARule | None, template: Template) -> Iterator[Violation]:
    """What the template breaks in the rule; without a rule there are no CA certificates."""
    if rule is not None:
        yield from rule.violations(template)
    elif template.basic_constraints.is_ca:
        yield Rule.CA_NOT_ALLOWED.broken("basic_constraints", value="CA:TRUE", allowed=("CA:FALSE",))


def duration_text(duration: timedelta) -> str:
    """The duration in the grammar of requests, in the greatest unit that it is a whole number of."""
    seconds = duration // SECOND
    for unit, size in _UNITS.items():
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _check_whole(field: str, duration: timedelta | None) -> None:
    if duration is not None and duration % SECOND:
        raise PolicyFault("DURATION_FRACTION", "a duration is a whole number of seconds", field=field)
