"""The section on custom extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.errors import Violation
from server.pki.template import CustomExtension, Template
from server.ra.patterns import PolicyFault
from server.ra.policy.rules import Rule
from server.ra.policy.usages import check_oid

_STANDARD: Final = "2.5.29."
_POLICIES: Final = "2.5.29.32"
"""Certificate policies, the one extension of RFC 5280 that templates have no field for."""

_POWERFUL: Final = frozenset(
    {
        "1.3.6.1.5.5.7.1.1",  # authority information access
        "1.3.6.1.5.5.7.1.11",  # subject information access
        "1.3.6.1.5.5.7.1.14",  # proxy certificate: would let a leaf issue (RFC 3820)
        "1.3.6.1.4.1.11129.2.4.2",  # SCT list (RFC 6962)
        "1.3.6.1.4.1.11129.2.4.3",  # CT poison (RFC 6962)
        "2.16.840.1.113730.1.1",  # Netscape certificate type: some readers still take it for CA:TRUE
    }
)


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


def is_reserved(oid: str) -> bool:
    """Whether the extension is the template's own to make, or would give power that no field shows.

    Otherwise names, usages or CA:TRUE could be had as DER, past every rule on them.
    """
    return oid in _POWERFUL or (oid.startswith(_STANDARD) and oid != _POLICIES)


def reserved_violations(template: Template) -> Iterator[Violation]:
    """Each custom extension that no policy can allow, not even by ANY."""
    for place, extension in enumerate(template.custom_extensions):
        if is_reserved(extension.oid):
            yield Rule.CUSTOM_EXTENSION_RESERVED.broken(f"custom_extensions[{place}]", value=extension.oid)
