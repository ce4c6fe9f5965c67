"""Tells again what was issued: to a retry, to whoever waited for it, and to whoever claims its key.

All is read from what is stored, so the answer is the same on every replica and
after a restart, and holds although profile or CA were disabled meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from server.ca.pool import CryptoPool
from server.clock import Clock
from server.errors import not_found
from server.pki.certificate import load_certificate
from server.pki.pem import certificate_pem
from server.ra.issuing.chains import Chains
from server.ra.issuing.issuance import Issued
from server.ra.keys.delivery import Wish, handed_out, without_stall
from server.ra.requests.reading import RequestReading
from server.store.records import CertificateRecord, RequestRecord
from server.store.store import Store


class Recall:
    """What was issued."""

    def __init__(self, store: Store, chains: Chains, pool: CryptoPool, *, clock: Clock) -> None:
        self._store = store
        self._chains = chains
        self._pool = pool
        self._clock = clock
        self._reading = RequestReading(store)

    async def delivered(self, request: RequestRecord, secret: bytes | None, wish: Wish) -> Issued:
        """What came of a request that is issued, with the key that was held of it as it is wished for."""
        issued = await self.issued(request)
        if secret is None:
            return issued
        work = partial(
            handed_out,
            secret,
            wish,
            certificate=load_certificate(issued.certificate.der),
            chain=issued.chain_pem,
            request_id=request.id,
        )
        return replace(issued, private_key=await without_stall(self._pool, wish, work))

    async def issued(self, request: RequestRecord) -> Issued:
        """What came of a request that is issued; without a key."""
        record = await self.certificate(request)
        chain = await self._chains.of(record)
        if chain is None:
            raise not_found("CertificateAuthority", record.ca_id)
        (found,) = await self._reading.told([request])
        return Issued(
            request=request,
            certificate=record,
            certificate_pem=certificate_pem(record.der),
            chain_pem=chain.pem,
            issuing_ca_pem=chain.issuing_ca_pem,
            at=self._clock(),
            progress=found.progress,
        )

    async def certificate(self, request: RequestRecord) -> CertificateRecord:
        """The certificate of a request that is issued."""
        record = await self._store.get(CertificateRecord, id=request.certificate_id or "")
        if record is None:
            raise not_found("Certificate", request.certificate_id or "")
        return record
