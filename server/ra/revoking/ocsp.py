"""Answers questions about certificates (RFC 6960), the same one again without a signature.

A certificate is looked up by serial number and CA, and has a status only if the
key that was asked about signed it; any other serial number is *unknown*, which
is never good. Whoever asks about an issuer that is not ours, or about a key that
signs nothing more, is told *unauthorized*. A certificate keeps its status after
its end.

What was answered without a nonce is given again for half of its validity at
most, and never once a change of the certificate was told, by whatever replica.
Of what costs a look and a signature only so much is in work at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog

from server.ca.pool import CryptoPool
from server.clock import Clock
from server.errors import Unavailable
from server.pki import ocsp
from server.pki.keys import is_slow_to_sign
from server.pki.ocsp import Failure, Responder, Standing, Status
from server.pki.ocsp_request import OCSPFault, Question, read_request
from server.pki.reasons import RevocationReason
from server.pki.serial import serial_hex
from server.ra.revoking.admission import Admission
from server.ra.revoking.issuing_keys import IssuingKey, IssuingKeys
from server.ra.revoking.responders import Responders
from server.ra.revoking.told import OCSPAnswer, Told
from server.store.records import CertificateRecord, ChangeRecord, ObjectKind
from server.store.store import Store

VALIDITY: Final = timedelta(hours=1)
"""How long an answer may be relied on: what is told as its nextUpdate."""

_log = structlog.get_logger(__name__)


class OCSPResponder:
    """Answers for all keys of all CAs."""

    def __init__(
        self,
        store: Store,
        keys: IssuingKeys,
        responders: Responders,
        pool: CryptoPool,
        *,
        admission: Admission,
        clock: Clock,
        observe: Callable[[str], None] = lambda _status: None,
    ) -> None:
        self._store = store
        self._keys = keys
        self._responders = responders
        self._pool = pool
        self._admission = admission
        self._clock = clock
        self._observe = observe
        self._told = Told()
        self._lookups: dict[object, set[str]] = {}
        store.feed.subscribe(self._hear)

    @property
    def told_again(self) -> int:
        """How many answers cost no signature."""
        return self._told.hits

    async def answer(self, request: bytes) -> OCSPAnswer:
        """The response to a request in DER, whatever that holds."""
        try:
            question = read_request(request)
        except OCSPFault:
            return self._refused(Failure.MALFORMED_REQUEST)
        try:
            return self._observed(self._known(question) or await self._fresh(question))
        except Unavailable:
            return self._refused(Failure.TRY_LATER)
        except Exception:  # noqa: BLE001 - logged with its trace
            # RFC 6960, 2.3: whoever asks is told that it is our fault, in the words of the protocol.
            _log.exception("ocsp.failed")
            return self._refused(Failure.INTERNAL_ERROR)

    async def _fresh(self, question: Question) -> OCSPAnswer:
        async with self._admission.place():
            # Whoever came before may have asked the same.
            return self._known(question) or await self._made(question)

    def _known(self, question: Question) -> OCSPAnswer | None:
        return None if question.nonce else self._told.find(question, self._clock())

    async def _made(self, question: Question) -> OCSPAnswer:
        key = await self._keys.find(question.issuer)
        responder = await self._responders.of(key) if key else None
        if key is None or responder is None:
            return self._refused(Failure.UNAUTHORIZED)
        with self._lookup() as changed:
            record = await self._record(key, question)
            while record is not None and record.id in changed:
                # It changed while it was read: what was read may be from before.
                changed.clear()
                record = await self._record(key, question)
            answer = await self._signed(question, record, responder)
            if answer.made_at is not None and record is not None and record.id not in changed:
                self._told.keep(question, record.id, answer)
        return answer

    async def _record(self, key: IssuingKey, question: Question) -> CertificateRecord | None:
        serial = serial_hex(question.serial)
        found = await self._store.get(CertificateRecord, serial=serial, ca_id=key.ca_id)
        return found if found and found.ca_generation in key.generations else None

    async def _signed(
        self, question: Question, record: CertificateRecord | None, responder: Responder
    ) -> OCSPAnswer:
        status = _status_of(record)
        now = self._clock().replace(microsecond=0)
        until = min(now + VALIDITY, responder.not_after)

        def sign() -> bytes:
            return ocsp.answer(question, status, responder, this_update=now, next_update=until)

        slow = is_slow_to_sign(responder.algorithm)
        der = await self._pool.run(sign) if slow else sign()
        answer = OCSPAnswer(der, sha256(der).hexdigest(), status.standing)
        if question.nonce is not None or status.standing is Standing.UNKNOWN:
            return answer
        return replace(answer, made_at=now, next_at=until)

    def _observed(self, answer: OCSPAnswer) -> OCSPAnswer:
        if answer.standing is not None:
            self._observe(answer.standing.value)
        return answer

    def _refused(self, failure: Failure) -> OCSPAnswer:
        self._observe(failure.name.lower())
        return _REFUSALS[failure]

    @contextmanager
    def _lookup(self) -> Iterator[set[str]]:
        """Gathers the certificates that change meanwhile."""
        token = object()
        self._lookups[token] = set()
        try:
            yield self._lookups[token]
        finally:
            del self._lookups[token]

    def _hear(self, changes: Sequence[ChangeRecord]) -> None:
        ids = {change.object_id for change in changes if change.kind is ObjectKind.CERTIFICATE}
        self._told.drop(ids)
        for changed in self._lookups.values():
            changed.update(ids)


_REFUSALS: Final = {
    failure: OCSPAnswer(ocsp.refusal(failure), sha256(ocsp.refusal(failure)).hexdigest())
    for failure in Failure
}


def _status_of(record: CertificateRecord | None) -> Status:
    if record is None:
        return Status(Standing.UNKNOWN)
    if record.revoked_at is None:
        return Status(Standing.GOOD)
    reason = RevocationReason[record.revocation_reason or RevocationReason.UNSPECIFIED.name]
    return Status(Standing.REVOKED, record.revoked_at, reason)
