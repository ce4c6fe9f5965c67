"""Delegates a CA's OCSP answers to a key of their own (RFC 6960, 4.2.2.2).

The CA's key then signs once in some days instead of once an answer, and what
answers questions from everywhere holds a key that can tell lies for some days
at most. The responder's key is of its CA's kind, so that whoever can verify the
one can verify the other, and of the kind's fastest size.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from server.ca.cakey import CAKey
from server.ca.pool import CryptoPool
from server.ca.signing import Signing
from server.pki.algorithms import KeyAlgorithm, signatures_of
from server.pki.certificate import encoded, load_certificate
from server.pki.keys import PublicKey, dump_pkcs8, load_pkcs8
from server.pki.ocsp import DER_NULL, NO_CHECK, Responder
from server.pki.seal import KEK
from server.pki.serial import new_serial
from server.pki.subjects import Subject, SubjectAttribute
from server.pki.template import CustomExtension, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import SECOND, Validity, window_between
from server.store.records import ResponderRecord

LIFETIME: Final = timedelta(days=7)
_BACKDATE: Final = timedelta(minutes=5)
_SUBJECT: Final[Subject] = ((SubjectAttribute.COMMON_NAME, "certmanager OCSP responder"),)
_FAST: Final = {
    KeyAlgorithm.RSA_3072: KeyAlgorithm.RSA_2048,
    KeyAlgorithm.RSA_4096: KeyAlgorithm.RSA_2048,
    KeyAlgorithm.EC_SECP384R1: KeyAlgorithm.EC_PRIME256V1,
    KeyAlgorithm.EC_SECP521R1: KeyAlgorithm.EC_PRIME256V1,
}
"""A key of some days' use needs no size for decades."""


class Delegation:
    """Makes responders, and loads those that the store keeps."""

    def __init__(self, kek: KEK, pool: CryptoPool) -> None:
        self._kek = kek
        self._pool = pool
        self._signing = Signing(pool)

    async def make(self, ca_key: CAKey, *, ca_id: str, key_generation: int, now: datetime) -> ResponderRecord:
        """A new responder for the key of a CA that has not ended yet, its own key sealed."""
        algorithm = _FAST.get(ca_key.signer.algorithm, ca_key.signer.algorithm)
        key = await self._pool.generate(algorithm)
        template = _template(ca_key, key.public_key(), algorithm, now=now)
        certificate = await self._signing.sign(ca_key.signer, template)
        return ResponderRecord(
            ca_id=ca_id,
            key_generation=key_generation,
            key_algorithm=algorithm.name,
            certificate=encoded(certificate),
            sealed_key=self._kek.seal(dump_pkcs8(key), context=_context(ca_id, key_generation)),
            not_after=template.validity.not_after,
            renew_at=now + (template.validity.not_after - now) / 2,
        )

    def load(self, record: ResponderRecord) -> Responder:
        """A stored responder. Raises SealBroken for another KEK's record."""
        context = _context(record.ca_id, record.key_generation)
        return Responder(
            certificate=load_certificate(record.certificate),
            key=load_pkcs8(self._kek.open(record.sealed_key, context=context)),
            algorithm=KeyAlgorithm[record.key_algorithm],
            not_after=record.not_after,
            renew_at=record.renew_at,
        )


def _template(ca_key: CAKey, public_key: PublicKey, algorithm: KeyAlgorithm, *, now: datetime) -> Template:
    return Template(
        serial=new_serial(),
        issuer=ca_key.certificate.subject,
        authority_key_id=ca_key.key_id,
        subject=_SUBJECT,
        public_key=public_key,
        key_algorithm=algorithm,
        signature_algorithm=signatures_of(ca_key.signer.algorithm)[0],
        validity=_validity(ca_key, now),
        key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
        extended_key_usages=(ExtendedKeyUsage.OCSP_SIGNING.value,),
        custom_extensions=(CustomExtension(NO_CHECK, critical=False, value=DER_NULL),),
    )


def _validity(ca_key: CAKey, now: datetime) -> Validity:
    """Some days, begun a little earlier for clocks that are behind, and within the CA's own."""
    begin = max(now - _BACKDATE, ca_key.not_before)
    return window_between(begin, min(now + LIFETIME - SECOND, ca_key.not_after))


def _context(ca_id: str, key_generation: int) -> str:
    """Ties a sealed key to what it answers for: it opens nowhere else, not as a CA's either."""
    return f"certmanager/v1/responder/{ca_id}/{key_generation}"
