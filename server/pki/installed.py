"""Judges the certificate that an outside CA made for a CA of ours: it must be what our CSR asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from warnings import catch_warnings

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from server.errors import Violation
from server.pki import extensions as read
from server.pki.chain import (
    CERTIFICATE,
    ISSUERS,
    Chain,
    chain_faults,
    fault,
    is_self_issued,
    path_length_of,
)
from server.pki.keys import spki
from server.pki.pem import MAX_CHAIN, MAX_CHAIN_SIZE, PEMFault, chain_pem, load_certificates
from server.pki.request import Requested
from server.pki.subtrees import name_constraints
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage

_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
"""What may be critical: every verifier of RFC 5280 processes it."""
_CONSTRAINTS: Final = frozenset({ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.NAME_CONSTRAINTS})
_MAX_SERIAL: Final = 1 << 159


def read_chain(certificate: str, issuers: str) -> tuple[Chain, tuple[Violation, ...]]:
    """The chain of two PEM texts, the certificate first; empty if there are violations."""
    first, faults = _read(CERTIFICATE, certificate)
    rest, others = _read(ISSUERS, issuers)
    if len(first) > 1:
        faults = (fault(CERTIFICATE, "CERTIFICATE_PEM", "the text must hold exactly one certificate"),)
    found = (*faults, *others) or tuple(_size_faults((*first, *rest)))
    return (() if found else (*first, *rest)), found


def _size_faults(chain: Chain) -> Iterator[Violation]:
    """A chain is handed out with every certificate: what is longer, clients would refuse."""
    if len(chain) > MAX_CHAIN:
        message = "the certificate and its chain may be 16 certificates together"
        yield fault(ISSUERS, "CHAIN_TOO_LONG", message, str(len(chain)), str(MAX_CHAIN))
    elif len(chain_pem(chain)) > MAX_CHAIN_SIZE:
        yield fault(
            ISSUERS, "CHAIN_TOO_LONG", "the certificate and its chain may have 256 KiB of PEM together"
        )


def _read(field: str, text: str) -> tuple[Chain, tuple[Violation, ...]]:
    try:
        with catch_warnings(action="ignore"):
            chain = load_certificates(text)
            for certificate in chain:
                _read_through(certificate)
    except PEMFault as wrong:
        return (), (fault(field, "CERTIFICATE_PEM", str(wrong)),)
    except Exception:  # noqa: BLE001 - hostile octets: the library's parsers raise many kinds
        message = "a certificate is malformed, or its key is of a kind that is not supported"
        return (), (fault(field, "CERTIFICATE_MALFORMED", message),)
    return chain, ()


def _read_through(certificate: x509.Certificate) -> tuple[object, ...]:
    """What the library reads late: whatever it raises over it, it raises here."""
    return (
        certificate.version,
        certificate.issuer,
        certificate.subject.rfc4514_string(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate.signature_hash_algorithm,
        certificate.extensions,
        spki(certificate.public_key()),
    )


def installation_faults(chain: Chain, asked: Requested, *, now: datetime) -> tuple[Violation, ...]:
    """Everything that keeps a certificate with its issuers from being the answer to our CSR."""
    certificate = chain[0]
    return (
        *_identity_faults(certificate, asked),
        *_power_faults(certificate, asked),
        *_identifier_faults(certificate),
        *_criticality_faults(certificate),
        *_policy_faults(chain),
        *_path_faults(chain, asked),
        *chain_faults(chain, now=now),
    )


def _identity_faults(certificate: x509.Certificate, asked: Requested) -> Iterator[Violation]:
    if certificate.version is not x509.Version.v3:
        yield fault(CERTIFICATE, "CERTIFICATE_VERSION", "the certificate must be of version 3")
    with catch_warnings(action="ignore"):  # the library warns of what is refused here
        serial = certificate.serial_number
    if not 0 < serial < _MAX_SERIAL:  # RFC 5280, 4.1.2.2
        yield fault(
            CERTIFICATE, "SERIAL_RANGE", "a serial number is positive and has at most 20 octets", hex(serial)
        )
    if spki(certificate.public_key()) != spki(asked.public_key):
        yield fault(CERTIFICATE, "KEY_MISMATCH", "the certificate is for another key than the CA's")
    if certificate.subject != asked.subject:
        found, wanted = certificate.subject.rfc4514_string(), asked.subject.rfc4514_string()
        yield fault(CERTIFICATE, "SUBJECT_MISMATCH", "the subject is not that of the CSR", found, wanted)
    if is_self_issued(certificate):
        yield fault(CERTIFICATE, "SELF_ISSUED", "the certificate must be signed by another CA")


def _power_faults(certificate: x509.Certificate, asked: Requested) -> Iterator[Violation]:
    constraints = read.basic_constraints(certificate.extensions)
    if constraints is None or not constraints.is_ca:
        yield fault(CERTIFICATE, "NOT_CA", "the certificate is not that of a CA (CA:TRUE)")
    usages = read.key_usages(certificate.extensions) or frozenset()
    for usage in (KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN):
        if usage not in usages:
            message = "the certificate does not allow a key usage that every CA needs"
            yield fault(CERTIFICATE, f"{usage.name}_REQUIRED", message, usage.name)
    if (
        asked.name_constraints is not None
        and name_constraints(certificate.extensions) != asked.name_constraints
    ):
        message = "the name constraints are not those of the CSR"
        yield fault(CERTIFICATE, "NAME_CONSTRAINTS_DIFFER", message)


def _identifier_faults(certificate: x509.Certificate) -> Iterator[Violation]:
    """Without them nobody can tell the keys of one name apart (RFC 5280, 4.2.1.1 and 4.2.1.2)."""
    if not read.subject_key_id(certificate.extensions):
        message = "the certificate of a CA must have a subject key identifier"
        yield fault(CERTIFICATE, "SUBJECT_KEY_ID_REQUIRED", message)
    if not read.authority_key_id(certificate.extensions):
        message = "the certificate must have an authority key identifier"
        yield fault(CERTIFICATE, "AUTHORITY_KEY_ID_REQUIRED", message)


def _criticality_faults(certificate: x509.Certificate) -> Iterator[Violation]:
    """Of the certificate alone: verifiers heed constraints of those above it that are not critical, too."""
    for entry in certificate.extensions:
        if entry.oid in _CONSTRAINTS and not entry.critical:
            message = "basic and name constraints must be critical (RFC 5280, 4.2.1.9 and 4.2.1.10)"
            yield fault(CERTIFICATE, "EXTENSION_NOT_CRITICAL", message, entry.oid.dotted_string)


def _policy_faults(chain: Chain) -> Iterator[Violation]:
    """What would keep verifiers from accepting anything below, wherever in the chain it stands."""
    for place, certificate in enumerate(chain):
        field = ISSUERS if place else CERTIFICATE
        for entry in certificate.extensions:
            if entry.critical and entry.oid not in _UNDERSTOOD:
                message = "a critical extension would keep verifiers from accepting the certificate"
                yield fault(field, "EXTENSION_CRITICAL", message, entry.oid.dotted_string)
            elif _demands_policies(entry.value):
                message = "the certificates of this CA have no certificate policies, which are required here"
                yield fault(field, "CERTIFICATE_POLICIES_REQUIRED", message, entry.oid.dotted_string)


def _demands_policies(extension: x509.ExtensionType) -> bool:
    """Whether it makes verifiers ask for certificate policies, or not take any for all (RFC 5280, 6.1)."""
    if isinstance(extension, x509.PolicyConstraints):
        return extension.require_explicit_policy is not None
    return isinstance(extension, x509.InhibitAnyPolicy)


def _path_faults(chain: Chain, asked: Requested) -> Iterator[Violation]:
    """Another room below than the CSR asked for; a CSR without a path length leaves it to the issuer."""
    own, left = path_length_of(chain[:1]), path_length_of(chain)
    wanted = asked.path_length or 0
    is_ca = (read.basic_constraints(chain[0].extensions) or BasicConstraints()).is_ca
    if is_ca and asked.path_length is not None and (own is None or own > wanted):
        message = "the certificate allows more CAs below it than the CSR asked for"
        found = "unlimited" if own is None else str(own)
        yield fault(CERTIFICATE, "PATH_LENGTH_TOO_LARGE", message, found, str(wanted))
    if own is not None and own < wanted:
        message = "the path length is smaller than the CSR asked for"
        yield fault(CERTIFICATE, "PATH_LENGTH_TOO_SMALL", message, str(own), str(wanted))
    elif left is not None and left < wanted:
        message = "the path lengths of the chain leave less room than the CSR asked for"
        yield fault(ISSUERS, "PATH_LENGTH_TOO_SMALL", message, str(left), str(wanted))
