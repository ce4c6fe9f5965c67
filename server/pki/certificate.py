"""From a template to a signed certificate, with every extension as RFC 5280 wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from server.pki.algorithms import hash_of
from server.pki.extensions import key_usage_extension
from server.pki.keys import PrivateKey, PublicKey
from server.pki.names import AltNameType, general_name
from server.pki.subjects import subject_name
from server.pki.template import NameConstraints, Subtree, Template
from server.pki.usages import CRITICAL_USAGES

Certificate: TypeAlias = x509.Certificate
Name: TypeAlias = x509.Name

_Entry: TypeAlias = tuple[x509.ExtensionType, bool]

_SUBTREES: Final[dict[AltNameType, Callable[[str], x509.GeneralName]]] = {
    AltNameType.DNS: x509.DNSName,
    AltNameType.EMAIL: x509.RFC822Name,
    AltNameType.URI: x509.UniformResourceIdentifier,
}


def build(template: Template) -> x509.CertificateBuilder:
    """The template in the library's words; raises ValueError for what cannot be encoded."""
    builder = (
        x509.CertificateBuilder()
        .serial_number(template.serial)
        .issuer_name(template.issuer)
        .subject_name(subject_name(template.subject))
        .public_key(template.certified_key)
        .not_valid_before(template.validity.not_before)
        .not_valid_after(template.validity.not_after)
    )
    for extension, critical in _extensions(template):
        builder = builder.add_extension(extension, critical)
    return builder


def sign(template: Template, key: PrivateKey) -> Certificate:
    """Signs the template with the issuer's key; it blocks as long as ``is_slow_to_sign`` says."""
    return build(template).sign(key, hash_of(template.signature_algorithm))


def load_certificate(der: bytes) -> Certificate:
    """The certificate that the octets hold; raises ValueError."""
    return x509.load_der_x509_certificate(der)


def encoded(certificate: Certificate) -> bytes:
    """The certificate's DER."""
    return certificate.public_bytes(Encoding.DER)


def subject_key_id(public_key: PublicKey) -> bytes:
    """The key identifier that a certificate of this key carries (RFC 5280, 4.2.1.2, method 1)."""
    return x509.SubjectKeyIdentifier.from_public_key(public_key).digest


def requested_extensions(template: Template) -> Iterator[_Entry]:
    """What a CSR for a template asks for: all that its issuer is to take over, whoever that is."""
    yield x509.SubjectKeyIdentifier(subject_key_id(template.certified_key)), False
    yield from _constraints(template)
    yield from _usages(template)


def _extensions(template: Template) -> Iterator[_Entry]:
    yield from requested_extensions(template)
    if template.authority_key_id is not None:
        yield x509.AuthorityKeyIdentifier(template.authority_key_id, None, None), False
    if template.alt_names:
        # RFC 5280, 4.2.1.6: critical where the subject is empty, for then it is the only name.
        names = [general_name(name) for name in template.alt_names]
        yield x509.SubjectAlternativeName(names), not template.subject
    yield from _access(template)
    for custom in template.custom_extensions:
        oid = x509.ObjectIdentifier(custom.oid)
        yield x509.UnrecognizedExtension(oid, custom.value), custom.critical


def _constraints(template: Template) -> Iterator[_Entry]:
    constraints = template.basic_constraints
    yield x509.BasicConstraints(ca=constraints.is_ca, path_length=constraints.path_length), True
    if template.name_constraints is not None:
        yield _name_constraints(template.name_constraints), True


def _usages(template: Template) -> Iterator[_Entry]:
    if template.key_usages:
        yield key_usage_extension(template.key_usages), True
    if template.extended_key_usages:
        usages = [x509.ObjectIdentifier(oid) for oid in template.extended_key_usages]
        yield x509.ExtendedKeyUsage(usages), not CRITICAL_USAGES.isdisjoint(template.extended_key_usages)


def _access(template: Template) -> Iterator[_Entry]:
    """Where to learn of revocation, and where to find the issuer's certificate."""
    if template.crl_urls:
        urls = [x509.UniformResourceIdentifier(url) for url in template.crl_urls]
        point = x509.DistributionPoint(full_name=urls, relative_name=None, reasons=None, crl_issuer=None)
        yield x509.CRLDistributionPoints([point]), False
    places = [
        *((AuthorityInformationAccessOID.OCSP, url) for url in template.ocsp_urls),
        *((AuthorityInformationAccessOID.CA_ISSUERS, url) for url in template.issuer_urls),
    ]
    if places:
        described = [
            x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in places
        ]
        yield x509.AuthorityInformationAccess(described), False


def _name_constraints(constraints: NameConstraints) -> x509.NameConstraints:
    return x509.NameConstraints(
        permitted_subtrees=[_subtree(subtree) for subtree in constraints.permitted] or None,
        excluded_subtrees=[_subtree(subtree) for subtree in constraints.excluded] or None,
    )


def _subtree(subtree: Subtree) -> x509.GeneralName:
    if subtree.type is AltNameType.IP:
        return x509.IPAddress(ip_network(subtree.value))
    return _SUBTREES[subtree.type](subtree.value)
