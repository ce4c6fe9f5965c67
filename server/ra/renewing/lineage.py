"""Lineages: a certificate with all its renewals, each of which replaces the one before it.

A lineage is linear: the unit that stores a renewal fails unless its predecessor
has no successor yet. So there is always one newest certificate, on all replicas.
"""

from __future__ import annotations

from typing import Final

from server.ra.keys.states import KeyState
from server.store import terms
from server.store.filters import IsSet, OneOf
from server.store.records import CertificateRecord, CertificateTermRecord
from server.store.store import Store
from server.store.unit import Expect, Insert

_IN_HAND: Final = OneOf(("", KeyState.DELIVERED.name))
"""Key states of certificates that their owner can use: with a key of its own, or one that was handed over."""


async def current_of(store: Store, lineage_id: str) -> CertificateRecord | None:
    """The certificate of a lineage that is to be used now; None if there is no such lineage.

    That is the newest one whose private key is in its owner's hands: one with
    a CSR at once, one whose key the server made when that was delivered. If there
    is none, it is the oldest one. Whether it is revoked or expired does not matter.
    """
    newest = await store.list(
        CertificateRecord,
        limit=1,
        order="-id",
        lineage_id=lineage_id,
        renewed_from_id=IsSet(),  # the first certificate is not in the index of renewals
        private_key_state=_IN_HAND,
    )
    return newest[0] if newest else await store.get(CertificateRecord, id=lineage_id)


async def has_ended(store: Store, lineage_id: str) -> bool:
    """Whether a key of the lineage was compromised: then no member of it is renewed any more."""
    term = terms.end_of(lineage_id)
    return await store.get(CertificateTermRecord, term=term) is not None


def not_ended(lineage_id: str) -> Expect:
    """What must hold of a lineage when a renewal is stored."""
    return Expect(CertificateTermRecord, {"term": terms.end_of(lineage_id)}, 0)


def ending(certificate: CertificateRecord) -> Insert:
    """The write that ends a lineage, for the unit that revokes the certificate for its compromised key.

    A certificate is revoked for that once: a second such write would fail.
    """
    term = terms.end_of(certificate.lineage_id)
    return Insert(CertificateTermRecord(term=term, certificate_id=certificate.id))
