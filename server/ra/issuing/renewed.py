"""What is different where a certificate is assembled in the place of another one.

Its content is the other one's. A CSR adds its key; whatever else it says must
not be something else. What the certificate lacks, because it was dropped from
the CSR then, is dropped from it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from server.errors import Nature, Violation
from server.pki.csr import CSR
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile

CERTIFICATE = "certificate."
"""Begins the field of a part that the renewed certificate said."""

_ATTRIBUTES = "attributes."


def contradictions(order: Order, profile: Profile, csr: CSR) -> Iterator[Violation]:
    """The names of a CSR that are not the certificate's."""
    certified = order.attributes.subject
    for attribute, value in csr.subject:
        says = certified.get(attribute, "")
        if value != says and (says or profile.rules.strict_csr):
            yield _contradiction(order, f"{attribute.name.lower()}: {value}", says)
    names = tuple(order.attributes.alt_names)
    for name in csr.alt_names:
        if (name.type, name.value) not in names:
            yield _contradiction(order, name.value, *(value for _, value in names))


def without_names(csr: CSR) -> CSR:
    """The CSR, of which the key and the usages are left, for what the certificate says is known."""
    return replace(csr, subject=(), alt_names=())


def located(violation: Violation) -> Violation:
    """The violation, told of the certificate where an ordinary request would have said it."""
    if not violation.field.startswith(_ATTRIBUTES):
        return violation
    return violation.at(CERTIFICATE + violation.field.removeprefix(_ATTRIBUTES))


def _contradiction(order: Order, value: str, *says: str) -> Violation:
    message = "the CSR says something else than the certificate that it is to renew"
    return Violation(
        order.csr_field,
        "CONTRADICTS_CERTIFICATE",
        message,
        value=value[:256],
        allowed=tuple(text[:256] for text in says if text),
        nature=Nature.CSR,
    )
