"""From an order for a CA's next generation to its charter, with everything that speaks against it.

The next generation is what the present certificate says: its subject, its
constraints, its key usages. Only the key and the validity can be other ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.ca.charter import USAGES, Charter
from server.ca.issuer import Issuer
from server.errors import Nature, Violation
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.certificate import Certificate, load_certificate
from server.pki.describe import Description, describe
from server.pki.subjects import certified_subject
from server.pki.subtrees import name_constraints
from server.pki.template import NameConstraints
from server.pki.usages import CA_USAGES
from server.ra.issuing.order import Attributes
from server.ra.setup.charters import judged, time_faults
from server.store.records import AuthorityRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationOrder:
    """A request for the next generation of a CA, judged by nobody yet."""

    ca_id: str
    keep_key: bool = False
    attributes: Attributes = field(default_factory=Attributes)
    crl_shards: int = 0
    """0: as before."""
    etag: str = ""
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form, found where it was read."""


def is_signed_outside(record: AuthorityRecord) -> bool:
    """Whether an outside CA makes the certificates of a CA."""
    return record.type != "ROOT" and record.parent_id is None


def redraft(
    order: RotationOrder, record: AuthorityRecord, parent: Issuer | None, *, now: datetime
) -> tuple[Charter, tuple[Violation, ...]]:
    """The charter of a CA's next generation, and all that speaks against it.

    Raises Refused if the parent cannot sign, ValueError for a CA without a certificate.
    """
    if record.certificate is None:
        raise ValueError("the certificate authority still awaits its certificate")
    found = [*order.faults, *_fixed(order.attributes), *_key_faults(order, record)]
    outside = is_signed_outside(record)
    found += time_faults(order.attributes, outside=outside)
    charter = _charter(order, record, load_certificate(record.certificate), parent)
    if outside:  # judged as the root it would be; its times were refused above
        charter = replace(charter, not_before=None, not_after=None)
    return judged(charter, order.attributes, found, now=now)


def _charter(
    order: RotationOrder, record: AuthorityRecord, present: Certificate, parent: Issuer | None
) -> Charter:
    told, asked = describe(present), order.attributes
    algorithm = asked.key_algorithm or KeyAlgorithm[record.key_algorithm]
    return Charter(
        project_id=record.project_id,
        name=record.name,
        subject=certified_subject(present.subject),
        key_algorithm=algorithm,
        lifetime=asked.lifetime or told.validity.lifetime,
        not_before=asked.not_before,
        not_after=asked.not_after,
        signature_algorithm=_signature(told, parent.key_algorithm if parent else algorithm),
        key_usages=told.key_usages & USAGES | CA_USAGES,
        path_length=told.basic_constraints.path_length,
        name_constraints=_constraints(present),
        crl_shards=order.crl_shards or record.crl_shards,
        crl_validity=timedelta(seconds=record.crl_validity),
        parent=parent,
    )


def _signature(present: Description, signer: KeyAlgorithm) -> SignatureAlgorithm | None:
    """The present one, if the key that is to sign can make it; else as usual for it."""
    algorithm = present.signature_algorithm
    return algorithm if algorithm in signatures_of(signer) else None


def _constraints(present: Certificate) -> NameConstraints | None:
    """Those that we know how to ask for; an outside CA may have added others, and is to add them again."""
    found = name_constraints(present.extensions)
    return found if found and (found.permitted or found.excluded) else None


def _fixed(asked: Attributes) -> Iterator[Violation]:
    """What a rotation cannot change."""
    said = {
        **{attribute.name.lower(): True for attribute in asked.subject},
        "alt_names": asked.alt_names,
        "key_usages": asked.key_usages is not None,
        "extended_key_usages": asked.extended_key_usages is not None,
        "signature_algorithm": asked.signature_algorithm,
        "basic_constraints": asked.basic_constraints,
        "custom_extensions": asked.custom_extensions,
    }
    for name, value in said.items():
        if value:
            message = "a rotation changes the key and the validity alone"
            yield Violation(f"attributes.{name}", "NOT_CHANGED_BY_ROTATION", message, nature=Nature.FORM)


def _key_faults(order: RotationOrder, record: AuthorityRecord) -> Iterator[Violation]:
    """What would need another key than the one that is to be kept."""
    if not order.keep_key:
        return
    wanted = order.attributes.key_algorithm
    if wanted is not None and wanted.name != record.key_algorithm:
        message, allowed = "a key that is kept keeps its algorithm", (record.key_algorithm,)
        yield Violation(
            "attributes.key_algorithm", "KEY_ALGORITHM_NEEDS_KEY", message, wanted.name, allowed, Nature.FORM
        )
    if order.crl_shards not in (0, record.crl_shards):
        message = "the CRL of a key that is kept keeps its shards: certificates name them"
        allowed = (str(record.crl_shards),)
        yield Violation(
            "crl_shards", "CRL_SHARDS_NEED_KEY", message, str(order.crl_shards), allowed, Nature.FORM
        )
