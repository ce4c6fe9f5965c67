"""Templates and certificates for the tests of server/pki, sound unless a test changes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from warnings import catch_warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, key_algorithm_of, signatures_of
from server.pki.certificate import Certificate, sign, subject_key_id
from server.pki.keys import PrivateKey
from server.pki.names import AltName, AltNameType, Subject, SubjectAttribute, subject_name
from server.pki.serial import new_serial
from server.pki.template import BasicConstraints, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import Validity, window_from

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROOT_SUBJECT: Subject = (
    (SubjectAttribute.COUNTRY, "DE"),
    (SubjectAttribute.ORGANIZATION, "Acme"),
    (SubjectAttribute.COMMON_NAME, "Acme Root"),
)
LEAF_SUBJECT: Subject = ((SubjectAttribute.COMMON_NAME, "service.acme.com"),)
LEAF_NAMES = (AltName(AltNameType.DNS, "service.acme.com"), AltName(AltNameType.IP, "2001:db8::1"))


def algorithm_of(key: PrivateKey) -> KeyAlgorithm:
    algorithm = key_algorithm_of(key.public_key())
    assert algorithm is not None
    return algorithm


def default_signature(key: PrivateKey) -> SignatureAlgorithm:
    return signatures_of(algorithm_of(key))[0]


def root_template(key: PrivateKey, **changes: Any) -> Template:
    template = Template(
        serial=new_serial(),
        issuer=subject_name(ROOT_SUBJECT),
        subject=ROOT_SUBJECT,
        public_key=key.public_key(),
        key_algorithm=algorithm_of(key),
        signature_algorithm=default_signature(key),
        validity=window_from(NOW - timedelta(days=1), lifetime=timedelta(days=3650)),
        key_usages=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        basic_constraints=BasicConstraints(is_ca=True),
    )
    return replace(template, **changes)


def leaf_template(key: PrivateKey, issuer: Certificate, issuer_key: PrivateKey, **changes: Any) -> Template:
    template = Template(
        serial=new_serial(),
        issuer=issuer.subject,
        authority_key_id=subject_key_id(issuer.public_key()),
        subject=LEAF_SUBJECT,
        alt_names=LEAF_NAMES,
        public_key=key.public_key(),
        key_algorithm=algorithm_of(key),
        signature_algorithm=default_signature(issuer_key),
        validity=window_from(NOW, lifetime=timedelta(days=90)),
        key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
        extended_key_usages=(ExtendedKeyUsage.SERVER_AUTH.value,),
    )
    return replace(template, **changes)


def ca_template(key: PrivateKey, issuer: Certificate, issuer_key: PrivateKey, **changes: Any) -> Template:
    ca: dict[str, Any] = {
        "subject": ((SubjectAttribute.COMMON_NAME, "Acme Issuing"),),
        "alt_names": (),
        "extended_key_usages": (),
        "key_usages": frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        "basic_constraints": BasicConstraints(is_ca=True, path_length=0),
        "validity": window_from(NOW, lifetime=timedelta(days=1000)),
    }
    return leaf_template(key, issuer, issuer_key, **(ca | changes))


def root(key: PrivateKey, **changes: Any) -> Certificate:
    return sign(root_template(key, **changes), key)


def validity_of(certificate: Certificate) -> Validity:
    return Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def der_of(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def csr_builder(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.CertificateSigningRequestBuilder:
    with catch_warnings(action="ignore"):  # of lengths that are the point of a test
        name = x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in attributes])
    return x509.CertificateSigningRequestBuilder().subject_name(name)


def csr_der(key: PrivateKey, builder: x509.CertificateSigningRequestBuilder | None = None) -> bytes:
    digest = hashes.SHA256() if algorithm_of(key).value.startswith(("RSA", "EC")) else None
    return (builder or csr_builder()).sign(key, digest).public_bytes(Encoding.DER)
