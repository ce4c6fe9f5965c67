"""From an order for a CA to its charter, with everything that speaks against it in the request's fields.

No policy applies to CAs: who may create them decides what they are. The rules
of X.509 and the limits of the parent do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from server.ca.charter import CRL_VALIDITY, USAGES, Charter
from server.ca.issuer import Issuer
from server.errors import Invalid, Nature, Reason, Refused, Violation
from server.pki.algorithms import KeyAlgorithm
from server.pki.faults import NameFault, TimeFault
from server.pki.subjects import Subject, SubjectAttribute, rfc4514, subject_of, subject_value
from server.pki.subtrees import subtree
from server.pki.template import NameConstraints, Subtree
from server.pki.usages import CA_USAGES
from server.pki.validity import SECOND
from server.ra.issuing.order import Attributes
from server.ra.issuing.origins import Origins
from server.ra.setup.authority_order import AuthorityOrder, Named

ROOT_LIFETIME: Final = timedelta(days=10 * 365)
INTERMEDIATE_LIFETIME: Final = timedelta(days=5 * 365)
KEY_ALGORITHM: Final = KeyAlgorithm.EC_PRIME256V1

_LONGEST_NAME: Final = 128
_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def draft(
    order: AuthorityOrder, parent: Issuer | None, *, now: datetime
) -> tuple[Charter, tuple[Violation, ...]]:
    """The charter of an order, and all that speaks against it. Raises Refused if the parent cannot sign."""
    found = [*order.faults, *_foreign(order), *name_faults(order.name, at="name")]
    return judged(_charter(order, parent, found), order.attributes, found, now=now)


def judged(
    charter: Charter, asked: Attributes, found: list[Violation], *, now: datetime
) -> tuple[Charter, tuple[Violation, ...]]:
    """The charter, and all that speaks against it besides what was found before.

    Raises Refused if the parent cannot sign.
    """
    charter = _fitted(_timed(charter, asked, found, now=now), asked, now=now)
    origins = Origins()
    origins.note("validity", _validity_field(asked))
    origins.note("name_constraints", "name_constraints")
    origins.note("parent_ca_id", "parent_ca_id")
    return charter, tuple(dict.fromkeys((*found, *origins.locate(charter.faults(now)))))


def shard_faults(shards: int, *, published: bool) -> Iterator[Violation]:
    """A shard of a CRL names its address (RFC 5280, 5.2.5), so there must be one."""
    if shards > 1 and not published:
        message = "a CRL has shards only where the server knows its address (setting pki_url)"
        yield Violation("crl_shards", "CRL_SHARDS_NEED_URL", message, str(shards), ("1",))


def _charter(order: AuthorityOrder, parent: Issuer | None, found: list[Violation]) -> Charter:
    asked, subject = order.attributes, _subject(order.attributes, found)
    usual = ROOT_LIFETIME if order.type == "ROOT" else INTERMEDIATE_LIFETIME
    constraints = asked.basic_constraints
    charter = Charter(
        project_id=order.project_id,
        name=order.name or _usual_name(subject),
        subject=subject,
        key_algorithm=asked.key_algorithm or KEY_ALGORITHM,
        lifetime=asked.lifetime or usual,
        not_before=asked.not_before,
        not_after=asked.not_after,
        signature_algorithm=asked.signature_algorithm,
        key_usages=USAGES if asked.key_usages is None else asked.key_usages & USAGES | CA_USAGES,
        path_length=constraints.path_length if constraints else None,
        name_constraints=_constraints(order, found),
        crl_shards=order.crl_shards or 1,
        crl_validity=order.crl_validity or CRL_VALIDITY,
        parent=parent,
    )
    if order.is_signed_outside:  # judged as the root it would be; its times were refused above
        return replace(charter, lifetime=usual, not_before=None, not_after=None)
    return charter


def _usual_name(subject: Subject) -> str:
    """What people see if nobody names the CA."""
    return dict(subject).get(SubjectAttribute.COMMON_NAME) or rfc4514(subject)[:_LONGEST_NAME]


def refuse(violations: tuple[Violation, ...], charter: Charter, *, now: datetime) -> None:
    """Raise the error that tells all violations; return if there are none."""
    if not violations:
        return
    if any(violation.nature is Nature.FORM for violation in violations):
        raise Invalid("the request is malformed", violations=violations)
    if charter.parent is not None and all(v.nature is Nature.CA_LIFETIME for v in violations):
        raise _outlives(charter, charter.parent, violations, now=now)
    raise Refused("the certificate authority would break rules of X.509", violations=violations)


def name_faults(name: str, *, at: str) -> Iterator[Violation]:
    """What is wrong with the name that people see."""
    if any(unicodedata.category(character) in _CONTROLS for character in name):
        yield Violation(at, "NAME_CHARACTER", "a name may hold no control characters", nature=Nature.FORM)


def _outlives(
    charter: Charter, parent: Issuer, violations: tuple[Violation, ...], *, now: datetime
) -> Refused:
    longest = max(int((parent.not_after - charter.validity(now).not_before + SECOND).total_seconds()), 0)
    return Refused(
        f"the certificate authority would outlive its parent; at most {longest}s are left",
        reason=Reason.LIFETIME_EXCEEDS_CA,
        violations=violations,
        max_lifetime=f"{longest}s",
        ca_not_after=parent.not_after.isoformat(),
    )


def _timed(charter: Charter, asked: Attributes, found: list[Violation], *, now: datetime) -> Charter:
    """The charter with a window that can be named, so that the rest of it can be judged."""
    try:
        charter.validity(now)
    except TimeFault as fault:
        found.append(Violation(_validity_field(asked), "TIME_OUT_OF_RANGE", str(fault), nature=Nature.FORM))
        return replace(charter, lifetime=SECOND * 60, not_before=None, not_after=None)
    return charter


def _fitted(charter: Charter, asked: Attributes, *, now: datetime) -> Charter:
    """The charter that ends with its parent if it would last longer and nobody said how long it is to.

    What was asked for is never cut.
    """
    if charter.parent is None or asked.lifetime is not None or asked.not_after is not None:
        return charter
    validity, end = charter.validity(now), charter.parent.not_after
    return replace(charter, not_after=end) if validity.not_before <= end < validity.not_after else charter


def _validity_field(asked: Attributes) -> str:
    return "attributes.not_after" if asked.not_after is not None else f"attributes.{asked.lifetime_field}"


def _foreign(order: AuthorityOrder) -> Iterator[Violation]:
    """What a request may say of a leaf, and not of this CA."""
    asked = order.attributes
    for usage in sorted((asked.key_usages or frozenset()) - USAGES, key=lambda usage: usage.value):
        yield _not_for_ca("key_usages", "the key of a CA is not used so", usage.value)
    extra = {
        "alt_names": asked.alt_names,
        "extended_key_usages": asked.extended_key_usages,
        "custom_extensions": asked.custom_extensions,
    }
    for name, value in extra.items():
        if value:
            yield _not_for_ca(name, "a CA does not have this")
    yield from time_faults(asked, outside=order.is_signed_outside)


def time_faults(asked: Attributes, *, outside: bool) -> Iterator[Violation]:
    """Times that are not ours to decide."""
    times = {
        asked.lifetime_field: asked.lifetime,
        "not_before": asked.not_before,
        "not_after": asked.not_after,
    }
    for name, time in times.items():
        if outside and time is not None:
            yield _not_for_ca(name, "the outside CA decides when its certificate is valid")


def _not_for_ca(name: str, message: str, value: str = "") -> Violation:
    return Violation(f"attributes.{name}", "NOT_FOR_CA", message, value, nature=Nature.FORM)


def _subject(asked: Attributes, found: list[Violation]) -> Subject:
    """The canonical subject; attributes that are malformed are reported and left out."""
    values: list[tuple[SubjectAttribute, str]] = []
    for attribute, text in asked.subject.items():
        try:
            values += [(attribute, subject_value(attribute, text))] if text else []
        except NameFault as fault:
            found.append(_malformed(f"attributes.{attribute.name.lower()}", text, fault))
    return subject_of(values)


def _constraints(order: AuthorityOrder, found: list[Violation]) -> NameConstraints | None:
    if order.name_constraints is None:
        return None
    parts = {part: _subtrees(part, names, found) for part, names in order.name_constraints.items()}
    return NameConstraints(**parts)


def _subtrees(part: str, names: tuple[Named, ...], found: list[Violation]) -> tuple[Subtree, ...]:
    trees: list[Subtree] = []
    for index, (kind, text) in enumerate(names):
        try:
            trees.append(subtree(kind, text))
        except NameFault as fault:
            found.append(_malformed(f"name_constraints.{part}[{index}].value", text, fault))
    return tuple(dict.fromkeys(trees))


def _malformed(field: str, text: str, fault: NameFault) -> Violation:
    return Violation(field, fault.rule, fault.message, text[:256], nature=Nature.FORM)
