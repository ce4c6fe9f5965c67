"""The names of a certificate: subject and alternative names, from request, CSR and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.errors import Nature, Violation
from server.pki.csr import CSR
from server.pki.faults import NameFault
from server.pki.names import AltName, alt_name
from server.pki.subjects import Subject, SubjectAttribute, subject_of, subject_value
from server.ra.issuing.order import Order
from server.ra.issuing.origins import DEFAULTS, Origins
from server.ra.issuing.profile import Profile

CONTRADICTION = "CONTRADICTS_CSR"


@dataclass(frozen=True, slots=True)
class Names:
    """What the certificate will be called."""

    subject: Subject
    alt_names: tuple[AltName, ...]


def settle_names(
    order: Order, profile: Profile, csr: CSR | None, *, found: list[Violation], origins: Origins
) -> Names:
    """Merge the names of all sources; what is wrong with them is added to ``found``."""
    subject = _subject(order, profile, csr, found=found, origins=origins)
    listed = _listed(order, csr, found=found)
    for place, (_, field) in enumerate(listed):
        origins.note(f"alt_names[{place}]", field)
    names = tuple(name for name, _ in listed)
    copied = None if order.renews else profile.policy.implied_alt_name(subject)
    if copied is not None and copied not in names:
        origins.note(f"alt_names[{len(names)}]", origins.of("subject.common_name"))
        names = (*names, copied)
    return Names(subject, names)


def _subject(
    order: Order, profile: Profile, csr: CSR | None, *, found: list[Violation], origins: Origins
) -> Subject:
    asked = _canonical(order, found)
    values = _defaults(profile, asked, found=found, origins=origins)
    for attribute, value in csr.subject if csr else ():
        part = f"subject.{attribute.name.lower()}"
        if attribute in asked and asked[attribute] != value:
            found.append(contradiction(f"attributes.{attribute.name.lower()}", asked[attribute], says=value))
        elif (
            profile.rules.strict_csr or attribute in asked or profile.policy.subject_allows(attribute, value)
        ):
            values[attribute] = value
            origins.note(part, order.csr_field)
    for attribute, value in asked.items():
        origins.note(f"subject.{attribute.name.lower()}", f"attributes.{attribute.name.lower()}")
        values[attribute] = value
    return subject_of((attribute, value) for attribute, value in values.items() if value)


def _defaults(
    profile: Profile, asked: Mapping[SubjectAttribute, str], *, found: list[Violation], origins: Origins
) -> dict[SubjectAttribute, str]:
    """The profile's values of what was not asked for, those that are malformed reported and left out."""
    values: dict[SubjectAttribute, str] = {}
    for attribute, text in profile.rules.defaults.subject.items():
        if attribute in asked:
            continue
        name = attribute.name.lower()
        origins.note_default(f"subject.{name}", name)
        try:
            values[attribute] = subject_value(attribute, text) if text else ""
        except NameFault as fault:
            found.append(_malformed(f"{DEFAULTS}{name}", text, fault))
    return values


def _canonical(order: Order, found: list[Violation]) -> dict[SubjectAttribute, str]:
    """The subject attributes asked for, those that are malformed reported and left out."""
    values: dict[SubjectAttribute, str] = {}
    for attribute, text in order.attributes.subject.items():
        try:
            values[attribute] = subject_value(attribute, text) if text else ""
        except NameFault as fault:
            found.append(_malformed(f"attributes.{attribute.name.lower()}", text, fault))
    return values


def _listed(order: Order, csr: CSR | None, *, found: list[Violation]) -> list[tuple[AltName, str]]:
    """The alternative names asked for, each once, with the field it stands in."""
    asked = _parsed(order, found)
    if csr is None or not csr.alt_names:
        return list(asked.items())
    if order.attributes.alt_names and set(asked) != set(csr.alt_names):
        says = ", ".join(name.value for name in csr.alt_names)
        found.append(
            contradiction("attributes.alt_names", ", ".join(name.value for name in asked), says=says)
        )
    return [(name, asked.get(name, order.csr_field)) for name in dict.fromkeys(csr.alt_names)]


def _parsed(order: Order, found: list[Violation]) -> dict[AltName, str]:
    names: dict[AltName, str] = {}
    for place, (kind, text) in enumerate(order.attributes.alt_names):
        field = f"attributes.alt_names[{place}].value"
        try:
            names.setdefault(alt_name(kind, text), field)
        except NameFault as fault:
            found.append(_malformed(field, text, fault))
    return names


def _malformed(field: str, text: str, fault: NameFault) -> Violation:
    return Violation(field, fault.rule, fault.message, value=text[:256], nature=Nature.FORM)


def contradiction(field: str, value: str, *, says: str) -> Violation:
    """The request and its CSR say different things: neither is silently preferred."""
    message = "the attribute contradicts the CSR"
    return Violation(
        field, CONTRADICTION, message, value=value[:256], allowed=(says[:256],), nature=Nature.FORM
    )
