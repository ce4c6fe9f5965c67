"""The template: every value of a certificate before it is signed."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import AltName, AltNameType, Subject
from server.pki.usages import KeyUsage
from server.pki.validity import Validity


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """Whether the subject is a CA, and how many CAs may stand below it (None: any number)."""

    is_ca: bool = False
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class CustomExtension:
    """An extension that we carry without knowing it; ``value`` is the DER inside extnValue."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class Subtree:
    """One subtree of the name constraints (RFC 5280, 4.2.1.10).

    DNS: a domain without leading dot. IP: a CIDR. EMAIL: an address, a host, or
    a domain with a leading dot. URI: a host, or a domain with a leading dot.
    """

    type: AltNameType
    value: str


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """The names that certificates below a CA may, and may not, carry."""

    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Everything that will be signed; what the certificate says is decided by nothing else.

    A template without ``authority_key_id`` is a self-signed root's. Extended key
    usages are dotted OIDs; an empty tuple or set leaves the extension out.
    """

    serial: int
    issuer: x509.Name
    authority_key_id: bytes | None = None
    subject: Subject
    alt_names: tuple[AltName, ...] = ()
    public_key: CertificatePublicKeyTypes | None = field(repr=False)
    """None until the server has made the key: such a template can be judged, but not signed."""
    key_algorithm: KeyAlgorithm
    signature_algorithm: SignatureAlgorithm
    validity: Validity
    key_usages: frozenset[KeyUsage] = frozenset()
    extended_key_usages: tuple[str, ...] = ()
    basic_constraints: BasicConstraints = BasicConstraints()
    custom_extensions: tuple[CustomExtension, ...] = ()
    name_constraints: NameConstraints | None = None
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()

    @property
    def certified_key(self) -> CertificatePublicKeyTypes:
        """The public key; raises ValueError where it is still to be made."""
        if self.public_key is None:
            raise ValueError("the template has no public key yet")
        return self.public_key
