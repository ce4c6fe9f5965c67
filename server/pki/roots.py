"""Which certificates are roots."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from server.pki import extensions as read

_UNVERIFIED: Final = frozenset({"md5", "sha1"})
"""Digests of old roots, whose signatures the library does not look at."""


def is_root(certificate: x509.Certificate) -> bool:
    """Whether it is self-signed: issued by its subject, and with its own key (RFC 5280, 3.2).

    The issuer's name alone would not do: a CA that changes its key may certify
    the new one with the old one, or the old one with the new one, in its own name.
    Where the signature cannot be verified, the key identifiers tell it.
    """
    if certificate.subject != certificate.issuer:
        return False
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name in _UNVERIFIED:
        named = read.authority_key_id(certificate.extensions)
        return named in (None, read.subject_key_id(certificate.extensions))
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
