"""What stands in a certificate, for tests to compare."""

from __future__ import annotations

from cryptography import x509

_BITS = ("digital_signature", "key_encipherment", "key_agreement", "content_commitment")


def names_of(certificate: x509.Certificate) -> list[str]:
    """The alternative names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]


def subject_of(certificate: x509.Certificate) -> list[str]:
    """The values of the subject."""
    return [str(entry.value) for entry in certificate.subject]


def usages_of(certificate: x509.Certificate) -> list[str]:
    """The key usage bits that are set."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return []
    return [bit for bit in _BITS if getattr(usages, bit)]


def extended_of(certificate: x509.Certificate) -> list[str]:
    """The extended key usages as OIDs."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return []
    return [usage.dotted_string for usage in usages]
