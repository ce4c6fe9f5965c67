"""Chains of certificates that others signed: whether they hold, link by link (RFC 5280, 6.1).

A chain begins with the certificate that it is of, and each next one has signed
the one before. It may end below its root: what is not given cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa

from server.errors import Nature, Violation
from server.pki import extensions as read
from server.pki.restrictions import Restrictions, certified_names
from server.pki.template import BasicConstraints
from server.pki.usages import ANY_EXTENDED_KEY_USAGE, KeyUsage
from server.pki.validity import Validity
from server.pki.weakness import key_faults

Chain: TypeAlias = tuple[x509.Certificate, ...]

CERTIFICATE: Final = "certificate"
ISSUERS: Final = "certificate_chain"

_BROKEN_HASHES: Final = frozenset({"md5", "sha1"})
_LEAST_RSA_BITS: Final = 2048


def chain_faults(chain: Chain, *, now: datetime) -> Iterator[Violation]:
    """Everything that keeps a relying party from trusting the first certificate by the last one."""
    if len(set(chain)) < len(chain):
        yield fault(ISSUERS, "CHAIN_REPEATED", "a certificate stands in the chain more than once")
    for place, certificate in enumerate(chain):
        field = ISSUERS if place else CERTIFICATE
        yield from _time_faults(field, certificate, now)
        if not is_self_issued(certificate):  # a root is trusted for what it is, not for its signature
            yield from _signature_faults(field, certificate)
    for issuer in chain[1:]:
        yield from _issuer_faults(issuer)
    for place, (certificate, issuer) in enumerate(pairwise(chain)):
        yield from _link_faults(ISSUERS if place else CERTIFICATE, certificate, issuer)
    root = chain[-1] if len(chain) > 1 and is_self_issued(chain[-1]) else None
    if root is not None and not _broken_hash(root) and not _has_signed(root, root):
        yield _of(ISSUERS, "SIGNATURE_INVALID", "the root has not signed itself", root)
    yield from _constraint_faults(chain)


def path_length_of(chain: Chain) -> int | None:
    """How many CAs may stand below the first certificate (RFC 5280, 6.1.4 (l), (m)); None: any number.

    Less than zero says that the chain has no room for the first certificate itself.
    """
    left: int | None = None
    for certificate in reversed(chain):
        if left is not None and not is_self_issued(certificate):
            left -= 1
        own = _constraints(certificate).path_length
        if own is not None:
            left = own if left is None else min(left, own)
    return left


def restrictions_of(chain: Chain) -> tuple[Restrictions, ...]:
    """The name constraints that hold below the first certificate: its own, and those above it."""
    return tuple(found for certificate in chain if (found := Restrictions.of(certificate)))


def validity_of(chain: Chain) -> Validity:
    """When all certificates of the chain are valid: outside of that nobody trusts the first one."""
    begins = max(certificate.not_valid_before_utc for certificate in chain)
    return Validity(begins, min(certificate.not_valid_after_utc for certificate in chain))


def purposes_of(chain: Chain) -> frozenset[str] | None:
    """The extended key usages that certificates below the first one can have, dotted OIDs; None: any.

    The RFC leaves it open what the extension says in the certificate of a CA (4.2.1.12);
    verifiers take it for a bound of all that is below.
    """
    left: frozenset[str] | None = None
    for certificate in chain:
        own = read.extended_key_usages(certificate.extensions)
        if own is not None and ANY_EXTENDED_KEY_USAGE not in own:
            left = frozenset(own) if left is None else left.intersection(own)
    return left


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Whether issuer and subject are the same, as in a root."""
    return certificate.subject == certificate.issuer


def fault(field: str, rule: str, message: str, value: str = "", *allowed: str) -> Violation:
    """What is wrong with a certificate that came from outside; no policy could allow it."""
    return Violation(field, rule, message, value[:256], allowed, Nature.FORM)


def _of(field: str, rule: str, message: str, certificate: x509.Certificate) -> Violation:
    return fault(field, rule, message, certificate.subject.rfc4514_string())


def _time_faults(field: str, certificate: x509.Certificate, now: datetime) -> Iterator[Violation]:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begin:
        yield fault(field, "NOT_YET_VALID", "the certificate is not valid yet", begin.isoformat())
    if now > end:
        yield fault(field, "EXPIRED", "the certificate has expired", end.isoformat())


def _signature_faults(field: str, certificate: x509.Certificate) -> Iterator[Violation]:
    digest = _broken_hash(certificate)
    if digest:
        yield fault(field, "SIGNATURE_WEAK", "the certificate may not be signed with MD5 or SHA-1", digest)


def _broken_hash(certificate: x509.Certificate) -> str:
    digest = certificate.signature_hash_algorithm
    return digest.name if digest is not None and digest.name in _BROKEN_HASHES else ""


def _issuer_faults(issuer: x509.Certificate) -> Iterator[Violation]:
    usages = read.key_usages(issuer.extensions)
    if not _constraints(issuer).is_ca or (usages is not None and KeyUsage.KEY_CERT_SIGN not in usages):
        yield _of(ISSUERS, "ISSUER_NOT_CA", "the certificate of the chain is not that of a CA", issuer)
    if _is_weak(issuer.public_key()):
        yield _of(ISSUERS, "KEY_WEAK", "the key of the certificate of the chain is too weak", issuer)


def _is_weak(key: object) -> bool:
    if isinstance(key, rsa.RSAPublicKey):  # other people's roots may have sizes that we do not make
        return key.key_size < _LEAST_RSA_BITS
    return bool(key_faults(key))


def _link_faults(field: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Violation]:
    if certificate.issuer != issuer.subject:
        message = "the next certificate of the chain is not that of the issuer"
        yield fault(ISSUERS, "CHAIN_BROKEN", message, issuer.subject.rfc4514_string())
        return
    if not _broken_hash(certificate) and not _has_signed(issuer, certificate):
        yield _of(field, "SIGNATURE_INVALID", "the issuer's key has not signed the certificate", certificate)
    named, owned = read.authority_key_id(certificate.extensions), read.subject_key_id(issuer.extensions)
    if named is not None and owned is not None and named != owned:
        message = "the authority key identifier is not the issuer's subject key identifier"
        yield fault(field, "AUTHORITY_KEY_ID_MISMATCH", message, named.hex())


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _constraint_faults(chain: Chain) -> Iterator[Violation]:
    for place, issuer in enumerate(chain[1:], start=1):
        for restrictions in restrictions_of((issuer,)):
            for below in chain[:place]:
                yield from restrictions.faults(certified_names(below))


def _constraints(certificate: x509.Certificate) -> BasicConstraints:
    return read.basic_constraints(certificate.extensions) or BasicConstraints()
