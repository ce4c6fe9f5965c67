"""From a certificate to the order of one in its place: the same in everything but key, serial and time."""

from __future__ import annotations

from dataclasses import replace

from server.pki.content import content_of
from server.pki.subjects import SubjectAttribute
from server.ra.issuing.order import Attributes, Order
from server.store.records import CertificateRecord


def attributes_of(record: CertificateRecord, *, with_csr: bool) -> Attributes:
    """All that a certificate says of its subject, said explicitly: no default of today is to change it.

    The lifetime is exact, to the second. The signature algorithm follows the CA;
    that of the key follows the CSR if there is one.
    """
    told = content_of(record.der)
    said = dict(told.subject)
    return Attributes(
        subject={attribute: said.get(attribute, "") for attribute in SubjectAttribute},
        alt_names=tuple((name.type, name.value) for name in told.alt_names),
        key_usages=told.key_usages,
        extended_key_usages=told.extended_key_usages,
        key_algorithm=None if with_csr else told.key_algorithm,
        lifetime=told.validity.lifetime,
        lifetime_field="lifetime",
        basic_constraints=told.basic_constraints,
        custom_extensions=told.custom_extensions,
    )


def renewing(order: Order, record: CertificateRecord) -> Order:
    """An order of which only key, delivery and auto-renewal are its own, for one in a certificate's place."""
    return replace(
        order,
        profile_id=record.profile_id or "",
        attributes=attributes_of(record, with_csr=order.csr is not None),
        metadata=tuple(record.metadata.items()),
        renews=True,
    )
