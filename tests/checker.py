"""What RFC 5280 asks of every certificate, read from its octets; shares no code with the server.

``faults`` looks at one certificate and its issuer's and says what is wrong, each
with the section. Dates and tags are read from the DER itself, because libraries
hide which of two encodings stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID
from pyasn1.codec.der import decoder, encoder
from pyasn1.type import univ
from pyasn1_alt_modules import rfc5280

_RSA_SIGNATURES = {"1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"}
_BOUNDS = {
    "2.5.4.3": 64,
    "2.5.4.10": 64,
    "2.5.4.11": 64,
    "2.5.4.6": 2,
    "2.5.4.5": 64,
    "2.5.4.7": 128,
    "2.5.4.8": 128,
}
_TEXT_TAGS = {0x0C: "UTF8String", 0x13: "PrintableString"}
_MUST_BE_CRITICAL = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.INHIBIT_ANY_POLICY,
}
_MUST_NOT_BE_CRITICAL = {
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
}
_LABEL = "abcdefghijklmnopqrstuvwxyz0123456789-"


def faults(certificate: x509.Certificate, issuer: x509.Certificate | None = None) -> list[str]:
    """Everything that is wrong; empty is good. Without an issuer it must be a self-signed root."""
    der = certificate.public_bytes(Encoding.DER)
    parsed, rest = decoder.decode(der, asn1Spec=rfc5280.Certificate())
    found = ["octets follow the certificate"] if rest else []
    if encoder.encode(parsed) != der:
        found.append("it is not in DER")
    body = parsed["tbsCertificate"]
    found += _frame(parsed, body)
    found += _times(body, certificate)
    found += _subject(body, certificate)
    found += _extensions(certificate, issuer is None)
    found += _key_usage(certificate)
    found += _names(certificate)
    found += _chain(certificate, issuer or certificate)
    return found


def _frame(parsed: Any, body: Any) -> Iterator[str]:
    if int(body["version"]) != 2:
        yield "4.1.2.1: the version is not v3"
    serial = int(body["serialNumber"])
    if not 0 < serial < 1 << 159:
        yield "4.1.2.2: the serial number is not positive, or has more than 20 octets"
    if serial.bit_length() < 64:
        yield "the serial number has less than 64 bits"
    inner, outer = body["signature"], parsed["signatureAlgorithm"]
    if encoder.encode(inner) != encoder.encode(outer):
        yield "4.1.1.2: inner and outer signature algorithm differ"
    is_null = inner["parameters"].isValue and bytes(inner["parameters"]) == encoder.encode(univ.Null(""))
    if str(inner["algorithm"]) in _RSA_SIGNATURES and not is_null:
        yield "RFC 4055, 5: an RSA signature has NULL for parameters"
    if str(inner["algorithm"]) not in _RSA_SIGNATURES and inner["parameters"].isValue:
        yield "RFC 5758, 8410, 9881: the signature algorithm has no parameters"
    if body["issuerUniqueID"].isValue or body["subjectUniqueID"].isValue:
        yield "4.1.2.8: unique identifiers are present"


def _times(body: Any, certificate: x509.Certificate) -> Iterator[str]:
    for name in ("notBefore", "notAfter"):
        choice = body["validity"][name]
        kind, text = choice.getName(), str(choice.getComponent())
        moment = getattr(certificate, f"not_valid_{name[3:].lower()}_utc")
        if (kind == "utcTime") != (moment < datetime(2050, 1, 1, tzinfo=UTC)):
            yield f"4.1.2.5: {name} in {moment.year} is a {kind}"
        if len(text) != (13 if kind == "utcTime" else 15) or not text.endswith("Z"):
            yield f"4.1.2.5: {name} is written '{text}'"
    if certificate.not_valid_after_utc < certificate.not_valid_before_utc:
        yield "it ends before it begins"


def _subject(body: Any, certificate: x509.Certificate) -> Iterator[str]:
    if not certificate.issuer.rdns:
        yield "4.1.2.4: the issuer is empty"
    for name in ("issuer", "subject"):
        for rdn in body[name]["rdnSequence"]:
            for attribute in rdn:
                yield from _attribute(name, str(attribute["type"]), bytes(attribute["value"]))


def _attribute(name: str, oid: str, value: bytes) -> Iterator[str]:
    if value[0] not in _TEXT_TAGS:
        yield f"4.1.2.4: {oid} in the {name} has the tag {value[0]:#x}"
        return
    text = str(decoder.decode(value)[0])
    if not 0 < len(text) <= _BOUNDS.get(oid, 255):
        yield f"appendix A.1: {oid} in the {name} has {len(text)} characters"
    if oid == "2.5.4.6" and value[0] != 0x13:
        yield "appendix A.1: the country is not a PrintableString"


def _extensions(certificate: x509.Certificate, is_root: bool) -> Iterator[str]:  # noqa: FBT001
    extensions = certificate.extensions
    oids = [extension.oid for extension in extensions]
    if len(set(oids)) < len(oids):
        yield "4.2: an extension stands twice"
    for extension in extensions:
        if extension.oid in _MUST_BE_CRITICAL and not extension.critical:
            yield f"4.2.1: {extension.oid.dotted_string} is not critical"
        if extension.oid in _MUST_NOT_BE_CRITICAL and extension.critical:
            yield f"4.2: {extension.oid.dotted_string} is critical"
    if not is_root and ExtensionOID.AUTHORITY_KEY_IDENTIFIER not in oids:
        yield "4.2.1.1: the authority key identifier is absent"
    if _is_ca(certificate) and ExtensionOID.SUBJECT_KEY_IDENTIFIER not in oids:
        yield "4.2.1.2: a CA has no subject key identifier"
    if ExtensionOID.NAME_CONSTRAINTS in oids and not _is_ca(certificate):
        yield "4.2.1.10: name constraints in a leaf"


def _key_usage(certificate: x509.Certificate) -> Iterator[str]:
    usage = _value(certificate, x509.KeyUsage)
    constraints = _value(certificate, x509.BasicConstraints)
    if usage is None:
        if _is_ca(certificate):
            yield "4.2.1.3: a CA has no key usage"
    else:
        bits = [
            name for name in dir(usage) if not name.startswith("_") and name not in ("oid", "public_bytes")
        ]
        if not any(_bit(usage, bit) for bit in bits):
            yield "4.2.1.3: no bit of the key usage is set"
        if usage.key_cert_sign and not _is_ca(certificate):
            yield "4.2.1.9: keyCertSign in a leaf"
        if _is_ca(certificate) and not usage.key_cert_sign:
            yield "4.2.1.3: a CA without keyCertSign"
    if constraints is not None and constraints.path_length is not None and not constraints.ca:
        yield "4.2.1.9: a path length in a leaf"
    extended = _value(certificate, x509.ExtendedKeyUsage)
    if extended is not None and not list(extended):
        yield "4.2.1.12: the extended key usage is empty"


def _bit(usage: x509.KeyUsage, name: str) -> bool:
    try:
        return bool(getattr(usage, name))
    except ValueError:  # encipherOnly and decipherOnly mean nothing without keyAgreement
        return False


def _names(certificate: x509.Certificate) -> Iterator[str]:
    names = _value(certificate, x509.SubjectAlternativeName)
    if not certificate.subject.rdns:
        if names is None:
            yield "4.1.2.6: there is neither a subject nor an alternative name"
        elif not certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical:
            yield "4.1.2.6: the subject is empty, and the alternative names are not critical"
    if names is None:
        return
    if not list(names):
        yield "4.2.1.6: the alternative names are empty"
    for name in names:
        if isinstance(name, x509.DNSName) and not _is_host(name.value):
            yield f"4.2.1.6: '{name.value}' is no DNS name"
        if isinstance(name, x509.RFC822Name) and not all(name.value.partition("@")):
            yield f"4.2.1.6: '{name.value}' is no mailbox"
        if isinstance(name, x509.UniformResourceIdentifier) and "://" not in name.value:
            yield f"4.2.1.6: '{name.value}' is no absolute URI"


def _is_host(name: str) -> bool:
    labels = name.removeprefix("*.").split(".")
    return len(name) <= 253 and all(
        0 < len(label) <= 63 and set(label) <= set(_LABEL) and label.strip("-") == label for label in labels
    )


def _chain(certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[str]:
    if certificate.issuer.public_bytes() != issuer.subject.public_bytes():
        yield "4.1.2.4: the issuer is not octet for octet the issuer's subject"
    if not _is_ca(issuer):
        yield "6.1.4: the issuer is no CA"
    inside = issuer.not_valid_before_utc <= certificate.not_valid_before_utc
    if not inside or certificate.not_valid_after_utc > issuer.not_valid_after_utc:
        yield "the validity is not nested in the issuer's"
    theirs, ours = _value(issuer, x509.SubjectKeyIdentifier), _value(certificate, x509.AuthorityKeyIdentifier)
    if ours is not None and (theirs is None or ours.key_identifier != theirs.digest):
        yield "4.2.1.1: the authority key identifier is not the issuer's key identifier"
    limit = getattr(_value(issuer, x509.BasicConstraints), "path_length", None)
    own = getattr(_value(certificate, x509.BasicConstraints), "path_length", None)
    is_below = certificate != issuer and _is_ca(certificate) and limit is not None
    if is_below and (own is None or own >= limit):
        yield "4.2.1.9: the path length is not less than the issuer's"
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the signature is not right
        yield f"4.1.1.3: the signature does not verify: {type(error).__name__}"


def _is_ca(certificate: x509.Certificate) -> bool:
    constraints = _value(certificate, x509.BasicConstraints)
    return constraints is not None and bool(constraints.ca)


def _value(certificate: x509.Certificate, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
