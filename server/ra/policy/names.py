"""The section on the alternative names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from server.errors import Violation
from server.pki.names import AltName, AltNameType, NameFault, alt_name
from server.pki.template import Template
from server.ra.patterns import Pattern, PolicyFault, compiled, name_pattern
from server.ra.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AltNameRule:
    """A rule on one type of name; what is required is thereby allowed."""

    type: AltNameType
    allowed: tuple[Pattern, ...] = ()
    denied: tuple[Pattern, ...] = ()
    required: tuple[Pattern, ...] = ()
    allow_wildcard_names: bool = False

    def __post_init__(self) -> None:
        if self.allow_wildcard_names and self.type is not AltNameType.DNS:
            raise PolicyFault(
                "WILDCARD_NOT_DNS", "only DNS names can be wildcards", field="allow_wildcard_names"
            )

    @classmethod
    def of(
        cls,
        type_: AltNameType,
        *,
        allowed: Iterable[str] = (),
        denied: Iterable[str] = (),
        required: Iterable[str] = (),
        allow_wildcard_names: bool = False,
    ) -> Self:
        """The rule with its patterns compiled; raises PatternFault, whose field is as ``denied[0]``."""
        pattern = partial(name_pattern, type_)
        return cls(
            type=type_,
            allowed=compiled("allowed", allowed, pattern),
            denied=compiled("denied", denied, pattern),
            required=compiled("required", required, pattern),
            allow_wildcard_names=allow_wildcard_names,
        )

    @property
    def possible(self) -> tuple[Pattern, ...]:
        """All that may be there, unless it is denied."""
        return self.allowed + self.required

    def breaches(self, name: str) -> Iterator[Rule]:
        """The rules that a name breaks; a denied name is denied whatever is allowed."""
        if any(pattern.touches(name) for pattern in self.denied):
            yield _rule(self.type, "DENIED")
        elif not any(pattern.covers(name) for pattern in self.possible):
            yield _rule(self.type, "NOT_ALLOWED")
        if self.type is AltNameType.DNS and name.startswith("*.") and not self.allow_wildcard_names:
            yield Rule.WILDCARD_NOT_ALLOWED

    def missing(self, names: Iterable[AltName]) -> Iterator[Pattern]:
        """The required patterns that cover none of the names."""
        values = [name.value for name in names if name.type is self.type]
        for pattern in self.required:
            if not any(pattern.covers(value) for value in values):
                yield pattern


@dataclass(frozen=True, slots=True)
class AltNameRules:
    """At most one rule a type; a type without one is not allowed."""

    rules: tuple[AltNameRule, ...] = ()

    def __post_init__(self) -> None:
        if len({rule.type for rule in self.rules}) < len(self.rules):
            raise PolicyFault("RULE_REPEATED", "a type of name may have one rule", field="rules")

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each name on its own, then each required pattern that no name fulfils."""
        for place, name in enumerate(template.alt_names):
            yield from self._judged(f"alt_names[{place}]", name)
        for rule in self.rules:
            for pattern in rule.missing(template.alt_names):
                yield _rule(rule.type, "REQUIRED").broken("alt_names", allowed=(pattern.text,))

    def _judged(self, field: str, name: AltName) -> Iterator[Violation]:
        # Patterns compare text, so a name in another spelling could pass by what denies it.
        if not _is_canonical(name):
            yield Rule.ALT_NAME_NOT_CANONICAL.broken(field, value=name.value)
            return
        rule = self._on(name.type)
        for breach in rule.breaches(name.value):
            allowed = () if breach.name.endswith("_DENIED") else _texts(rule)
            yield breach.broken(field, value=name.value, allowed=allowed)

    def _on(self, type_: AltNameType) -> AltNameRule:
        return next((rule for rule in self.rules if rule.type is type_), AltNameRule(type=type_))


def _is_canonical(name: AltName) -> bool:
    try:
        return alt_name(name.type, name.value) == name
    except NameFault:
        return False


def _rule(type_: AltNameType, suffix: str) -> Rule:
    return Rule[f"{type_.value}_{suffix}"]


def _texts(rule: AltNameRule) -> tuple[str, ...]:
    return tuple(pattern.text for pattern in rule.possible)
