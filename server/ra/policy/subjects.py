"""The section on the subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from server.errors import Violation
from server.pki.names import SubjectAttribute
from server.pki.template import Template
from server.ra.patterns import PolicyFault, TextPattern, compiled
from server.ra.policy.rules import Rule


def subject_pattern(attribute: SubjectAttribute, text: str) -> TextPattern:
    """Compiles a pattern on the values of an attribute; raises PatternFault.

    A country is certified in capitals, however it was asked for.
    """
    return TextPattern.parse(text.upper() if attribute is SubjectAttribute.COUNTRY else text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRule:
    """A rule on one attribute; without allowed patterns no value is allowed."""

    attribute: SubjectAttribute
    allowed: tuple[TextPattern, ...] = ()
    denied: tuple[TextPattern, ...] = ()
    required: bool = False

    @classmethod
    def of(
        cls,
        attribute: SubjectAttribute,
        *,
        allowed: Iterable[str] = (),
        denied: Iterable[str] = (),
        required: bool = False,
    ) -> Self:
        """The rule with its patterns compiled; raises PatternFault, whose field is as ``allowed[2]``."""
        pattern = partial(subject_pattern, attribute)
        return cls(
            attribute=attribute,
            allowed=compiled("allowed", allowed, pattern),
            denied=compiled("denied", denied, pattern),
            required=required,
        )

    def breach(self, value: str) -> Rule | None:
        """The rule that a value breaks; a denied value is denied whatever is allowed."""
        if any(pattern.touches(value) for pattern in self.denied):
            return Rule.SUBJECT_VALUE_DENIED
        if any(pattern.covers(value) for pattern in self.allowed):
            return None
        return Rule.SUBJECT_VALUE_NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class SubjectRules:
    """At most one rule an attribute; an attribute without one is not allowed."""

    rules: tuple[SubjectRule, ...] = ()

    def __post_init__(self) -> None:
        if len({rule.attribute for rule in self.rules}) < len(self.rules):
            raise PolicyFault("RULE_REPEATED", "a subject attribute may have one rule", field="rules")

    def allows(self, attribute: SubjectAttribute, value: str) -> bool:
        """Whether a subject may hold that value."""
        rule = self._on(attribute)
        return rule is not None and rule.breach(value) is None

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each attribute that may not be there or not so, then each that is missing."""
        for attribute, value in template.subject:
            yield from self._judged(attribute, value)
        present = {attribute for attribute, _ in template.subject}
        for rule in self.rules:
            if rule.required and rule.attribute not in present:
                yield Rule.SUBJECT_ATTRIBUTE_REQUIRED.broken(_field(rule.attribute), allowed=_texts(rule))

    def _judged(self, attribute: SubjectAttribute, value: str) -> Iterator[Violation]:
        rule = self._on(attribute)
        if rule is None:
            names = (rule.attribute.value for rule in self.rules)
            yield Rule.SUBJECT_ATTRIBUTE_NOT_ALLOWED.broken(_field(attribute), value=value, allowed=names)
            return
        match rule.breach(value):
            case Rule.SUBJECT_VALUE_DENIED as breach:
                yield breach.broken(_field(attribute), value=value)
            case Rule() as breach:
                yield breach.broken(_field(attribute), value=value, allowed=_texts(rule))

    def _on(self, attribute: SubjectAttribute) -> SubjectRule | None:
        return next((rule for rule in self.rules if rule.attribute is attribute), None)


def _field(attribute: SubjectAttribute) -> str:
    return f"subject.{attribute.value.lower()}"


def _texts(rule: SubjectRule) -> tuple[str, ...]:
    return tuple(pattern.text for pattern in rule.allowed)
