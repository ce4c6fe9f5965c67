"""Signs OCSP responses (RFC 6960, 4.2), each about one certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from server.pki.algorithms import KeyAlgorithm, hash_of, signatures_of
from server.pki.certificate import Certificate
from server.pki.keys import PrivateKey
from server.pki.ocsp_request import DIGESTS, Question
from server.pki.reasons import RevocationReason

NO_CHECK: Final = "1.3.6.1.5.5.7.48.1.5"
"""id-pkix-ocsp-nocheck: nobody asks for the status of a responder's certificate (RFC 6960, 4.2.2.2.1)."""
DER_NULL: Final = b"\x05\x00"


class Failure(Enum):
    """Why there is no answer (RFC 6960, 4.2.1); the value is the OCSPResponseStatus."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6
    """We are not the one to tell: neither an issuer of ours, nor any more (RFC 5019, 2.2.3)."""


class Standing(Enum):
    """What is known of a certificate (RFC 6960, 2.2)."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """What is answered about a certificate; when and why only of one that is revoked."""

    standing: Standing
    revoked_at: datetime | None = None
    reason: RevocationReason = RevocationReason.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """A key that signs answers, and the certificate by which a CA delegated that to it."""

    certificate: Certificate = field(repr=False)
    key: PrivateKey = field(repr=False)
    algorithm: KeyAlgorithm
    not_after: datetime
    renew_at: datetime
    """When its successor is to be made."""


def answer(
    question: Question, status: Status, responder: Responder, *, this_update: datetime, next_update: datetime
) -> bytes:
    """The signed response in DER; it blocks as long as ``is_slow_to_sign`` says of the responder's key."""
    issuer = question.issuer
    is_revoked = status.standing is Standing.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer.name_hash,
            issuer.key_hash,
            question.serial,
            DIGESTS[issuer.digest],
            ocsp.OCSPCertStatus[status.standing.name],
            this_update,
            next_update,
            status.revoked_at if is_revoked else None,
            _flag(status.reason) if is_revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    if question.nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(question.nonce), critical=False)
    algorithm = hash_of(signatures_of(responder.algorithm)[0])
    return builder.sign(responder.key, algorithm).public_bytes(Encoding.DER)


def refusal(failure: Failure) -> bytes:
    """The response, not signed, that tells that there is no answer."""
    return _REFUSALS[failure]


def _refusal(failure: Failure) -> bytes:
    status = ocsp.OCSPResponseStatus(failure.value)
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


_REFUSALS: Final = {failure: _refusal(failure) for failure in Failure}


def _flag(reason: RevocationReason) -> x509.ReasonFlags | None:
    """RFC 5280, 5.3.1: unspecified is said by saying nothing."""
    return _FLAGS.get(reason.name)


_FLAGS: Final = {
    flag.name.upper(): flag for flag in x509.ReasonFlags if flag is not x509.ReasonFlags.unspecified
}
