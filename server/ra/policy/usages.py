"""The sections on key usages and extended key usages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.errors import Violation
from server.pki.template import Template
from server.pki.usages import CA_USAGES, ExtendedKeyUsage, KeyUsage
from server.ra.patterns import PolicyFault
from server.ra.policy.rules import Rule

_OID: Final = re.compile(
    r"(?:[01]\.(?:0|[1-3]?[0-9])|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))+", re.ASCII
)
_LONGEST_OID: Final = 128
_NAMES: Final = {usage.value: usage.name for usage in ExtendedKeyUsage}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsageRules:
    """What may and what must be there; what is required is thereby allowed."""

    allowed: frozenset[KeyUsage] = frozenset()
    required: frozenset[KeyUsage] = frozenset()

    @property
    def possible(self) -> frozenset[KeyUsage]:
        """All that may be there."""
        return self.allowed | self.required

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each usage that may not be there, then each that is missing, in the order of the bits.

        A CA's keyCertSign and cRLSign follow from CA:TRUE and need no allowance.
        """
        implied = CA_USAGES if template.basic_constraints.is_ca else frozenset[KeyUsage]()
        names = _in_order(self.possible)
        for name in _in_order(template.key_usages - self.possible - implied):
            yield Rule.KEY_USAGE_NOT_ALLOWED.broken("key_usages", value=name, allowed=names)
        for name in _in_order(self.required - template.key_usages):
            yield Rule.KEY_USAGE_REQUIRED.broken("key_usages", allowed=(name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedKeyUsageRules:
    """What may and what must be there, as dotted OIDs; what is required is thereby allowed."""

    allowed: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field, oids in (("allowed", self.allowed), ("required", self.required)):
            for place, oid in enumerate(oids):
                check_oid(f"{field}[{place}]", oid)

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each usage that may not be there, then each that is missing; known ones by name."""
        possible = dict.fromkeys((*self.required, *self.allowed))
        names = tuple(_name(oid) for oid in possible)
        for oid in template.extended_key_usages:
            if oid not in possible:
                yield Rule.EXTENDED_KEY_USAGE_NOT_ALLOWED.broken(
                    "extended_key_usages", value=_name(oid), allowed=names
                )
        for oid in dict.fromkeys(self.required):
            if oid not in template.extended_key_usages:
                yield Rule.EXTENDED_KEY_USAGE_REQUIRED.broken("extended_key_usages", allowed=(_name(oid),))


def check_oid(field: str, oid: str) -> None:
    """Raises PolicyFault, which names the field, for text that is no dotted OID in its only spelling."""
    if len(oid) > _LONGEST_OID or not _OID.fullmatch(oid):
        raise PolicyFault("OID_MALFORMED", "an OID is numbers with dots", field=field)


def _in_order(usages: frozenset[KeyUsage]) -> tuple[str, ...]:
    return tuple(usage.value for usage in KeyUsage if usage in usages)


def _name(oid: str) -> str:
    return _NAMES.get(oid, oid)
