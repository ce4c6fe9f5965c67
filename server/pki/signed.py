"""The last look at a certificate before anyone sees it: it must be the template and nothing else.

The octets are parsed again and compared value by value, by readers that share
nothing with the builder: what it gets wrong is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from server.pki import der as tlv
from server.pki import extensions as read
from server.pki.algorithms import SignatureAlgorithm, hash_of, signature_oid
from server.pki.certificate import Certificate, encoded, subject_key_id
from server.pki.faults import NameFault
from server.pki.keys import PublicKey, spki
from server.pki.names import AltName
from server.pki.subjects import subject_name
from server.pki.template import Subtree, Template
from server.pki.usages import CRITICAL_USAGES

_NULL: Final = bytes.fromhex("0500")
_KEY_PARAMETERS: Final = dict.fromkeys(SignatureAlgorithm, b"") | {
    algorithm: _NULL for algorithm in SignatureAlgorithm if algorithm.value.startswith("RSA_")
}
"""What follows the OID in the AlgorithmIdentifier: NULL for RSA (RFC 4055, 5), nothing for the others."""

# version [0], serial, signature, issuer, validity, subject, key, extensions [3]; no unique identifiers.
_TBS_TAGS: Final = (0xA0, 0x02, 0x30, 0x30, 0x30, 0x30, 0x30, 0xA3)


class SignedMismatch(Exception):
    """What was signed is not what was decided; ``part`` names the part of the certificate."""

    def __init__(self, part: str) -> None:
        super().__init__(f"the signed certificate differs from its template in: {part}")
        self.part = part


def check_signed(
    template: Template, certificate: Certificate | bytes, *, issuer_public_key: PublicKey | None = None
) -> None:
    """Compares all of a certificate with its template, and verifies its signature if given the key.

    Raises SignedMismatch, also for octets that do not parse.
    """
    der = certificate if isinstance(certificate, bytes) else encoded(certificate)
    try:
        parsed = x509.load_der_x509_certificate(der)
        raw = read.raw_extensions(der)
        wrong = [
            *_wrong_form(template, der),
            *_wrong_fields(template, parsed),
            *_wrong_extensions(template, parsed, raw),
        ]
    except (ValueError, NameFault, x509.DuplicateExtension, IndexError):
        raise SignedMismatch("encoding") from None
    if wrong:
        raise SignedMismatch(", ".join(wrong))
    if issuer_public_key is not None:
        _verify(issuer_public_key, parsed, template.signature_algorithm)


def _wrong_form(template: Template, der: bytes) -> Iterator[str]:
    tbs, outer, _ = tlv.element(der).children()
    fields = tbs.children()
    if tuple(field.tag for field in fields) != _TBS_TAGS:
        yield "fields"
        return
    identifier = outer.children()
    if fields[2].encoded != outer.encoded or tlv.dotted(identifier[0]) != signature_oid(
        template.signature_algorithm
    ):
        yield "signature algorithm"
    parameters = b"".join(part.encoded for part in identifier[1:])
    if parameters != _KEY_PARAMETERS[template.signature_algorithm]:
        yield "signature parameters"
    if fields[3].encoded != template.issuer.public_bytes():
        yield "issuer"


def _wrong_fields(template: Template, certificate: Certificate) -> Iterator[str]:
    validity = template.validity
    pairs = {
        "version": (certificate.version, x509.Version.v3),
        "serial number": (certificate.serial_number, template.serial),
        "subject": (certificate.subject.public_bytes(), subject_name(template.subject).public_bytes()),
        "not before": (certificate.not_valid_before_utc, validity.not_before),
        "not after": (certificate.not_valid_after_utc, validity.not_after),
        "public key": (spki(certificate.public_key()), spki(template.certified_key)),
    }
    yield from (part for part, (signed, decided) in pairs.items() if signed != decided)


def _wrong_extensions(
    template: Template, certificate: Certificate, raw: dict[str, tuple[bool, bytes]]
) -> Iterator[str]:
    if {oid: critical for oid, (critical, _) in raw.items()} != _criticality(template):
        yield "set of extensions"
    entries = certificate.extensions
    pairs = {
        "subject key identifier": (read.subject_key_id(entries), subject_key_id(template.certified_key)),
        "authority key identifier": (read.authority_key_id(entries), template.authority_key_id),
        "basic constraints": (read.basic_constraints(entries), template.basic_constraints),
        "key usages": (read.key_usages(entries) or frozenset(), template.key_usages),
        "extended key usages": (read.extended_key_usages(entries) or (), template.extended_key_usages),
        "alternative names": (_names(entries), template.alt_names),
        "CRL distribution points": (_crl_urls(entries), template.crl_urls),
        "OCSP responders": (_access(entries, AuthorityInformationAccessOID.OCSP), template.ocsp_urls),
        "issuer locations": (
            _access(entries, AuthorityInformationAccessOID.CA_ISSUERS),
            template.issuer_urls,
        ),
        "name constraints": (_subtrees(entries), _wanted_subtrees(template)),
    }
    yield from (part for part, (signed, decided) in pairs.items() if signed != decided)
    for custom in template.custom_extensions:
        if raw.get(custom.oid) != (custom.critical, custom.value):
            yield f"extension {custom.oid}"


def _criticality(template: Template) -> dict[str, bool]:
    """Each extension that must be there, and whether it must be critical; no other may be."""
    extended = template.extended_key_usages
    present = (
        (ExtensionOID.SUBJECT_KEY_IDENTIFIER, False, True),
        (ExtensionOID.AUTHORITY_KEY_IDENTIFIER, False, template.authority_key_id is not None),
        (ExtensionOID.BASIC_CONSTRAINTS, True, True),
        (ExtensionOID.KEY_USAGE, True, bool(template.key_usages)),
        (ExtensionOID.EXTENDED_KEY_USAGE, not CRITICAL_USAGES.isdisjoint(extended), bool(extended)),
        (ExtensionOID.SUBJECT_ALTERNATIVE_NAME, not template.subject, bool(template.alt_names)),
        (ExtensionOID.NAME_CONSTRAINTS, True, template.name_constraints is not None),
        (ExtensionOID.CRL_DISTRIBUTION_POINTS, False, bool(template.crl_urls)),
        (ExtensionOID.AUTHORITY_INFORMATION_ACCESS, False, bool(template.ocsp_urls or template.issuer_urls)),
    )
    ours = {oid.dotted_string: critical for oid, critical, is_there in present if is_there}
    return ours | {custom.oid: custom.critical for custom in template.custom_extensions}


def _names(entries: x509.Extensions) -> tuple[AltName, ...]:
    return read.alt_names(read.general_names(entries) or ())


def _crl_urls(entries: x509.Extensions) -> tuple[str, ...]:
    points = read.extension(entries, x509.CRLDistributionPoints) or ()
    return tuple(str(name.value) for point in points for name in point.full_name or ())


def _access(entries: x509.Extensions, method: x509.ObjectIdentifier) -> tuple[str, ...]:
    places = read.extension(entries, x509.AuthorityInformationAccess) or ()
    return tuple(str(place.access_location.value) for place in places if place.access_method == method)


def _subtrees(entries: x509.Extensions) -> tuple[list[str], list[str]] | None:
    found = read.extension(entries, x509.NameConstraints)
    if found is None:
        return None
    permitted, excluded = found.permitted_subtrees or (), found.excluded_subtrees or ()
    return [str(name.value) for name in permitted], [str(name.value) for name in excluded]


def _wanted_subtrees(template: Template) -> tuple[list[str], list[str]] | None:
    wanted = template.name_constraints
    return None if wanted is None else (_texts(wanted.permitted), _texts(wanted.excluded))


def _texts(subtrees: tuple[Subtree, ...]) -> list[str]:
    return [subtree.value for subtree in subtrees]


def _verify(key: PublicKey, certificate: Certificate, algorithm: SignatureAlgorithm) -> None:
    try:
        verify_signature(key, certificate.signature, certificate.tbs_certificate_bytes, algorithm=algorithm)
    except InvalidSignature:
        raise SignedMismatch("signature") from None


def verify_signature(
    key: PublicKey, signature: bytes, message: bytes, *, algorithm: SignatureAlgorithm
) -> None:
    """Verifies a signature; raises InvalidSignature, also where the key cannot have made it."""
    digest = hash_of(algorithm)
    match key:
        case rsa.RSAPublicKey() if digest is not None:
            key.verify(signature, message, padding.PKCS1v15(), digest)
        case ec.EllipticCurvePublicKey() if digest is not None:
            key.verify(signature, message, ec.ECDSA(digest))
        case (
            ed25519.Ed25519PublicKey()
            | mldsa.MLDSA44PublicKey()
            | mldsa.MLDSA65PublicKey()
            | mldsa.MLDSA87PublicKey()
        ) if digest is None:
            key.verify(signature, message)
        case _:
            raise InvalidSignature
