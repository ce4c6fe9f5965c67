"""What one of our certificates says of its subject: all that a certificate in its place must say again."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.pki import extensions as read
from server.pki.algorithms import KeyAlgorithm, key_algorithm_of
from server.pki.certificate import load_certificate
from server.pki.keys import PublicKey
from server.pki.names import AltName
from server.pki.reserved import is_reserved
from server.pki.subjects import Subject, attribute_of
from server.pki.template import BasicConstraints, CustomExtension
from server.pki.usages import KeyUsage
from server.pki.validity import Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts that do not depend on who signs, and when."""

    subject: Subject
    alt_names: tuple[AltName, ...]
    public_key: PublicKey = field(repr=False)
    key_algorithm: KeyAlgorithm | None
    """None of a key of a kind that we do not make."""
    key_usages: frozenset[KeyUsage]
    extended_key_usages: tuple[str, ...]
    """Dotted OIDs."""
    basic_constraints: BasicConstraints
    custom_extensions: tuple[CustomExtension, ...]
    validity: Validity


def content_of(der: bytes) -> Content:
    """The content of a certificate that we have signed; in the order in which it stands there."""
    certificate = load_certificate(der)
    entries, key = certificate.extensions, certificate.public_key()
    named = ((attribute_of(entry.oid), str(entry.value)) for entry in certificate.subject)
    return Content(
        subject=tuple((attribute, value) for attribute, value in named if attribute is not None),
        alt_names=read.known_alt_names(read.general_names(entries) or ()),
        public_key=key,
        key_algorithm=key_algorithm_of(key),
        key_usages=read.key_usages(entries) or frozenset(),
        extended_key_usages=read.extended_key_usages(entries) or (),
        basic_constraints=read.basic_constraints(entries) or BasicConstraints(),
        custom_extensions=tuple(
            CustomExtension(oid, critical, value)
            for oid, (critical, value) in read.raw_extensions(der).items()
            if not is_reserved(oid)
        ),
        validity=Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc),
    )
