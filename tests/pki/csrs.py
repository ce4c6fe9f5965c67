"""CSRs for tests, sound and otherwise, all by one P-256 key."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.pki.making import csr_builder, csr_der

KEY = ec.generate_private_key(ec.SECP256R1())
CN, O = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME  # noqa: E741 - the field's own letters


def full() -> x509.CertificateSigningRequestBuilder:
    names = [
        x509.DNSName("Service.Acme.com"),
        x509.DNSName("service.acme.com"),
        x509.RFC822Name("joe@acme.com"),
    ]
    return (
        csr_builder((O, "Acme"), (CN, "service.acme.com"))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(key_usage(), critical=True)
    )


def key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=True,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=True,
        decipher_only=False,
    )


def raw(oid: str, value: str) -> bytes:
    """A CSR that asks for an extension with this content, in hex."""
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), bytes.fromhex(value))
    return csr_der(KEY, csr_builder().add_extension(extension, critical=False))


def named(*names: x509.GeneralName) -> bytes:
    return csr_der(KEY, csr_builder().add_extension(x509.SubjectAlternativeName(names), critical=False))


def armoured(der: bytes, label: str = "CERTIFICATE REQUEST") -> str:
    pem = x509.load_der_x509_csr(der).public_bytes(Encoding.PEM).decode()
    return pem.replace("CERTIFICATE REQUEST", label)


def signed(body: bytes) -> bytes:
    """The octets of a CertificationRequestInfo, whatever they are, under a signature that is right."""
    signature = KEY.sign(body, ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    bits = b"\x03" + bytes([len(signature) + 1]) + b"\x00" + signature
    return sequence(body + ecdsa_with_sha256 + bits)


def sequence(content: bytes) -> bytes:
    return b"\x30\x82" + len(content).to_bytes(2) + content
