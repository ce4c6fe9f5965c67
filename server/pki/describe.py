"""What a certificate says, in plain values: for answers, rows and people."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from server.pki import extensions as read
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, key_algorithm_of, signature_algorithm_of
from server.pki.certificate import Certificate, load_certificate
from server.pki.names import AltName, searched_names
from server.pki.serial import serial_hex
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage
from server.pki.validity import Validity


@dataclass(frozen=True, slots=True)
class Description:
    """A certificate in plain values; an algorithm that we do not support is None."""

    subject: str
    """As RFC 4514 writes it."""
    issuer: str
    common_name: str
    """Empty where the subject has none."""
    alt_names: tuple[AltName, ...]
    """Those of the kinds that we issue; a certificate from outside can have others besides."""
    key_algorithm: KeyAlgorithm | None
    signature_algorithm: SignatureAlgorithm | None
    key_usages: frozenset[KeyUsage]
    extended_key_usages: tuple[str, ...]
    """Dotted OIDs."""
    basic_constraints: BasicConstraints
    validity: Validity
    serial: str
    """Lower-case hex, two digits an octet."""
    fingerprint: str
    """SHA-256 of the DER in lower-case hex."""
    subject_key_id: bytes | None
    authority_key_id: bytes | None


def describe(source: Certificate | bytes) -> Description:
    """What a certificate, or its DER, says; raises ValueError if it cannot be read."""
    certificate = load_certificate(source) if isinstance(source, bytes) else source
    entries = certificate.extensions
    return Description(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        common_name=_common_name(certificate.subject),
        alt_names=read.known_alt_names(read.general_names(entries) or ()),
        key_algorithm=key_algorithm_of(certificate.public_key()),
        signature_algorithm=signature_algorithm_of(certificate.signature_algorithm_oid),
        key_usages=read.key_usages(entries) or frozenset(),
        extended_key_usages=read.extended_key_usages(entries) or (),
        basic_constraints=read.basic_constraints(entries) or BasicConstraints(),
        validity=Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc),
        serial=serial_hex(certificate.serial_number),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        subject_key_id=read.subject_key_id(entries),
        authority_key_id=read.authority_key_id(entries),
    )


def names_of(der: bytes) -> tuple[str, ...]:
    """What a certificate is searched by: its names in lower case, each once."""
    told = describe(der)
    return searched_names(told.common_name, told.alt_names)


def _common_name(name: x509.Name) -> str:
    return next((str(entry.value) for entry in name.get_attributes_for_oid(NameOID.COMMON_NAME)), "")
