"""The section on custom extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.errors import Violation
from server.pki.reserved import is_reserved
from server.pki.template import CustomExtension, Template
from server.ra.patterns import PolicyFault
from server.ra.policy.rules import Rule
from server.ra.policy.usages import check_oid


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomExtensionRule:
    """A rule on one extension, by its dotted OID; what is required is thereby allowed."""

    oid: str
    allow_critical: bool = False
    required: bool = False

    def __post_init__(self) -> None:
        check_oid("oid", self.oid)
        if is_reserved(self.oid):
            raise PolicyFault("EXTENSION_RESERVED", "no policy can allow this extension", field="oid")


@dataclass(frozen=True, slots=True)
class CustomExtensionRules:
    """At most one rule an extension; an extension without one is not allowed."""

    rules: tuple[CustomExtensionRule, ...] = ()

    def __post_init__(self) -> None:
        if len({rule.oid for rule in self.rules}) < len(self.rules):
            raise PolicyFault("RULE_REPEATED", "a custom extension may have one rule", field="rules")

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each extension that may not be there or not so, then each that is missing."""
        for place, extension in enumerate(template.custom_extensions):
            yield from self._judged(f"custom_extensions[{place}]", extension)
        present = {extension.oid for extension in template.custom_extensions}
        for rule in self.rules:
            if rule.required and rule.oid not in present:
                yield Rule.CUSTOM_EXTENSION_REQUIRED.broken("custom_extensions", allowed=(rule.oid,))

    def _judged(self, field: str, extension: CustomExtension) -> Iterator[Violation]:
        rule = next((rule for rule in self.rules if rule.oid == extension.oid), None)
        if rule is None:
            names = (rule.oid for rule in self.rules)
            yield Rule.CUSTOM_EXTENSION_NOT_ALLOWED.broken(field, value=extension.oid, allowed=names)
        elif extension.critical and not rule.allow_critical:
            yield Rule.CUSTOM_EXTENSION_CRITICAL.broken(field, value=extension.oid)
