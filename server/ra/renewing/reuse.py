"""Whether a renewal may certify a key that its lineage has had before.

The keys of renewals are found by a term of the certificate index, so that this
costs the same in a lineage of two and of a hundred thousand; that of the first
certificate of a lineage, which costs an ordinary issuance nothing, is compared.
"""

from __future__ import annotations

from server.errors import Violation
from server.pki.content import content_of
from server.pki.keys import PublicKey, spki_sha256
from server.ra.issuing.assembly import Draft
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile
from server.ra.renewing.predecessor import Predecessor
from server.store import terms
from server.store.records import CertificateRecord, CertificateTermRecord
from server.store.store import Store


async def reuse_faults(
    store: Store, predecessor: Predecessor, order: Order, draft: Draft, *, profile: Profile
) -> tuple[Violation, ...]:
    """What speaks against the key of a renewal's CSR: its lineage has had it, and that is not allowed."""
    key, found = draft.template.public_key, []
    if key is None:
        return ()
    if predecessor.came_by(order.csr) and not profile.rules.renewal.same_key:
        message = "the profile does not let a certificate be renewed with the same CSR"
        found.append(Violation(order.csr_field, "CSR_REUSED", message))
    if not profile.policy.allow_key_reuse and await _had_before(store, predecessor, key):
        message = "a certificate of the same lineage has this key, and the policy does not let it be reused"
        found.append(Violation(order.csr_field, "KEY_REUSED", message))
    return tuple(found)


async def _had_before(store: Store, predecessor: Predecessor, key: PublicKey) -> bool:
    """Renewals are found by a term; the first certificate of a lineage has none."""
    lineage_id, name = predecessor.certificate.lineage_id, spki_sha256(key)
    if await store.get(CertificateTermRecord, term=terms.certified_key(lineage_id, name)) is not None:
        return True
    first = await store.get(CertificateRecord, id=lineage_id)
    return first is not None and spki_sha256(content_of(first.der).public_key) == name
