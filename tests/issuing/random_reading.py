"""What a certificate says, in the contract's numbers, read without the server's code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from certmanager.v1 import x509_pb2
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_matching import Name
from tests.issuing.random_words import signature
from tests.ordering import DNS, EMAIL, IP, URI

_KINDS: dict[Any, int] = {
    x509.DNSName: DNS,
    x509.IPAddress: IP,
    x509.RFC822Name: EMAIL,
    x509.UniformResourceIdentifier: URI,
}
_BITS = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "KEY_CERT_SIGN",
    "crl_sign": "CRL_SIGN",
}
_KEYS = {
    ec.SECP256R1: "EC_PRIME256V1",
    ec.SECP384R1: "EC_SECP384R1",
    ec.SECP521R1: "EC_SECP521R1",
    ed25519.Ed25519PublicKey: "ED25519",
    mldsa.MLDSA44PublicKey: "ML_DSA_44",
    mldsa.MLDSA65PublicKey: "ML_DSA_65",
}
_SIGNATURES = {
    "1.2.840.113549.1.1.11": "RSA_SHA256",
    "1.2.840.113549.1.1.12": "RSA_SHA384",
    "1.2.840.113549.1.1.13": "RSA_SHA512",
    "1.2.840.10045.4.3.2": "ECDSA_SHA256",
    "1.2.840.10045.4.3.3": "ECDSA_SHA384",
    "1.2.840.10045.4.3.4": "ECDSA_SHA512",
    "1.3.101.112": "ED25519",
    "2.16.840.1.101.3.4.3.18": "ML_DSA_65",
}
_STANDARD = {f"2.5.29.{number}" for number in (14, 15, 17, 19, 31, 35, 37)} | {"1.3.6.1.5.5.7.1.1"}
"""The extensions that the server makes; all others must have been asked for."""


@dataclass(frozen=True, slots=True)
class Content:
    """A certificate as far as policies and orders speak of it."""

    subject: dict[str, str]
    names: tuple[Name, ...]
    usages: frozenset[int]
    extended: tuple[str, ...]
    key: int
    signature: int
    begin: datetime
    end: datetime
    is_ca: bool
    path_length: int | None
    extensions: tuple[tuple[str, bool, bytes], ...]

    @property
    def seconds(self) -> int:
        """The lifetime, both ends included."""
        return int((self.end - self.begin) / timedelta(seconds=1)) + 1


def content_of(certificate: x509.Certificate) -> Content:
    """Reads a certificate; an attribute that stands twice, or that we do not know, raises."""
    constraints = _value(certificate, x509.BasicConstraints)
    return Content(
        subject={_ATTRIBUTES[entry.oid]: str(entry.value) for entry in certificate.subject},
        names=tuple(
            (_KINDS[type(name)], str(name.value))
            for name in _listed(certificate, x509.SubjectAlternativeName)
        ),
        usages=_usages(certificate),
        extended=tuple(oid.dotted_string for oid in _listed(certificate, x509.ExtendedKeyUsage)),
        key=_key(certificate.public_key()),
        signature=signature(_SIGNATURES[certificate.signature_algorithm_oid.dotted_string]),
        begin=certificate.not_valid_before_utc,
        end=certificate.not_valid_after_utc,
        is_ca=constraints is not None and constraints.ca,
        path_length=constraints.path_length if constraints is not None else None,
        extensions=tuple(
            (each.oid.dotted_string, each.critical, each.value.public_bytes())
            for each in certificate.extensions
            if each.oid.dotted_string not in _STANDARD
        ),
    )


_ATTRIBUTES = {oid: attribute for attribute, (_, oid) in SUBJECT.items()}


def _value(certificate: x509.Certificate, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _listed(certificate: x509.Certificate, kind: Any) -> Any:
    return _value(certificate, kind) or ()


def _usages(certificate: x509.Certificate) -> frozenset[int]:
    found = _value(certificate, x509.KeyUsage)
    names = [name for bit, name in _BITS.items() if found is not None and getattr(found, bit)]
    return frozenset(x509_pb2.KeyUsage.Value(f"KEY_USAGE_{name}") for name in names)


def _key(key: Any) -> int:
    if isinstance(key, rsa.RSAPublicKey):
        name = f"RSA_{key.key_size}"
    else:
        kind = type(key.curve) if isinstance(key, ec.EllipticCurvePublicKey) else type(key)
        name = next(name for known, name in _KEYS.items() if issubclass(kind, known))
    return x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{name}")
