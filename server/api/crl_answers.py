"""Answers about CRLs, in the contract's message."""

from __future__ import annotations

from certmanager.v1 import certificate_authority_pb2 as contract
from server.api.attributes import timestamp
from server.ra.revoking.lists import PublishedCRL


def certificate_revocation_list(crl: PublishedCRL, *, generation: int) -> contract.CertificateRevocationList:
    """A CRL of a CA's generation: as a whole if it is small, else its number, digest and address."""
    return contract.CertificateRevocationList(
        ca_id=crl.ca_id,
        ca_generation=generation,
        shard=crl.shard,
        crl_number=str(crl.number),
        this_update=timestamp(crl.this_update),
        next_update=timestamp(crl.next_update),
        crl=crl.pem,
        sha256=crl.sha256,
        url=crl.url,
        size_bytes=crl.size,
        entry_count=crl.entries,
    )
