"""How the common name stands to the alternative names."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from server.errors import Violation
from server.pki.names import AltName, AltNameType, NameFault, Subject, SubjectAttribute, alt_name
from server.pki.template import Template
from server.ra.policy.rules import Rule


class CommonNameMode(Enum):
    """What a policy wants of the common name."""

    COPY = "COPY"
    """A DNS-shaped one is added to the alternative names, and judged there."""
    REQUIRE = "REQUIRE"
    """It must be one of the alternative names, of whatever type."""
    IGNORE = "IGNORE"
    """They have nothing to do with each other."""


def dns_name_in(subject: Subject) -> AltName | None:
    """The common name as a DNS name, if it has the shape of one: a name of two labels or more."""
    common_name = _common_name(subject)
    if common_name is None or "." not in common_name:
        return None
    return _as_name(AltNameType.DNS, common_name)


def common_name_violations(mode: CommonNameMode, template: Template) -> Iterator[Violation]:
    """The common name, if the mode wants it among the alternative names and it is not there."""
    common_name = _common_name(template.subject)
    if common_name is None or _is_in_place(mode, common_name, template):
        return
    names = (name.value for name in template.alt_names)
    yield Rule.COMMON_NAME_NOT_IN_ALT_NAMES.broken("subject.common_name", value=common_name, allowed=names)


def _is_in_place(mode: CommonNameMode, common_name: str, template: Template) -> bool:
    match mode:
        case CommonNameMode.IGNORE:
            return True
        case CommonNameMode.COPY:
            return dns_name_in(template.subject) in {None, *template.alt_names}
        case CommonNameMode.REQUIRE:
            return any(_as_name(name.type, common_name) == name for name in template.alt_names)


def _as_name(type_: AltNameType, text: str) -> AltName | None:
    try:
        return alt_name(type_, text)
    except NameFault:
        return None


def _common_name(subject: Subject) -> str | None:
    return dict(subject).get(SubjectAttribute.COMMON_NAME)
