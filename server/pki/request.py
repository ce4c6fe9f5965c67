"""CSRs of our own CAs (PKCS #10, RFC 2986), for outside CAs to sign."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki import csr
from server.pki import extensions as read
from server.pki.algorithms import hash_of
from server.pki.certificate import Name, requested_extensions
from server.pki.keys import PrivateKey, PublicKey
from server.pki.subjects import subject_name
from server.pki.subtrees import name_constraints
from server.pki.template import BasicConstraints, NameConstraints, Template


@dataclass(frozen=True, slots=True)
class Requested:
    """What one of our CSRs asks for."""

    subject: Name
    public_key: PublicKey = field(repr=False)
    path_length: int | None
    name_constraints: NameConstraints | None


def request(template: Template, key: PrivateKey) -> bytes:
    """The DER of a CSR for a template, signed by the key that it is for.

    Blocks as long as ``is_slow_to_sign`` says. Raises CSRFault, a fault of ours, if it cannot be read back.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject_name(template.subject))
    for extension, critical in requested_extensions(template):
        builder = builder.add_extension(extension, critical)
    made = builder.sign(key, hash_of(template.signature_algorithm)).public_bytes(Encoding.DER)
    csr.parse(made)
    return made


def requested(der: bytes) -> Requested:
    """What a CSR that ``request`` made asks for."""
    made = x509.load_der_x509_csr(der)
    constraints = read.basic_constraints(made.extensions) or BasicConstraints()
    return Requested(
        subject=made.subject,
        public_key=csr.parse(der).public_key,
        path_length=constraints.path_length,
        name_constraints=name_constraints(made.extensions),
    )
