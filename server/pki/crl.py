"""CRLs (RFC 5280, 5): made of entries that are encoded one by one, so that none is ever an object.

The library can sign a CRL, but from an object for each entry, and what it then
does with a hundred thousand of them it does without letting go of the
interpreter lock: a server would stand still for 0.15 s at a time. So the list
is put together here, from octets; the library parses all of it again before
anybody sees it, by code that shares nothing with what wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from server.pki import encoding as der
from server.pki.algorithms import SignatureAlgorithm, signature_oid
from server.pki.der import element
from server.pki.keys import PrivateKey, PublicKey
from server.pki.reasons import RevocationReason
from server.pki.signatures import algorithm_identifier, make_signature
from server.pki.signed import verify_signature

_SUBJECT: Final = 5
"""Its place among the fields of a certificate of version 3."""
_V2: Final = der.integer(1)
_EXTENSIONS: Final = 0xA0
_TRUE: Final = bytes.fromhex("0101ff")
# Not the unspecified one: it SHOULD be absent (RFC 5280, 5.3.1).
_REASON: Final[dict[RevocationReason, bytes]] = {
    reason: der.sequence(
        der.object_identifier(x509.CRLReason.oid.dotted_string),
        der.value(der.OCTET_STRING, bytes((0x0A, 1, reason.value))),
    )
    for reason in RevocationReason
    if reason is not RevocationReason.UNSPECIFIED
}
_INVALIDITY_DATE: Final = der.object_identifier(x509.InvalidityDate.oid.dotted_string)


class CRLMismatch(Exception):
    """What was signed is not what was to be signed; ``part`` names the part of the CRL."""

    def __init__(self, part: str) -> None:
        super().__init__(f"the signed CRL differs from what it was made of in: {part}")
        self.part = part


@dataclass(frozen=True, slots=True, kw_only=True)
class CRLTemplate:
    """Everything that will be signed."""

    issuer: bytes
    """The DER of the CA's subject, octet by octet as in its certificate."""
    authority_key_id: bytes
    signature_algorithm: SignatureAlgorithm
    number: int
    this_update: datetime
    next_update: datetime
    """Both in whole seconds."""
    url: str = ""
    """Of a shard: its one distribution point, as the certificates on it name it."""
    entries: tuple[bytes, ...] = field(default=(), repr=False)
    """As ``entry`` makes them; several may stand in one piece."""
    count: int = 0
    """How many entries there are."""


def entry(
    serial: int, *, revoked_at: int, reason: RevocationReason | None = None, invalid_from: int | None = None
) -> bytes:
    """One revoked certificate; instants are in seconds since 1970."""
    told = _REASON.get(reason) if reason else None
    extensions = (
        *((told,) if told else ()),
        *((_invalidity(invalid_from),) if invalid_from is not None else ()),
    )
    known = (der.sequence(*extensions),) if extensions else ()
    return der.sequence(der.integer(serial), der.time(revoked_at), *known)


def sign_crl(template: CRLTemplate, key: PrivateKey, *, public_key: PublicKey) -> bytes:
    """The DER of the signed CRL. Blocks; raises CRLMismatch, a fault, if it says anything else."""
    algorithm = template.signature_algorithm
    body = der.sequence(*_body(template))
    signature = make_signature(key, body, algorithm=algorithm)
    signed = der.sequence(body, algorithm_identifier(algorithm), der.bit_string(signature))
    _check(template, signed, body, public_key)
    return signed


def subject_octets(certificate: x509.Certificate) -> bytes:
    """The subject as it stands in the certificate's own octets, whatever kinds of text it is in."""
    fields = element(certificate.tbs_certificate_bytes).children()
    return fields[_SUBJECT].encoded


def _body(template: CRLTemplate) -> Iterator[bytes]:
    yield _V2
    yield algorithm_identifier(template.signature_algorithm)
    yield template.issuer
    yield der.time(int(template.this_update.timestamp()))
    yield der.time(int(template.next_update.timestamp()))
    if template.count:  # RFC 5280, 5.1.2.6: absent when there are none
        yield der.head(der.SEQUENCE, sum(map(len, template.entries)))
        yield from template.entries
    yield der.value(_EXTENSIONS, der.sequence(*map(_encoded, _extensions(template))))


def _extensions(template: CRLTemplate) -> Iterator[tuple[x509.ExtensionType, bool]]:
    yield x509.AuthorityKeyIdentifier(template.authority_key_id, None, None), False
    yield x509.CRLNumber(template.number), False
    if template.url:
        yield _distribution_point(template.url), True


def _distribution_point(url: str) -> x509.IssuingDistributionPoint:
    """What makes a shard of the list one (RFC 5280, 5.2.5): it holds all kinds, but only its own."""
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def _encoded(extension: tuple[x509.ExtensionType, bool]) -> bytes:
    kind, critical = extension
    content = der.value(der.OCTET_STRING, kind.public_bytes())
    flag = (_TRUE,) if critical else ()
    return der.sequence(der.object_identifier(kind.oid.dotted_string), *flag, content)


def _invalidity(seconds: int) -> bytes:
    return der.sequence(_INVALIDITY_DATE, der.value(der.OCTET_STRING, der.generalized_time(seconds)))


def _check(template: CRLTemplate, signed: bytes, body: bytes, public_key: PublicKey) -> None:
    try:
        crl = x509.load_der_x509_crl(signed)
        wrong = [*_wrong_fields(template, crl), *_wrong_extensions(template, crl)]
        verify_signature(public_key, crl.signature, body, algorithm=template.signature_algorithm)
    except InvalidSignature:
        raise CRLMismatch("signature") from None
    except (ValueError, x509.DuplicateExtension):
        raise CRLMismatch("encoding") from None
    if wrong:
        raise CRLMismatch(", ".join(wrong))


def _wrong_fields(template: CRLTemplate, crl: x509.CertificateRevocationList) -> Iterator[str]:
    pairs = {
        "issuer": (crl.issuer.public_bytes(), template.issuer),
        "thisUpdate": (crl.last_update_utc, template.this_update),
        "nextUpdate": (crl.next_update_utc, template.next_update),
        "number of entries": (len(crl), template.count),
        "signature algorithm": (
            crl.signature_algorithm_oid.dotted_string,
            signature_oid(template.signature_algorithm),
        ),
    }
    yield from (part for part, (found, wanted) in pairs.items() if found != wanted)


def _wrong_extensions(template: CRLTemplate, crl: x509.CertificateRevocationList) -> Iterator[str]:
    found = {extension.oid: (extension.value, extension.critical) for extension in crl.extensions}
    wanted = {kind.oid: (kind, critical) for kind, critical in _extensions(template)}
    yield from (
        oid.dotted_string for oid in found.keys() | wanted.keys() if found.get(oid) != wanted.get(oid)
    )
