"""Orders, policies and CSRs for tests over the wire: open and sound unless a test says otherwise."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import Any
from warnings import catch_warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2, policy_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import PrivateKey, generate

DNS, IP = x509_pb2.ALT_NAME_TYPE_DNS, x509_pb2.ALT_NAME_TYPE_IP
EMAIL, URI = x509_pb2.ALT_NAME_TYPE_EMAIL, x509_pb2.ALT_NAME_TYPE_URI
DAY = 86_400
CUSTOM = "1.3.6.1.4.1.99999.1"
ANY = policy_pb2.AnyAllowed()
OID = x509.NameOID

Extensions = Sequence[tuple[x509.ExtensionType, bool]]


def order(
    profile_id: str,
    *,
    csr: str | None = None,
    csr_der: bytes | None = None,
    names: Sequence[tuple[Any, str]] = (),
    fields: dict[str, Any] | None = None,
    **attributes: Any,
) -> messages.IssueCertificateRequest:
    """A request; ``fields`` are its own, ``attributes`` those of the certificate."""
    request = messages.IssueCertificateRequest(profile_id=profile_id, **(fields or {}))
    if names:
        attributes["alt_names"] = [certificate_pb2.AltName(type=kind, value=text) for kind, text in names]
    if attributes:
        request.attributes.CopyFrom(certificate_pb2.CertificateAttributes(**attributes))
    if csr is not None:
        request.csr = csr
    if csr_der is not None:
        request.csr_der = csr_der
    return request


def open_policy(**sections: Any) -> policy_pb2.CertificatePolicy:
    """A policy that allows everything, but for the sections that are given; None leaves one out."""
    policy = policy_pb2.CertificatePolicy(
        any_subject=ANY,
        any_alt_names=ANY,
        any_key_usages=ANY,
        any_extended_key_usages=ANY,
        any_key_algorithms=ANY,
        any_signature_algorithms=ANY,
        any_custom_extensions=ANY,
    )
    for name in [name for name, value in sections.items() if value is None]:
        policy.ClearField(name)
    # A oneof holds one of its fields: the rules of a section take the place of ANY.
    policy.MergeFrom(policy_pb2.CertificatePolicy(**{k: v for k, v in sections.items() if v is not None}))
    return policy


def names_rule(kind: Any, **patterns: Any) -> policy_pb2.CertificatePolicy:
    """An open policy with a rule on one type of name; the other types are not allowed."""
    rule = policy_pb2.AltNameRule(type=kind, **patterns)
    rules = policy_pb2.AltNameRules(rules=[rule])
    return open_policy(alt_name_rules=rules, common_name_mode=policy_pb2.COMMON_NAME_MODE_IGNORE)


def subject_rule(attribute: Any, **patterns: Any) -> policy_pb2.CertificatePolicy:
    """An open policy with a rule on one subject attribute; the others are not allowed."""
    rule = policy_pb2.SubjectRule(type=attribute, **patterns)
    return open_policy(subject_rules=policy_pb2.SubjectRules(rules=[rule]))


def lasting(**seconds: int) -> policy_pb2.CertificatePolicy:
    """An open policy with these bounds, as ``max_lifetime=90 * DAY``."""
    bounds = {name: Duration(seconds=value) for name, value in seconds.items()}
    return open_policy(validity=policy_pb2.ValidityRule(**bounds))


@cache
def key_of(algorithm: KeyAlgorithm) -> PrivateKey:
    """A key of the algorithm, the same for the whole session: RSA-4096 takes seconds."""
    return generate(algorithm)


def csr_pem(
    *extensions: tuple[x509.ExtensionType, bool] | x509.ExtensionType,
    key: Any = None,
    subject: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    names: Sequence[x509.GeneralName] = (),
) -> str:
    """A CSR as its client writes it; by a P-256 key unless one is given."""
    key = key or key_of(KeyAlgorithm.EC_PRIME256V1)
    with catch_warnings(action="ignore"):  # of lengths that are the point of a test
        name = x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in subject])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension in extensions:
        value, critical = extension if isinstance(extension, tuple) else (extension, False)
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(key, _digest(key)).public_bytes(Encoding.PEM).decode()


def der_of(pem: str) -> bytes:
    """The octets of a CSR's PEM."""
    return x509.load_pem_x509_csr(pem.encode()).public_bytes(Encoding.DER)


def pem_of(der: bytes) -> str:
    """The armour around octets that need not be a CSR."""
    lines = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}-----END CERTIFICATE REQUEST-----\n"


def _digest(key: Any) -> hashes.SHA256 | None:
    is_hashed = isinstance(key, ec.EllipticCurvePrivateKey) or hasattr(key, "private_numbers")
    return hashes.SHA256() if is_hashed else None
